"""Turns what clang-tidy and clang-query print into findings."""
# SPDX-License-Identifier: Apache-2.0
import re
from pathlib import Path

from rules.source import Finding

RULE = "coroutine"

_DIAGNOSTIC = re.compile(
    r"^(?P<path>/[^:\n]+):(?P<line>\d+):\d+: (?:fatal )?(?:error|warning): (?P<message>.*)$",
    re.MULTILINE,
)
_CHECK = re.compile(r"(.*) \[([\w.,-]+)\]$")
_BOUND = re.compile(r'^(/[^:\n]+):(\d+):\d+: note: "(\w+)" binds here$', re.MULTILINE)
_TRAPS = {
    "temporary": "a temporary in an expression that awaits, which g++ 12 destroys twice: "
                 "name it on the line before and pass std::move(name)",
    "truth": "&& and || in an expression that awaits, which g++ 12 decides wrongly: "
             "await on the line before, then decide",
}


def of_clang_tidy(output, root):
    """The findings of a clang-tidy run, and of the compiler inside it."""
    found = []
    for match in _DIAGNOSTIC.finditer(output):
        parts = _CHECK.match(match["message"])
        message, checks = (parts[1], parts[2]) if parts else (match["message"], "compiler")
        rule = checks.split(",")[0]
        found.append(Finding(_relative(match["path"], root), int(match["line"]), rule, message))
    return found


def of_clang_query(output, root, tree):
    """The traps that clang-query matched, without those that an allowance covers."""
    found = []
    for block in output.split("Match #")[1:]:
        spots = [(name, Finding(_relative(path, root), int(line), RULE, _TRAPS.get(name, "")))
                 for path, line, name in _BOUND.findall(block)]
        if not any(_is_allowed(spot, tree) for _, spot in spots):
            found += [spot for name, spot in spots if name in _TRAPS]
    for match in _DIAGNOSTIC.finditer(output):
        found.append(Finding(_relative(match["path"], root), int(match["line"]), "compiler",
                             match["message"]))
    return sorted(set(found))


def _is_allowed(finding, tree):
    source = tree.get(finding.path)
    return source is not None and source.allowed(finding.rule, finding.line) is not None


def _relative(path, root):
    resolved = Path(path).resolve()
    return str(resolved.relative_to(root)) if resolved.is_relative_to(root) else path
