"""Runs clang-tidy and clang-query over the units of a build, as many at a time as asked."""
# SPDX-License-Identifier: Apache-2.0
import argparse
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from clang import answers
from clang.clean import Clean, key_of
from clang.compiled import units
from clang.recent import changed_in, touched
from rules.source import Finding
from rules.tree import Tree

QUERY = "tools/tidy/clang/coroutines.query"
SETTINGS = ".clang-tidy"
FOLDERS = ("src/", "sim/", "examples/")
# Those of .clang-tidy that have found something, or could find what no test does. The others,
# another third of the time, hardly ever do.
QUICK = ("bugprone-use-after-move", "bugprone-dangling-handle", "bugprone-unused-return-value",
         "bugprone-unused-local-non-trivial-variable", "performance-move-const-arg",
         "performance-for-range-copy", "performance-unnecessary-copy-initialization",
         "cppcoreguidelines-avoid-capturing-lambda-coroutines",
         "cppcoreguidelines-avoid-reference-coroutine-parameters",
         "readability-identifier-naming")
# One file with all of Beast takes 90 s on a slow core; ten times that is a hang.
SECONDS_MAX = 900


@dataclass(frozen=True)
class Tool:
    """A checker: how it is called, what decides about its answer, and how that is read."""

    name: str
    command: list
    rules: tuple
    read: object
    wants: object


def main(arguments, root):
    options = _parser().parse_args(arguments)
    root = root.resolve()
    database = root / options.build / "compile_commands.json"
    if not database.exists():
        sys.exit(f"lint: {options.build} is not configured: run cmake --preset dev")
    tree = Tree.read(root)
    wanted = options.paths or FOLDERS
    chosen = [unit for unit in units(database, root) if unit.path.startswith(tuple(wanted))]
    if options.recent:
        chosen = touched(chosen, tree, changed_in(root))
    clean = Clean(root / "build" / "lint-clean")
    work, known = [], 0
    for tool in _tools(root, database.parent, tree, QUICK if options.quick else ()):
        for unit in filter(lambda unit: tool.wants(tree.get(unit.path)), chosen):
            key = key_of(unit, tree, tool.rules)
            known += clean.knows(key)
            work += [] if clean.knows(key) else [(tool, unit, key)]
    found = set()
    with ThreadPoolExecutor(max_workers=options.jobs) as pool:
        for item, findings in zip(work, pool.map(lambda item: _check(item, root), work)):
            found.update(findings)
            if not findings:
                clean.remember(item[2])
    for finding in sorted(found):
        print(finding)
    print(f"lint: {len(work)} checks run, {known} known clean, {len(found)} to change",
          file=sys.stderr)
    return 1 if found else 0


def _parser():
    parser = argparse.ArgumentParser(
        prog="lint", description="Checks what needs a syntax tree: .clang-tidy, coroutines.query."
    )
    parser.add_argument("--build", default="build/dev", help="a configured and built clang build")
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--quick", action="store_true",
                        help="only the checks of clang-tidy that find most")
    parser.add_argument("--recent", action="store_true",
                        help="only what has changed lately, if git knows")
    parser.add_argument("paths", nargs="*", help="prefixes from the root; src/ and sim/ if none")
    return parser


def _tools(root, build, tree, only):
    settings = (root / SETTINGS).read_text(encoding="utf-8")
    query = (root / QUERY).read_text(encoding="utf-8")
    chosen = ["--checks=" + ",".join(("-*", *only))] if only else []
    return [
        Tool("clang-query", ["clang-query-19", "-p", str(build), "-f", str(root / QUERY)],
             (_version("clang-query-19"), query),
             lambda output: answers.of_clang_query(output, root, tree),
             lambda source: source is not None and "co_await" in source.code),
        Tool("clang-tidy", ["clang-tidy-19", "-p", str(build), "--quiet", *chosen],
             (_version("clang-tidy-19"), settings, *chosen),
             lambda output: answers.of_clang_tidy(output, root),
             lambda source: source is not None),
    ]


def _version(program):
    return subprocess.run([program, "--version"], check=True, capture_output=True, text=True).stdout


def _check(item, root):
    tool, unit, _ = item
    try:
        done = subprocess.run([*tool.command, str(root / unit.path)], cwd=root, text=True,
                              capture_output=True, timeout=SECONDS_MAX, check=False)
    except subprocess.TimeoutExpired:
        return [Finding(unit.path, 1, tool.name, f"did not end within {SECONDS_MAX} s")]
    findings = tool.read(done.stdout + done.stderr)
    if done.returncode != 0 and not findings:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["no word of why"]
        findings = [Finding(unit.path, 1, tool.name, f"failed: {last[0]}")]
    return findings
