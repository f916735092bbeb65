"""One file of the tree as the rules see it: its text, its code without comments, its comments."""
# SPDX-License-Identifier: Apache-2.0
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath

CPP_SUFFIXES = {".h", ".hpp", ".cc", ".cpp"}
HEADER_SUFFIXES = {".h", ".hpp"}

# Comments, raw strings, strings and characters, in the order in which a compiler meets them. The
# look-behind keeps the separators of 1'000'000 from opening a character.
_LEXEME = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?\*/)
      | (?P<raw>R"(?P<mark>[^()\\\s]{0,16})\(.*?\)(?P=mark)")
      | (?P<string>"(?:\\.|[^"\\\n])*")
      | (?P<character>(?<![0-9A-Fa-f])'(?:\\.|[^'\\\n])+')""",
    re.DOTALL | re.VERBOSE,
)
_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"]', re.MULTILINE)
_DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", re.MULTILINE)
_ALLOW = re.compile(r"(?://|#)\s*tidy: allow\((?P<rule>[a-z-]+)\)(?P<reason>.*)")


@dataclass(frozen=True, order=True)
class Finding:
    """Something to change: where, which rule, and what to write instead."""

    path: str
    line: int
    rule: str
    message: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.rule}: {self.message}"


@dataclass(frozen=True)
class Include:
    """An #include line; `quoted` tells our own form from <...>."""

    line: int
    quoted: bool
    target: str


@dataclass(frozen=True)
class Allow:
    """A `// tidy: allow(rule) reason`, which holds for its own line and the next line of code."""

    line: int
    rule: str
    reason: str


def blank(text):
    """The same text in spaces: positions and line numbers stay as they are."""
    return re.sub(r"[^\n]", " ", text)


class Source:
    """A text file, by its path from the root of the tree. All lines count from 1."""

    def __init__(self, path, text):
        self.path = path
        self.text = text
        self.pure_path = PurePosixPath(path)

    @property
    def suffix(self):
        return self.pure_path.suffix

    @property
    def is_cpp(self):
        return self.suffix in CPP_SUFFIXES

    @property
    def is_header(self):
        return self.suffix in HEADER_SUFFIXES

    @property
    def is_python(self):
        return self.suffix == ".py" or self._shebang_names("python")

    @property
    def is_shell(self):
        return self.suffix in {".sh", ".bash"} or self._shebang_names("sh")

    def _shebang_names(self, program):
        first = self.text.partition("\n")[0]
        return first.startswith("#!") and first.rstrip().endswith((program, program + "3"))

    @cached_property
    def lines(self):
        return self.text.splitlines()

    @cached_property
    def code(self):
        """C++ with comments and the insides of strings blanked; every position is kept."""

        def hide(match):
            if match["comment"]:
                return blank(match[0])
            opening = match[0].index('"') if match["raw"] or match["string"] else 0
            return match[0][: opening + 1] + blank(match[0][opening + 1 : -1]) + match[0][-1]

        return _LEXEME.sub(hide, self.text)

    @cached_property
    def statements_code(self):
        """The code without preprocessor lines, for whoever counts braces."""
        return _DIRECTIVE.sub(lambda match: blank(match[0]), self.code)

    @cached_property
    def comments(self):
        """Pairs of line number and text of each comment line of a C++ file."""
        found = []
        for match in _LEXEME.finditer(self.text):
            if match["comment"]:
                first = self.line_of(match.start())
                parts = match[0].splitlines()
                found.extend((first + offset, part) for offset, part in enumerate(parts))
        return found

    @cached_property
    def includes(self):
        return [
            Include(self.line_of(match.start(1)), match[1] == '"', match[2])
            for match in _INCLUDE.finditer(self.text)
            if self.code[match.start(1)] != " "
        ]

    @cached_property
    def allows(self):
        """Every allowance, with the line of code that it speaks for."""
        found = []
        for number, line in enumerate(self.lines, 1):
            if match := _ALLOW.search(line):
                found.append(Allow(number, match["rule"], match["reason"].strip()))
        return found

    def allowed(self, rule, line):
        """The allowance that covers `rule` at `line`: on that line or in the comment above it."""
        for allow in self.allows:
            if allow.rule == rule and self._covers(allow.line, line):
                return allow
        return None

    def _covers(self, allow_line, line):
        if allow_line == line:
            return True
        between = self.lines[allow_line - 1 : line - 1]
        return allow_line < line and all(
            text.lstrip().startswith(("//", "#")) for text in between
        )

    def line_of(self, position):
        return self.text.count("\n", 0, position) + 1
