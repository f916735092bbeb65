"""Lengths, columns, parameters, nesting."""
# SPDX-License-Identifier: Apache-2.0
import unittest

from rules import sizes
from tests.trees import cpp_messages, messages


def body(lines):
    return "void f() {\n" + "  g();\n" * (lines - 2) + "}\n"


class SizesTest(unittest.TestCase):
    def test_bounds_files_functions_and_columns(self):
        self.assertEqual(cpp_messages(sizes, body(60)), [])
        self.assertIn("f has 61 lines", cpp_messages(sizes, body(61))[0])
        self.assertEqual(cpp_messages(sizes, "// x\n" * 500), [])
        self.assertIn("501 lines", cpp_messages(sizes, "// x\n" * 501)[0])
        self.assertEqual(cpp_messages(sizes, "//" + "é" * 98 + "\n"), [])
        self.assertIn("101 columns", cpp_messages(sizes, "//" + "x" * 99 + "\n")[0])

    def test_bounds_parameters_of_bodies_and_declarations(self):
        self.assertEqual(cpp_messages(sizes, "void f(int a, int b, int c, int d);\n"), [])
        self.assertIn("f has 5 parameters",
                      cpp_messages(sizes, "void f(int a, int b, int c, int d, int e);\n")[0])

    def test_bounds_nesting(self):
        deep = "void f() {\n" + "if (a) {\n" * 4 + "}\n" * 4 + "}\n"
        self.assertIn("f nests 4 deep", cpp_messages(sizes, deep)[0])

    def test_bounds_python_and_leaves_prose_and_generated_files_alone(self):
        long = "def f():\n" + "    g()\n" * 60
        self.assertIn("f has 61 lines", messages(sizes, {"tools/a.py": long})[0])
        prose = {"docs/a.md": "x" * 200 + "\n", "LICENSE": "x\n" * 600}
        self.assertEqual(messages(sizes, prose), [])
        self.assertEqual(cpp_messages(sizes, "/// @generated\n" + "int x;\n" * 600), [])


if __name__ == "__main__":
    unittest.main()
