"""The commands that a page tells its reader to run, with the answers that it shows."""
# SPDX-License-Identifier: Apache-2.0
import re
from dataclasses import dataclass, field

MARK = "<!-- run -->"
PROMPT = "$ "
ANYTHING = "…"


class PageError(Exception):
    """A page that is not written as this program expects it."""


@dataclass
class Command:
    """One command and the lines that the page shows below it; no lines: any answer will do."""

    line: int
    text: str
    expected: list = field(default_factory=list)


def commands_of(text):
    """The commands of every ```sh block right below a <!-- run --> line, in order."""
    lines = text.splitlines()
    found, number = [], 0
    while number < len(lines):
        if lines[number].strip() != MARK:
            number += 1
            continue
        first = number + 1
        if first >= len(lines) or lines[first].strip() != "```sh":
            raise PageError(f"line {number + 1}: {MARK} stands above no ```sh block")
        last = _end_of_block(lines, first)
        found += _commands_of_block(lines[first + 1 : last], first + 2)
        number = last + 1
    return found


def _end_of_block(lines, first):
    for number in range(first + 1, len(lines)):
        if lines[number].strip() == "```":
            return number
    raise PageError(f"line {first + 1}: a block without an end")


def _commands_of_block(lines, first_line):
    """With prompts: commands and answers. Without: the whole block is one script."""
    if not any(line.startswith(PROMPT) for line in lines):
        return [Command(first_line, "\n".join(lines))] if lines else []
    found = []
    for number, line in enumerate(lines, first_line):
        if line.startswith(PROMPT):
            found.append(Command(number, line.removeprefix(PROMPT)))
        elif not found:
            raise PageError(f"line {number}: an answer before the first command")
        elif found[-1].text.endswith("\\") and not found[-1].expected:
            found[-1].text += "\n" + line
        else:
            found[-1].expected.append(line)
    return found


def matches(expected, output):
    """Whether an answer is as the page shows it: … stands for anything, also for whole lines."""
    if not expected:
        return True
    pattern = ""
    for line in expected:
        if line.strip() == ANYTHING:
            pattern += r"(?:.*\n)*?"
        else:
            parts = (re.escape(part) for part in line.rstrip().split(ANYTHING))
            pattern += ".*?".join(parts) + r"[ \t]*\n"
    tidy_output = output.rstrip() + "\n" if output.strip() else ""
    return re.fullmatch(pattern, tidy_output) is not None
