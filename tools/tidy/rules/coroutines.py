"""What g++ 12 gets silently wrong around co_await, found in the text.

g++ 12 destroys twice what is a temporary inside the full expression of a co_await and an aggregate
or a capturing lambda, and takes the wrong branch of (a && b) || c. The same rules are checked on
the syntax tree by coroutines.query; this half needs no build.
"""
# SPDX-License-Identifier: Apache-2.0
import re

from rules.scopes import walk
from rules.source import Finding

RULE = "coroutine"

_AWAIT = re.compile(r"\bco_await\b|\bco_yield\b")
# A `[` that opens a lambda with captures: not a subscript, an attribute or `[]`.
_CAPTURE = re.compile(r"(?:^|[(,{=]|\breturn\b|&&|\|\|)\s*\[(?!\[|\s*\])[^\[\]]*\]")
_NAME_IT = "name it on the line before and pass std::move(name)"


def check(source, tree):
    if not source.is_cpp or "co_await" not in source.code:
        return
    for expression in walk(source).expressions:
        found = _AWAIT.search(expression.text)
        if not found:
            continue
        line = source.line_of(expression.position + found.start())
        for message in _traps(expression, tree.enums):
            yield Finding(source.path, line, RULE, message)


def _traps(expression, enums):
    text = expression.text
    if expression.in_catch:
        yield ("co_await in a catch block: leave the block with a value, "
               "then await behind it")
    if _has_brace(text, enums):
        yield f"a braced temporary in an expression that awaits: {_NAME_IT}"
    if _CAPTURE.search(text):
        yield f"a capturing lambda in an expression that awaits: {_NAME_IT}"
    if "?" in text:
        yield "?: in an expression that awaits: write if and else, or await on the line before"
    if "||" in text and re.search(r"\s&&\s", text):
        yield "&& and || in an expression that awaits: await on the line before, then decide"
    if re.search(r"\bnew\b[^;]*\bco_await\b", text):
        yield "new with an awaited argument: await on the line before"


def _has_brace(text, enums):
    """A brace inside parentheses, or a braced list that awaits; `Slot{7}` is only a number."""
    depth = 0
    for position, letter in enumerate(text):
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter != "{" or _type_before(text, position) in enums:
            continue
        if depth > 0 or _AWAIT.search(_braced(text, position)):
            return True
    return False


def _type_before(text, position):
    match = re.search(r"(\w+)\s*$", text[:position])
    return match[1] if match else None


def _braced(text, start):
    depth = 0
    for position in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[position], 0)
        if depth == 0:
            return text[start:position]
    return text[start:]
