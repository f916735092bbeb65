"""What nobody should find in a finished tree: reminders, dead code, drawers, numbered names."""
# SPDX-License-Identifier: Apache-2.0
import re
from pathlib import PurePosixPath

from rules.scopes import walk
from rules.source import Finding

RULE = "leftovers"

# tidy and its tests have to spell what they look for; the licence is not ours to edit.
OWN_FOLDER = "tools/tidy/"
LICENCE = "LICENSE"

TEXT_BANS = [
    (r"\b(?:TODO|FIXME|XXX|HACK)\b", "do it, or file an issue and say nothing here"),
    (r"(?i)\bfor now\b", "say what holds and why; what is missing is an issue"),
]
CODE_BANS = [
    (r"#\s*if\s+(?:0|false)\b", "delete the code; git keeps it"),
    (r"\bDISABLED_\w*", "mend the test or delete it"),
    (r"\bGTEST_SKIP\b", "let the build leave out what it cannot run; a test that skips is no test"),
    (r"\busing\s+namespace\s+std\s*;", "write std::"),
    (r"\bstd::endl\b", "write '\\n'"),
    (r"(?<![\w.>:])assert\s*\(", "use POSSE_ASSERT: it stays on in release"),
    (r"#\s*include\s*<cassert>", "use POSSE_ASSERT: it stays on in release"),
]
# A comment that ends like a statement and is built like one.
_DEAD_CODE = re.compile(
    r"^//(?!/)\s*(?:"
    r"(?:[\w:<>,&*]+\s+)*[\w:.\[\]>-]+\s*[-+|&]?=\s*[^=].*;"  # x = y;
    r"|(?:(?:co_)?(?:return|await)\s+|[\w:<>&*]+\s+[\w:.>-]*)?[\w:.>-]*\w\(.*\)\s*;"  # f(x);
    r"|(?:co_)?return\b.*;"
    r"|(?:}\s*)?(?:else\s+)?(?:if|for|while|switch|catch)\s*\(.*\)\s*{?"
    r"|(?:}\s*)?else\s*{"
    r"|#\s*(?:include|define|if|endif)\b.*"
    r"|[{}]\s*;?"
    r")\s*$"
)
_DRAWERS = {"util", "utils", "utility", "utilities", "common", "misc", "helper", "helpers",
            "manager", "managers"}
# Names that end in a number which belongs to them.
_NUMBER_BELONGS = re.compile(
    r"(?:^|_)[vsiu]\d+$|(?:int|uint|utf|base|sha|crc|rfc|bits?|be|le|ed|http|ipv?)_?\d+$|blake2b?$"
)
_NUMBERED = re.compile(r"[a-zA-Z_]\d+_?$")


def check(source, _tree):
    yield from _names(source)
    if source.path.startswith(OWN_FOLDER) or source.path == LICENCE:
        return
    yield from _bans(source, source.text, TEXT_BANS)
    if source.is_cpp:
        yield from _bans(source, source.code, CODE_BANS)
        yield from _dead_code(source)
        yield from _numbered(source)


def _bans(source, text, bans):
    for pattern, instead in bans:
        for match in re.finditer(pattern, text):
            yield Finding(source.path, source.line_of(match.start()), RULE,
                          f"{match[0].strip()}: {instead}")


def _dead_code(source):
    for line, comment in source.comments:
        if _DEAD_CODE.match(comment.strip()):
            yield Finding(source.path, line, RULE, "code in a comment: delete it; git keeps it")


def _names(source):
    for part in PurePosixPath(source.path).parts:
        words = set(re.split(r"[_.\-]", part.lower()))
        if drawer := words & _DRAWERS:
            yield Finding(source.path, 1, RULE, f"{part}: {drawer.pop()} says nothing; name it for "
                          "what it is, or put it beside its only user")
    stem = source.pure_path.name.split(".")[0]
    if (source.is_cpp or source.is_python) and _is_numbered(stem):
        yield Finding(source.path, 1, RULE, f"{stem}: a number is no name; say what differs")


def _numbered(source):
    found = walk(source)
    names = [(function.name, function.first) for function in found.functions] + found.types
    for name, line in names:
        if _is_numbered(name):
            yield Finding(source.path, line, RULE, f"{name}: a number is no name; say what differs")


def _is_numbered(name):
    return bool(_NUMBERED.search(name)) and not _NUMBER_BELONGS.search(name.lower().rstrip("_"))
