"""Comments, strings, includes and allowances as the rules see them."""
# SPDX-License-Identifier: Apache-2.0
import unittest

from rules.source import Source


class SourceTest(unittest.TestCase):
    def test_blanks_comments_and_strings_in_place(self):
        source = Source("a.cc", 'f("now()"); // now()\nint n = 1\'000; char c = \'"\'; g();')
        self.assertEqual(source.code.count("\n"), 1)
        self.assertNotIn("now", source.code)
        self.assertIn("1'000", source.code)
        self.assertIn("g();", source.code)
        self.assertEqual(len(source.code), len(source.text))

    def test_blanks_raw_strings(self):
        source = Source("a.cc", 'auto s = R"json({"a": "b"})json"; f();')
        self.assertNotIn("a\"", source.code)
        self.assertTrue(source.code.endswith("f();"))

    def test_finds_includes_but_not_in_comments(self):
        source = Source("a.cc", '#include "core/a.h"\n// #include "core/b.h"\n# include <map>\n')
        found = [(include.line, include.quoted, include.target) for include in source.includes]
        self.assertEqual(found, [(1, True, "core/a.h"), (3, False, "map")])

    def test_an_allowance_covers_its_line_and_the_code_below_it(self):
        text = "// tidy: allow(sizes) a table\n// of the standard.\nf();\ng();  // tidy: allow(form) x\n"
        source = Source("a.cc", text)
        self.assertIsNotNone(source.allowed("sizes", 3))
        self.assertIsNone(source.allowed("sizes", 4))
        self.assertEqual(source.allowed("form", 4).reason, "x")

    def test_knows_a_script_by_its_first_line(self):
        self.assertTrue(Source("script/x", "#!/usr/bin/env bash\n").is_shell)
        self.assertTrue(Source("script/y", "#!/usr/bin/env python3\n").is_python)


if __name__ == "__main__":
    unittest.main()
