"""Remembers by content what was checked and found clean, so that it is not checked again."""
# SPDX-License-Identifier: Apache-2.0
import hashlib
from pathlib import Path

# Compiled into every unit without being named in it.
ALWAYS_INCLUDED = "cmake/precompiled.h"


class Clean:
    """A folder with one empty file for each check that ended without a finding."""

    def __init__(self, folder):
        self.folder = Path(folder)

    def knows(self, key):
        return (self.folder / key).exists()

    def remember(self, key):
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / key).touch()


def key_of(unit, tree, rules):
    """A digest of all that decides the outcome: the rules, the command, every file of ours."""
    digest = hashlib.sha256()
    for text in (*rules, unit.command):
        _feed(digest, text)
    paths = tree.reach(unit.path) | tree.reach(ALWAYS_INCLUDED)
    for path in sorted(paths):
        _feed(digest, path)
        _feed(digest, tree.get(path).text)
    return digest.hexdigest()


def _feed(digest, text):
    content = text.encode()
    digest.update(f"{len(content)}:".encode())
    digest.update(content)
