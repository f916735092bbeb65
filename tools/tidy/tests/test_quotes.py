"""What pages show of C++ stands in an example or a test."""
# SPDX-License-Identifier: Apache-2.0
import unittest

from rules import quotes
from tests.trees import tree_messages

FENCE = "```"
EXAMPLE = "int main() {\n  int a = 1;\n  if (a > 0) {\n    return a;\n  }\n}\n"


def complaints(*blocks, language="cpp", page="docs/guide.md"):
    text = "".join(f"Text.\n\n{FENCE}{language}\n{block}\n{FENCE}\n" for block in blocks)
    return len(tree_messages(quotes, {page: text, "examples/one.cc": EXAMPLE,
                                      "src/core/two.cc": "int b = 2;\n",
                                      "test/install/consumer/CMakeLists.txt": "project(One)\n"}))


class QuotesTest(unittest.TestCase):
    def test_finds_lines_however_far_they_are_indented(self):
        self.assertEqual(complaints("int a = 1;\nif (a > 0) {\n  return a;\n}"), 0)
        self.assertEqual(complaints("return a;", "int main() {"), 0)

    def test_wants_whole_lines_one_behind_the_other(self):
        for block in ["int a = 2;", "int a = 1;\nreturn a;", "int a = 1",
                      "  int a = 1;\nif (a > 0) {"]:
            self.assertEqual(complaints(block), 1, block)

    def test_looks_only_where_things_are_run(self):
        self.assertEqual(complaints("int b = 2;"), 1)

    def test_looks_at_cmake_and_at_no_other_language(self):
        self.assertEqual(complaints("project(One)", language="cmake"), 0)
        self.assertEqual(complaints("project(Two)", language="cmake"), 1)
        self.assertEqual(complaints("project(Two)", language="sh"), 0)

    def test_looks_at_the_pages_for_readers(self):
        for page, count in [("README.md", 1), ("docs/a/b.md", 1), ("tools/tidy/README.md", 0)]:
            self.assertEqual(complaints("int c;", page=page), count, page)


if __name__ == "__main__":
    unittest.main()
