"""What is known clean, and what is read from the answers of clang's tools."""
# SPDX-License-Identifier: Apache-2.0
import json
import tempfile
import unittest
from pathlib import Path

from clang.answers import of_clang_query, of_clang_tidy
from clang.clean import Clean, key_of
from clang.compiled import Unit, units
from clang.recent import touched
from rules.tree import Tree

ROOT = Path("/posse")
TEXTS = {"src/core/a.cc": '#include "core/a.h"\n', "src/core/a.h": "int a;\n",
         "src/core/b.h": "int b;\n", "cmake/precompiled.h": "#include <map>\n"}
UNIT = Unit("src/core/a.cc", "clang++-19 -c a.cc")
MATCHES = """
Match #1:

/posse/src/core/a.cc:2:1: note: "await" binds here
    2 | co_await
/posse/src/core/a.cc:3:9: note: "temporary" binds here
    3 | Order{key}
1 match.
"""


class CleanTest(unittest.TestCase):
    def key(self, unit=UNIT, rules=("1",), **changed):
        return key_of(unit, Tree.of({**TEXTS, **changed.get("texts", {})}), rules)

    def test_the_key_changes_with_all_that_decides(self):
        self.assertEqual(self.key(), self.key(texts={"src/core/b.h": "int c;\n"}))
        for other in [self.key(texts={"src/core/a.h": "int c;\n"}), self.key(rules=("2",)),
                      self.key(texts={"cmake/precompiled.h": "#include <set>\n"}),
                      self.key(unit=Unit("src/core/a.cc", "clang++-19 -O2 -c a.cc"))]:
            self.assertNotEqual(self.key(), other)

    def test_remembers(self):
        with tempfile.TemporaryDirectory() as folder:
            clean = Clean(Path(folder) / "clean")
            self.assertFalse(clean.knows("a"))
            clean.remember("a")
            self.assertTrue(Clean(Path(folder) / "clean").knows("a"))


class RecentTest(unittest.TestCase):
    TREE = Tree.of({**TEXTS, "src/core/c.cc": '#include "core/b.h"\n'})
    UNITS = [UNIT, Unit("src/core/c.cc", "clang++-19 -c c.cc")]

    def touched(self, changed):
        return [unit.path for unit in touched(self.UNITS, self.TREE, changed)]

    def test_everything_where_git_does_not_know(self):
        self.assertEqual(self.touched(None), ["src/core/a.cc", "src/core/c.cc"])

    def test_what_changed_and_one_unit_for_each_header(self):
        self.assertEqual(self.touched({"README.md"}), [])
        self.assertEqual(self.touched({"src/core/c.cc"}), ["src/core/c.cc"])
        self.assertEqual(self.touched({"src/core/a.h"}), ["src/core/a.cc"])
        self.assertEqual(self.touched({"src/core/b.h"}), ["src/core/c.cc"])
        self.assertEqual(self.touched({"src/core/gone.h"}), [])


class AnswersTest(unittest.TestCase):
    def test_reads_clang_tidy(self):
        output = ("3 warnings generated.\n/posse/src/core/a.cc:7:3: error: is slow "
                  "[performance-enum-size,-warnings-as-errors]\n    7 |  x\n"
                  "/posse/src/core/a.cc:8:3: error: unknown type name 'x'\n")
        self.assertEqual([str(finding) for finding in of_clang_tidy(output, ROOT)], [
            "src/core/a.cc:7: performance-enum-size: is slow",
            "src/core/a.cc:8: compiler: unknown type name 'x'"])

    def test_reads_clang_query_and_its_allowances(self):
        code = "f(\n  co_await\n  Order{key});"
        found = of_clang_query(MATCHES, ROOT, Tree.of({"src/core/a.cc": code}))
        self.assertEqual([(f.line, f.rule) for f in found], [(3, "coroutine")])
        code = "// tidy: allow(coroutine) trivially destructible\n  co_await\n  Order{key});"
        self.assertEqual(of_clang_query(MATCHES, ROOT, Tree.of({"src/core/a.cc": code})), [])

    def test_a_file_that_does_not_parse_is_a_finding(self):
        output = "/posse/src/core/a.cc:1:1: error: no such thing\n0 matches.\n"
        self.assertEqual(len(of_clang_query(output, ROOT, Tree.of({}))), 1)


class UnitsTest(unittest.TestCase):
    def test_reads_the_commands_of_files_below_the_root(self):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder).resolve()
            database = root / "compile_commands.json"
            database.write_text(json.dumps([
                {"directory": str(root / "build"), "file": "../src/a.cc", "command": "c++ a"},
                {"directory": "/", "file": "/elsewhere/b.cc", "command": "c++ b"}]))
            self.assertEqual(units(database, root), [Unit("src/a.cc", "c++ a")])


if __name__ == "__main__":
    unittest.main()
