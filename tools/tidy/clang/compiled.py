"""How each source file is compiled, from the compile_commands.json of a build."""
# SPDX-License-Identifier: Apache-2.0
import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Unit:
    """A file that the build compiles: its path from the root, and the command."""

    path: str
    command: str


def units(database, root):
    """Every unit below `root`, the first command of each; nothing that the build itself wrote."""
    found = {}
    for entry in json.loads(Path(database).read_text(encoding="utf-8")):
        file = (Path(entry["directory"]) / entry["file"]).resolve()
        if not file.is_relative_to(root):
            continue
        path = str(file.relative_to(root))
        command = entry.get("command") or " ".join(entry["arguments"])
        found.setdefault(path, Unit(path, command))
    return [found[path] for path in sorted(found)]
