"""The files that belong to the project, and where an include leads."""
# SPDX-License-Identifier: Apache-2.0
import re
import subprocess
from functools import cached_property
from pathlib import Path, PurePosixPath

from rules.source import Source

# An #include "..." is written from one of these.
INCLUDE_BASES = ("include", "src", "", "test")
# Beyond this a file is data, not text that somebody wrote.
TEXT_BYTES_MAX = 1_000_000
_ENUM = re.compile(r"\benum\s+(?:class|struct)\s+(\w+)")


class Tree:
    """All text files below a root, by their path from there."""

    def __init__(self, sources):
        self.sources = sources

    @classmethod
    def of(cls, texts):
        """A tree made of a dictionary from path to text."""
        return cls({path: Source(path, text) for path, text in texts.items()})

    @classmethod
    def read(cls, root):
        """What git knows or would add below `root`: nothing that is built or ignored."""
        listing = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=root,
            check=True,
            capture_output=True,
        ).stdout.decode()
        texts = {}
        for path in sorted(set(filter(None, listing.split("\0")))):
            text = _text(Path(root) / path)
            if text is not None:
                texts[path] = text
        return cls.of(texts)

    def __iter__(self):
        return iter(self.sources.values())

    def get(self, path):
        return self.sources.get(path)

    @cached_property
    def folders(self):
        """Every folder that holds a file, directly or further down."""
        return {str(parent) for path in self.sources for parent in PurePosixPath(path).parents}

    @cached_property
    def enums(self):
        """The names of all enum types: a braced one is a number, nothing that is destroyed."""
        found = set()
        for source in self:
            if source.is_cpp:
                found.update(_ENUM.findall(source.code))
        return found

    def resolve(self, include):
        """The path of our own header that an include names; None if there is none."""
        for base in INCLUDE_BASES:
            path = str(PurePosixPath(base) / include.target)
            if path in self.sources:
                return path
        return None

    def reach(self, path):
        """The file and all of our own headers that it includes, directly or not."""
        seen, open_paths = set(), [path]
        while open_paths:
            current = open_paths.pop()
            source = self.get(current)
            if current in seen or source is None:
                continue
            seen.add(current)
            open_paths.extend(filter(None, map(self.resolve, source.includes)))
        return seen


def _text(path):
    if not path.is_file() or path.is_symlink() or path.stat().st_size > TEXT_BYTES_MAX:
        return None
    content = path.read_bytes()
    if b"\0" in content:
        return None
    return content.decode(errors="replace")
