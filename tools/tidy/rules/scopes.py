"""A brace walk over C++: which functions there are, how long and deep, and every full expression.

No parser, a heuristic: it knows scopes (namespace, class, function, control, lambda) from braces
that initialise something, and that is enough to count lines and to look at one statement at a time.
"""
# SPDX-License-Identifier: Apache-2.0
import re
from dataclasses import dataclass, field

from rules.source import blank

_PARENTHESES = r"\((?:[^()]|\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))*\)"
_LAMBDA_TAIL = re.compile(
    r"\[[^\[\]]*\]\s*(?:<[^{}]*>\s*)?(?:" + _PARENTHESES + r")?\s*"
    r"(?:mutable\b|noexcept\b|constexpr\b|->\s*[\w:<>,&*\s]+|\s)*$"
)
_LABEL = re.compile(r"^\s*(?:(?:case\b[^;{}?]*?|default\s*|public|protected|private):(?!:)\s*)+")
_TEMPLATE = re.compile(r"^\s*template\s*<[^{}]*?>\s*(?=[\w:\[~])")
_TYPE = re.compile(r"^\s*(?:typedef\s+)?(?:class|struct|union|enum)\b")
_SPACE = re.compile(r"^\s*(?:inline\s+)?namespace\b|^\s*extern\s*\"")
_CONTROL = re.compile(r"^\s*(?:else\s+)?(?:if(?:\s+constexpr)?|for|while|switch|catch)\s*(?=\()")
_BARE_CONTROL = re.compile(r"^\s*(?:else|do|try)\s*(?:$|(?=\b))")
_NOT_A_NAME = {"alignas", "decltype", "noexcept", "explicit", "requires", "if", "while", "return",
               "static_assert", "__attribute__", "sizeof"}


@dataclass
class Function:
    """A function with a body, or (with `last` equal to 0) a declaration without one."""

    name: str
    first: int
    last: int
    parameters: int
    depth: int = 0
    deepest: int = 0


@dataclass
class Expression:
    """A full expression: its code, where it starts, and whether a catch block surrounds it."""

    text: str
    position: int
    in_catch: bool


@dataclass
class Scope:
    """What an open brace stands for."""

    kind: str  # space, type, function, control, lambda
    nesting: int = 0
    in_catch: bool = False
    function: Function | None = None
    body: int = 0  # Position of the brace.
    outer_start: int = 0  # Where the statement around a lambda began.


@dataclass
class Walk:
    functions: list = field(default_factory=list)
    types: list = field(default_factory=list)
    expressions: list = field(default_factory=list)


def walk(source):
    """Everything the brace walk finds in a C++ file."""
    return _Walker(source).run()


def skip_parentheses(text, start):
    """The position after the parenthesis that closes the one at `start`."""
    depth = 0
    for position in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[position], 0)
        if depth == 0:
            return position + 1
    return len(text)


def after_control(text):
    """Where the statement behind a control head starts: `if (...)`, `else`; 0 if there is none."""
    if match := _CONTROL.match(text):
        return skip_parentheses(text, match.end())
    match = _BARE_CONTROL.match(text)
    return match.end() if match else 0


def parameters_of(head):
    """The name of a function and the number of its parameters, from the text before its body."""
    text = re.sub(r"operator\s*\(\s*\)", "operator_call", head)
    for match in re.finditer(r"([~\w]+|operator\s*[^\s\w(]+)\s*\(", text):
        if match[1] not in _NOT_A_NAME:
            end = skip_parentheses(text, match.end() - 1)
            return match[1], _count_arguments(text[match.end() : end - 1])
    return None, 0


def _count_arguments(text):
    if text.strip() in ("", "void"):
        return 0
    depth, count = 0, 1
    for position, letter in enumerate(text):
        if letter == ">" and text[position - 1] == "-":
            continue
        depth += {"(": 1, "<": 1, "[": 1, "{": 1, ")": -1, ">": -1, "]": -1, "}": -1}.get(letter, 0)
        count += letter == "," and depth == 0
    return count


class _Walker:
    def __init__(self, source):
        self.source = source
        self.code = source.statements_code
        self.visible = self.code  # Bodies of lambdas are blanked here once they were walked.
        self.scopes = [Scope("space")]
        self.depths = [0]  # Open brackets and initialising braces, per scope.
        self.start = 0  # Where the current statement starts.
        self.result = Walk()

    def run(self):
        for match in re.finditer(r"[{}()\[\];]", self.code):
            letter, position = match[0], match.start()
            if letter == "{":
                self._open(position)
            elif letter == "}":
                self._close(position)
            elif letter == ";":
                if self.depths[-1] == 0:
                    self._end_statement(position)
            else:
                step = 1 if letter in "([" else -1
                self.depths[-1] = max(0, self.depths[-1] + step)
        return self.result

    def _open(self, position):
        head = self.visible[self.start : position]
        scope = self._scope(head)
        if scope is None:
            self.depths[-1] += 1
            return
        scope.body, scope.outer_start = position, self.start
        if scope.kind == "control":
            self._emit(self.start, position)
        self.scopes.append(scope)
        self.depths.append(0)
        self.start = position + 1

    def _close(self, position):
        if self.depths[-1] > 0:
            self.depths[-1] -= 1
            return
        self._end_statement(position)
        if len(self.scopes) == 1:
            return
        scope = self.scopes.pop()
        self.depths.pop()
        if scope.kind == "lambda":
            body = self.visible[scope.body : position + 1]
            self.visible = self.visible[: scope.body] + blank(body) + self.visible[position + 1 :]
            self.start = scope.outer_start
        elif scope.kind == "function":
            scope.function.last = self.source.line_of(position)

    def _end_statement(self, position):
        if self._in_body():
            self._emit(self.start, position)
        else:
            self._declaration(self.visible[self.start : position])
        self.start = position + 1

    def _in_body(self):
        return self.scopes[-1].kind in ("function", "control", "lambda")

    def _scope(self, head):
        """The scope that a brace behind `head` opens; None if it initialises something."""
        outer = self.scopes[-1]
        inside = {"nesting": outer.nesting, "in_catch": outer.in_catch, "function": outer.function}
        if _LAMBDA_TAIL.search(head):
            return Scope("lambda", 0, False, outer.function)
        if self.depths[-1] > 0:
            return None
        plain = _TEMPLATE.sub("", _LABEL.sub("", head))
        if _SPACE.match(plain):
            return Scope("space")
        if _TYPE.match(plain) and not re.search(r"[)=]\s*$", plain):
            self._type(plain)
            return Scope("type", **inside)
        if self._in_body():
            return self._control(head, plain, inside)
        return self._function(plain)

    def _type(self, plain):
        names = re.sub(r"\[\[.*?\]\]|\balignas\s*\([^)]*\)", "", plain)
        if match := re.search(r"\b(?:class|struct|union|enum)\s+(?:class\s+)?(\w+)", names):
            self.result.types.append((match[1], self._head_line()))

    def _control(self, head, plain, inside):
        rest = plain
        while behind := after_control(rest):
            rest = rest[behind:]
        rest = re.sub(r"\[\[\w+\]\]", "", rest)
        if rest.strip():
            return None
        is_case = not plain.strip() and head.strip()
        inside["nesting"] += 0 if is_case else 1
        inside["in_catch"] |= bool(re.search(r"\bcatch\s*\(", plain))
        if inside["function"]:
            inside["function"].deepest = max(inside["function"].deepest, inside["nesting"])
        return Scope("control", **inside)

    def _function(self, plain):
        name, count = parameters_of(plain)
        if name is None or re.search(r"\bconcept\b|[^=!<>]=\s*[\w:]*$", plain):
            return None
        colon = re.search(r"\)\s*(?:noexcept\s*)?:", plain.replace("::", "  "))
        if colon and re.search(r"[\w>]\s*$", plain):
            return None  # A member in a constructor's list: `: store_{`.
        function = Function(name, self._head_line(), 0, count)
        self.result.functions.append(function)
        return Scope("function", 0, False, function)

    def _declaration(self, text):
        plain = _TEMPLATE.sub("", _LABEL.sub("", text))
        if re.match(r"\s*(?:using|static_assert|friend|typedef)\b", plain) or _TYPE.match(plain):
            return
        name, count = parameters_of(plain)
        if name is not None and "=" not in plain.split("(")[0].replace("operator", ""):
            self.result.functions.append(Function(name, self._head_line(), 0, count))

    def _head_line(self):
        """The line of the first letter of the current statement, behind any label."""
        text = self.visible[self.start :]
        label = _LABEL.match(text)
        begin = label.end() if label else 0
        begin += len(text[begin:]) - len(text[begin:].lstrip())
        return self.source.line_of(self.start + begin)

    def _emit(self, start, end):
        """Adds the full expressions of a statement: a control head's conditions, then the rest."""
        if not self._in_body():
            return
        text = self.visible[start:end]
        label = _LABEL.match(text)
        begin = label.end() if label else 0
        while behind := after_control(text[begin:]):
            opening = text.find("(", begin, begin + behind)
            if opening >= 0:
                self._emit_parts(start + opening + 1, text[opening + 1 : begin + behind - 1])
            begin += behind
        self._add(start + begin, text[begin:])

    def _emit_parts(self, position, text):
        for part in text.split(";"):
            self._add(position, part)
            position += len(part) + 1

    def _add(self, position, text):
        if stripped := text.strip():
            lead = len(text) - len(text.lstrip())
            in_catch = self.scopes[-1].in_catch
            self.result.expressions.append(Expression(stripped, position + lead, in_catch))
