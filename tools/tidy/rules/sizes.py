"""How long and deep a file and a function may be."""
# SPDX-License-Identifier: Apache-2.0
import ast

from rules.scopes import walk
from rules.source import Finding

RULE = "sizes"

FILE_LINES_MAX = 500
FUNCTION_LINES_MAX = 60
PARAMETERS_MAX = 4
NESTING_MAX = 3
COLUMNS_MAX = 100
# Code only: prose may be wrapped as its author likes, generated files are nobody's prose.
GENERATED = "@generated"


def check(source, _tree):
    if not (source.is_cpp or source.is_python or source.is_shell) or GENERATED in source.text[:500]:
        return
    if len(source.lines) > FILE_LINES_MAX:
        yield Finding(source.path, FILE_LINES_MAX + 1, RULE,
                      f"{len(source.lines)} lines: split the file by concept, "
                      f"{FILE_LINES_MAX} at most")
    for number, line in enumerate(source.lines, 1):
        if len(line) > COLUMNS_MAX:
            yield Finding(source.path, number, RULE,
                          f"{len(line)} columns: break the line, {COLUMNS_MAX} at most")
    if source.is_cpp:
        yield from _cpp(source)
    elif source.is_python:
        yield from _python(source)


def _cpp(source):
    for function in walk(source).functions:
        yield from _function(source, function.name, function.first, function.last)
        if function.parameters > PARAMETERS_MAX:
            yield Finding(source.path, function.first, RULE,
                          f"{function.name} has {function.parameters} parameters: {PARAMETERS_MAX} "
                          "at most, a struct with names for the rest")
        if function.deepest > NESTING_MAX:
            yield Finding(source.path, function.first, RULE,
                          f"{function.name} nests {function.deepest} deep: {NESTING_MAX} at most, "
                          "return early or name the inner block")


def _python(source):
    try:
        module = ast.parse(source.text)
    except SyntaxError as error:
        yield Finding(source.path, error.lineno or 1, RULE, f"is no Python: {error.msg}")
        return
    for node in ast.walk(module):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield from _function(source, node.name, node.lineno, node.end_lineno)


def _function(source, name, first, last):
    length = last - first + 1
    if length > FUNCTION_LINES_MAX:
        yield Finding(source.path, first, RULE,
                      f"{name} has {length} lines: {FUNCTION_LINES_MAX} at most, "
                      "name its steps as functions")
