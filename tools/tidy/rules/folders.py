"""The folder table of ARCHITECTURE.md and the folders of src/ tell the same story."""
# SPDX-License-Identifier: Apache-2.0
import re

from rules.source import Finding

RULE = "folders"

PAGE = "ARCHITECTURE.md"
_NAMED = re.compile(r"`([\w./-]+)`")


def check_tree(tree):
    page = tree.get(PAGE)
    if page is None:
        return
    rows = dict(_rows(page))
    for folder in sorted(_folders(tree)):
        if folder not in rows:
            yield Finding(PAGE, 1, RULE, f"src/{folder} is not in the folder table: add its row")
    for name, line in rows.items():
        if name not in tree.folders and f"src/{name}" not in tree.folders:
            yield Finding(PAGE, line, RULE, f"{name} is in the folder table and not in the tree: "
                          "drop its row")


def _folders(tree):
    """The folders of src/ in the table's words: `core`, `stores/lmdb`."""
    for folder in tree.folders:
        parts = folder.split("/")
        if parts[0] == "src" and len(parts) == 2 and parts[1] != "stores":
            yield parts[1]
        if parts[:2] == ["src", "stores"] and len(parts) == 3:
            yield "/".join(parts[1:])


def _rows(page):
    """Each folder named in the first cell of a table row, with its line."""
    for number, line in enumerate(page.lines, 1):
        cells = line.split("|")
        if line.startswith("|") and len(cells) > 2:
            for name in _NAMED.findall(cells[1]):
                yield name.strip("/").removeprefix("src/"), number
