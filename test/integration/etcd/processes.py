"""Processes of this machine: that end with their parent, whose they are, what they are called."""
# SPDX-License-Identifier: Apache-2.0
from pathlib import Path


def ends_with_this_thread(*words):
    """Words that run a program which is killed when the thread that starts it has ended."""
    return ["setpriv", "--pdeathsig", "KILL", *map(str, words)]


def children_of(parent):
    """The processes that `parent` has started and that have not ended."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:  # has ended meanwhile
            continue
        if int(fields[1]) == parent and fields[0] not in "ZX":
            found.append(int(stat.parent.name))
    return sorted(found)


def those_who_name(text):
    """The processes that have `text` in their words."""
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = file.read_bytes()
        except OSError:  # has ended meanwhile
            continue
        if str(text).encode() in words:
            found.append(words.replace(b"\0", b" "))
    return found
