"""What a page shows of C++ and CMake stands in an example or a test: it is built and run."""
# SPDX-License-Identifier: Apache-2.0
import re
import textwrap
from pathlib import PurePosixPath

from rules.source import Finding

RULE = "quotes"

PLACES = ("examples/", "test/install/consumer/")
_SUFFIXES = {"cpp": (".cc", ".h"), "cmake": ("CMakeLists.txt",)}
_OPENS = re.compile(r"\s*```(\w+)\s*$")


def check_tree(tree):
    for page in tree:
        if page.path != "README.md" and not _is_in_docs(page.path):
            continue
        for line, language, block in _blocks(page.lines):
            if not any(_holds(source.lines, block) for source in _sources(tree, language)):
                yield Finding(page.path, line, RULE, "these lines stand nowhere in "
                              f"{' or '.join(PLACES)}: take them from there")


def _is_in_docs(path):
    return path.startswith("docs/") and PurePosixPath(path).suffix == ".md"


def _sources(tree, language):
    return [source for source in tree
            if source.path.startswith(PLACES) and source.path.endswith(_SUFFIXES[language])]


def _blocks(lines):
    """The line, language and lines of each block in a language that is looked for."""
    number = 0
    while number < len(lines):
        opening = _OPENS.match(lines[number])
        first = number = number + 1
        if not opening:
            continue
        while number < len(lines) and lines[number].strip() != "```":
            number += 1
        if opening[1] in _SUFFIXES:
            yield first, opening[1], lines[first:number]
        number += 1


def _holds(lines, block):
    wanted = _dedented(block)
    return any(_dedented(lines[first : first + len(block)]) == wanted
               for first in range(len(lines) - len(block) + 1))


def _dedented(lines):
    return textwrap.dedent("\n".join(line.rstrip() for line in lines))
