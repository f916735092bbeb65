"""Each demand and invariant is named by a test, or listed as open with the reason."""
# SPDX-License-Identifier: Apache-2.0
import re

from rules.source import Finding

RULE = "ids"

# The demands of docs/requirements.md and the invariants of docs/protocol.md.
KNOWN = [f"S{number}" for number in range(1, 18)] + [f"I{number}" for number in range(1, 13)]
OPEN_LIST = "tools/tidy/ids_open.txt"
_ID = re.compile(r"\b[SI]\d{1,2}\b")
_TEST = re.compile(r"^[ \t]*(?:TEST|TEST_F|TEST_P|TYPED_TEST|TYPED_TEST_P|RC_GTEST\w*)[ \t]*\(",
                   re.MULTILINE)


def check_tree(tree):
    tested, findings = _tested(tree)
    yield from findings
    opened, findings = _opened(tree)
    yield from findings
    for name in KNOWN:
        if name in opened and name in tested:
            yield Finding(OPEN_LIST, opened[name], RULE,
                          f"{name} is open here and tested in {tested[name]}: drop this line")
        if name not in opened and name not in tested:
            yield Finding(OPEN_LIST, 1, RULE, f"{name} has no test: name it in the comment of the "
                          "test that shows it, or list it here with what it needs")


def _tested(tree):
    """Every known id with a file that tests it, and the findings about unknown ones."""
    tested, findings = {}, []
    for source in tree:
        if not source.path.startswith("test/"):
            continue
        for line, text in _comments(source):
            for name in _ID.findall(text):
                if name in KNOWN:
                    tested.setdefault(name, source.path)
                else:
                    findings.append(Finding(source.path, line, RULE,
                                            f"{name}: there is no such demand or invariant"))
    return tested, findings


def _comments(source):
    """The comments that belong to a test, as pairs of line and text."""
    if source.is_cpp:
        beside = _lines_beside_tests(source)
        return [(line, text) for line, text in source.comments if line in beside]
    if source.suffix == ".txt" or source.is_python or source.is_shell:
        lines = enumerate(source.lines, 1)
        return [(line, text[text.index("#"):]) for line, text in lines if "#" in text]
    return []


def _lines_beside_tests(source):
    """The lines from a test's name to its brace, and the comment lines right above."""
    lines = set()
    for match in _TEST.finditer(source.code):
        first = source.line_of(match.end())
        brace = source.code.find("{", match.end())
        last = source.line_of(brace) if brace >= 0 else first
        while first > 1 and source.lines[first - 2].lstrip().startswith("//"):
            first -= 1
        lines.update(range(first, last + 1))
    return lines


def _opened(tree):
    """Every id of the open list with its line, and the findings about the list itself."""
    source, opened, findings = tree.get(OPEN_LIST), {}, []
    for number, line in enumerate(source.lines if source else [], 1):
        name, _, reason = line.partition(" ")
        if not line.strip() or line.startswith("#"):
            continue
        if name not in KNOWN or not reason.strip():
            findings.append(Finding(OPEN_LIST, number, RULE,
                                    f"write an id and what it needs, not `{line}`"))
        opened[name] = number
    return opened, findings
