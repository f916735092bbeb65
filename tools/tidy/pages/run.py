"""Runs the commands of README.md and docs/ in a scratch folder and compares their answers."""
# SPDX-License-Identifier: Apache-2.0
import argparse
import os
import tempfile
from pathlib import Path

from pages.blocks import PageError, commands_of, matches
from pages.shell import Shell, ShellError

# Not offered in the scratch folder: what commands write, and what would build the project again.
NOT_LINKED = {"var", "script", ".git"}
SECONDS_MAX = 120


def main(arguments, root):
    parser = argparse.ArgumentParser(
        prog="check-docs",
        description="Runs each ```sh block below a <!-- run --> line of README.md and docs/*.md.",
    )
    parser.add_argument("--seconds", type=float, default=SECONDS_MAX, help="for one command")
    parser.add_argument("pages", nargs="*", type=Path)
    options = parser.parse_args(arguments)
    pages = options.pages or [root / "README.md", *sorted((root / "docs").glob("*.md"))]
    ran, complaints = 0, []
    for page in filter(Path.exists, pages):
        count, found = check_page(page, root, options.seconds)
        ran += count
        complaints += found
    print("\n".join(complaints + [f"check-docs: {ran} commands run, {len(complaints)} failed"]))
    return 1 if complaints else 0


def check_page(page, root, seconds_max):
    """The number of commands run, and a complaint about the first that is not as shown."""
    try:
        commands = commands_of(page.read_text(encoding="utf-8"))
    except PageError as error:
        return 0, [f"{page}: {error}"]
    if not commands:
        return 0, []
    with tempfile.TemporaryDirectory(prefix="posse-docs-") as scratch:
        _furnish(Path(scratch), root)
        with Shell(scratch, _environment(root)) as shell:
            for number, command in enumerate(commands, 1):
                if complaint := _complaint(shell, command, seconds_max):
                    # What follows builds on this one, so its failures would say nothing new.
                    return number, [f"{page}:{command.line}: $ {command.text}\n{complaint}"]
    return len(commands), []


def _complaint(shell, command, seconds_max):
    try:
        code, output = shell.run(command.text, seconds_max)
    except ShellError as error:
        return f"  {error}"
    if code != 0:
        return f"  exit code {code}, and said:\n{_indented(output)}"
    if not matches(command.expected, output):
        expected = "\n".join(command.expected)
        return f"  the page shows:\n{_indented(expected)}\n  it said:\n{_indented(output)}"
    return None


def _furnish(scratch, root):
    """The tree as a reader has it, by links; what a command writes lands in the scratch folder."""
    for entry in root.iterdir():
        if entry.name not in NOT_LINKED:
            (scratch / entry.name).symlink_to(entry)


def _environment(root):
    environment = dict(os.environ, NO_COLOR="1", TERM="dumb", LC_ALL="C.UTF-8")
    environment["PATH"] = f"{root / 'build' / 'release'}:{environment['PATH']}"
    return environment


def _indented(text):
    return "\n".join(f"    {line}" for line in text.splitlines())

