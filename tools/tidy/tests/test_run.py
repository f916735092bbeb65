"""The program itself: allowances, paths, exit codes."""
# SPDX-License-Identifier: Apache-2.0
import contextlib
import io
import subprocess
import tempfile
import unittest
from pathlib import Path

from rules import ids
from rules.run import findings, main
from rules.tree import Tree
from tests.trees import HEAD

LISTED = {ids.OPEN_LIST: "\n".join(f"{name} needs it" for name in ids.KNOWN)}


def rules_of(code):
    tree = Tree.of({**LISTED, "src/core/a.cc": HEAD + code})
    return [finding.rule for finding in findings(tree)]


class AllowTest(unittest.TestCase):
    def test_allows_with_a_reason_only(self):
        self.assertEqual(rules_of("std::mutex m;\n"), ["banned"])
        self.assertEqual(rules_of("std::mutex m;  // tidy: allow(banned) guards the hook\n"), [])
        self.assertEqual(rules_of("std::mutex m;  // tidy: allow(banned)\n"), ["allow"])

    def test_rejects_an_allowance_that_nothing_needs(self):
        self.assertEqual(rules_of("int m;  // tidy: allow(banned) guards the hook\n"), ["allow"])
        self.assertEqual(rules_of("int m;  // tidy: allow(beauty) it is fine\n"), ["allow"])
        self.assertEqual(rules_of("int m;  // tidy: allow(coroutine) clang-query\n"), [])


class MainTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        for path, text in {**LISTED, "src/core/a.cc": HEAD + "std::mutex m;\n",
                           "src/core/b.cc": HEAD, "build/c.cc": "rand();\n",
                           ".gitignore": "build/\n"}.items():
            (self.root / path).parent.mkdir(parents=True, exist_ok=True)
            (self.root / path).write_text(text, encoding="utf-8")
        subprocess.run(["git", "init", "-q"], cwd=self.root, check=True)

    def run_main(self, *paths):
        output, errors = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors):
            code = main([str(self.root / path) for path in paths], self.root)
        return code, output.getvalue()

    def test_prints_one_line_per_finding_and_ends_with_one(self):
        code, output = self.run_main()
        self.assertEqual(code, 1)
        self.assertRegex(output, r"^src/core/a\.cc:3: banned: std::mutex: [^\n]*\n$")

    def test_reports_only_what_lies_below_the_paths(self):
        self.assertEqual(self.run_main("src/core/b.cc"), (0, ""))
        self.assertEqual(self.run_main("src")[0], 1)


if __name__ == "__main__":
    unittest.main()
