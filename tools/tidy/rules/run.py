"""Runs every rule over the tree and prints what it found, one line each."""
# SPDX-License-Identifier: Apache-2.0
import argparse
import sys
from pathlib import Path

from rules import (arrows, banned, coroutines, folders, form, ids, leftovers, places,
                   quotes, sizes)
from rules.source import Finding
from rules.tree import Tree

FILE_RULES = [arrows, banned, coroutines, form, leftovers, places, sizes]
TREE_RULES = [folders, ids, quotes]
# Rules whose findings come from another program; an allowance for them cannot be judged here.
ELSEWHERE = {"coroutine"}
KNOWN_RULES = {rule.RULE for rule in FILE_RULES}
EXAMPLES = ("tools/tidy/rules/", "tools/tidy/tests/", "tools/tidy/clang/")


def findings(tree):
    """All findings of all rules, sorted, minus what an allowance with a reason covers."""
    found = []
    for source in tree:
        found += _of_file(source, tree)
    for rule in TREE_RULES:
        found += rule.check_tree(tree)
    return sorted(set(found))


def _of_file(source, tree):
    used = set()
    for rule in FILE_RULES:
        for finding in rule.check(source, tree):
            allow = source.allowed(finding.rule, finding.line)
            if allow is None:
                yield finding
            used.add(allow)
    is_prose = not (source.is_cpp or source.is_python or source.is_shell)
    if not is_prose and not source.path.startswith(EXAMPLES):
        yield from _about_allows(source, used)


def _about_allows(source, used):
    for allow in source.allows:
        message = None
        if allow.rule not in KNOWN_RULES:
            message = f"allow({allow.rule}): there is no such rule"
        elif not allow.reason:
            message = f"allow({allow.rule}): say why, behind the parenthesis"
        elif allow not in used and allow.rule not in ELSEWHERE:
            message = f"allow({allow.rule}): nothing here needs it; drop it"
        if message:
            yield Finding(source.path, allow.line, "allow", message)


def main(arguments, root):
    parser = argparse.ArgumentParser(
        prog="tidy", description="Checks the house rules; prints one line per finding."
    )
    parser.add_argument("--root", type=Path, default=root, help="the tree to check")
    parser.add_argument("paths", nargs="*", help="report only what lies below these paths")
    options = parser.parse_args(arguments)
    root = options.root.resolve()
    wanted = [_below(path, root) for path in options.paths]
    found = [f for f in findings(Tree.read(root)) if _is_wanted(f.path, wanted)]
    for finding in found:
        print(finding)
    if found:
        print(f"tidy: {len(found)} to change", file=sys.stderr)
    return 1 if found else 0


def _below(path, root):
    try:
        return str(Path(path).resolve().relative_to(root))
    except ValueError:
        sys.exit(f"tidy: {path} is not below {root}")


def _is_wanted(path, wanted):
    return not wanted or any(w in (".", path) or path.startswith(f"{w}/") for w in wanted)
