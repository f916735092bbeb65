"""The first lines of a file and the form of its includes."""
# SPDX-License-Identifier: Apache-2.0
import re

from rules.source import Finding

RULE = "form"

SPDX = "SPDX-License-Identifier: Apache-2.0"
# The licence stands behind the first line, which says what the file is for.
SPDX_LINES = 20
_OURS = re.compile(r"^(?:posse|core|journal|live|patrol|shop|node|cli|system|stores|sim|test)/")


def check(source, tree):
    if not (source.is_cpp or source.is_python or source.is_shell) or not source.text.strip():
        return
    if not any(line.lstrip("/# ") == SPDX for line in source.lines[:SPDX_LINES]):
        mark = "//" if source.is_cpp else "#"
        yield Finding(source.path, 1, RULE, f"no licence: add the line `{mark} {SPDX}`")
    if source.is_cpp:
        yield from _opening(source)
        yield from _includes(source, tree)


def _opening(source):
    if not source.lines[0].startswith("/// "):
        yield Finding(source.path, 1, RULE, "starts without a `///` line saying what it is for")
    has_pragma = re.search(r"^#pragma once$", source.code, re.MULTILINE)
    if source.is_header and not has_pragma:
        yield Finding(source.path, 1, RULE, "no include guard: add `#pragma once`")
    if not source.is_header and has_pragma:
        yield Finding(source.path, 1, RULE,
                      "`#pragma once` in a file that is not included: drop it")


def _includes(source, tree):
    beside = source.pure_path.parent
    for include in source.includes:
        if source.path.startswith("test/") and str(beside / include.target) in tree.sources:
            continue  # A test may name what lies beside it.
        if message := _complaint(include, tree):
            yield Finding(source.path, include.line, RULE, message)


def _complaint(include, tree):
    if not include.quoted:
        if _OURS.match(include.target) and tree.resolve(include):
            return f'<{include.target}> is ours: write "{include.target}"'
        return None
    if ".." in include.target.split("/"):
        return f'"{include.target}": write the path from src/ or include/'
    if tree.resolve(include) is None:
        return (f'"{include.target}" is no header of ours: write the path from src/ or include/, '
                "and third-party headers in <>")
    return None
