"""Which demands and invariants have a test."""
# SPDX-License-Identifier: Apache-2.0
import unittest

from rules import ids
from tests.trees import tree_messages


def complaints(test, listed=None):
    """With every id listed as open, unless told otherwise."""
    lines = [f"{name} needs it" for name in ids.KNOWN] if listed is None else listed
    texts = {"test/unit/a_test.cc": test, ids.OPEN_LIST: "\n".join(lines)}
    return tree_messages(ids, texts)


class IdsTest(unittest.TestCase):
    def test_wants_each_id_tested_or_listed(self):
        self.assertEqual(complaints(""), [])
        names = [name for name in ids.KNOWN if name != "S7"]
        listed = [f"{name} needs it" for name in names]
        self.assertEqual(len(complaints("", listed)), 1)
        self.assertEqual(complaints("TEST(A, B) {  // S7\n}\n", listed), [])
        self.assertEqual(complaints("// Keeps it. S7\nTEST(A,\n     B) {\n}\n", listed), [])

    def test_counts_only_the_comment_of_a_test(self):
        self.assertEqual(complaints("// S7 is about outcomes\nint x;\n"), [])
        self.assertEqual(complaints("TEST(A, B) {\n  // S7\n}\n"), [])

    def test_rejects_what_is_both_listed_and_tested(self):
        found = complaints("TEST(A, B) {}  // I5 S3\n")
        self.assertEqual([message.split()[0] for message in found], ["S3", "I5"])

    def test_rejects_ids_that_do_not_exist_and_lines_without_a_reason(self):
        self.assertEqual(complaints("TEST(A, B) {}  // S18\n"),
                         ["S18: there is no such demand or invariant"])
        listed = [f"{name} needs it" for name in ids.KNOWN if name != "S1"]
        self.assertEqual(len(complaints("", [*listed, "S1"])), 1)

    def test_reads_the_headings_of_transcripts(self):
        texts = {"test/transcripts/crash.txt": "# S10: within a second\n",
                 ids.OPEN_LIST: "\n".join(f"{name} needs it" for name in ids.KNOWN)}
        self.assertEqual(len(tree_messages(ids, texts)), 1)


if __name__ == "__main__":
    unittest.main()
