"""What has changed lately, and what of it is worth checking again."""
# SPDX-License-Identifier: Apache-2.0
import subprocess
from pathlib import Path

# What so many commits have changed counts as recent.
RECENT_COMMITS = 40


def changed_in(root):
    """The files that the latest commits have changed; None if history is cut off."""
    log = subprocess.run(
        ["git", "-C", str(root), "log", f"-{RECENT_COMMITS}", "--format=", "--name-only"],
        capture_output=True, text=True, check=False)
    if log.returncode != 0 or (root / ".git" / "shallow").exists():
        return None
    return set(log.stdout.split())


def touched(units_of_all, tree, changed):
    """The units that are changed, and one for each header that is: its own, or who includes it."""
    if changed is None:
        return units_of_all
    chosen = {unit.path for unit in units_of_all if unit.path in changed}
    for header in sorted(path for path in changed if path.endswith(".h")):
        includers = [unit.path for unit in units_of_all if header in tree.reach(unit.path)]
        own = str(Path(header).with_suffix(".cc"))
        chosen.update([own] if own in includers else includers[:1])
    return [unit for unit in units_of_all if unit.path in chosen]
