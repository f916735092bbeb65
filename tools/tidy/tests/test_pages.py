"""Running what a page tells its reader to run."""
# SPDX-License-Identifier: Apache-2.0
import tempfile
import unittest
from pathlib import Path

from pages.blocks import PageError, commands_of, matches
from pages.run import check_page

FENCE = "```"


def page(*blocks):
    return "".join(f"Text.\n\n<!-- run -->\n{FENCE}sh\n{block}\n{FENCE}\n" for block in blocks)


class BlocksTest(unittest.TestCase):
    def test_takes_only_marked_blocks(self):
        text = f"{FENCE}sh\n$ rm -r everything\n{FENCE}\n" + page("$ ls\na\nb\n$ pwd")
        found = [(command.line, command.text, command.expected) for command in commands_of(text)]
        self.assertEqual(found, [(8, "ls", ["a", "b"]), (11, "pwd", [])])

    def test_a_block_without_prompts_is_one_script(self):
        self.assertEqual([command.text for command in commands_of(page("a=1\necho $a"))],
                         ["a=1\necho $a"])

    def test_joins_lines_that_end_in_a_backslash(self):
        self.assertEqual(commands_of(page("$ a \\\n    b\nc"))[0].text, "a \\\n    b")

    def test_rejects_a_mark_without_a_block(self):
        for text in ["<!-- run -->\ntext\n", "<!-- run -->\n", f"<!-- run -->\n{FENCE}sh\n$ ls\n",
                     page("answer\n$ ls")]:
            with self.assertRaises(PageError):
                commands_of(text)


class MatchesTest(unittest.TestCase):
    def test_compares_lines_and_lets_the_ellipsis_stand_for_anything(self):
        for expected, output in [
            (["a", "b"], "a\nb\n"), (["a … c"], "a b c\n"), (["a", "…"], "a\n"),
            (["a", "…", "d"], "a\nb\nc\nd\n"), (["…", "d"], "d\n"), ([], "anything\n"),
            (["at 12:…"], "at 12:34"), (["a"], "a  \n\n"), (["1+1=2 (x)"], "1+1=2 (x)\n"),
        ]:
            self.assertTrue(matches(expected, output), (expected, output))
        for expected, output in [(["a"], "b\n"), (["a"], "a\nb\n"), (["a"], ""),
                                 (["a", "…", "d"], "a\nb\n"), (["a.c"], "abc\n")]:
            self.assertFalse(matches(expected, output), (expected, output))


class PageTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        program = self.root / "build" / "release" / "posse"
        program.parent.mkdir(parents=True)
        program.write_text("#!/bin/sh\necho sold $1\n", encoding="utf-8")
        program.chmod(0o755)

    def check(self, text, seconds_max=20):
        file = self.root / "README.md"
        file.write_text(text, encoding="utf-8")
        return check_page(file, self.root, seconds_max)

    def test_runs_in_order_in_one_shell_with_the_program_in_reach(self):
        text = page("$ slot=7; mkdir books && cd books",
                    "$ posse $slot\nsold …\n$ basename $PWD\nbooks")
        self.assertEqual(self.check(text), (3, []))
        self.assertFalse((self.root / "books").exists())

    def test_stops_at_the_first_failure_and_shows_it(self):
        for text, word in [(page("$ false\n$ true"), "exit code 1"),
                           (page("$ echo b\na"), "it said"),
                           (page("$ if then"), "exit code 2"), (page("$ exit 3"), "has ended")]:
            count, found = self.check(text)
            self.assertEqual((count, len(found)), (1, 1))
            self.assertIn(word, found[0])

    def test_ends_what_does_not_end_by_itself(self):
        self.assertIn("time allowed", self.check(page("$ sleep 60"), 0.2)[1][0])
        self.assertEqual(self.check(page("$ sleep 60 &\n$ echo a\na")), (2, []))


if __name__ == "__main__":
    unittest.main()
