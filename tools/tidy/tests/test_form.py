"""First lines, licences, includes; places; the folder table."""
# SPDX-License-Identifier: Apache-2.0
import unittest

from rules import folders, form, places
from tests.trees import HEAD, messages, tree_messages


class FormTest(unittest.TestCase):
    def test_wants_a_first_line_a_licence_and_a_guard(self):
        self.assertEqual(messages(form, {"src/core/a.h": HEAD + "#pragma once\n"}), [])
        self.assertEqual(len(messages(form, {"src/core/a.h": "#include <map>\n"})), 3)
        self.assertEqual(len(messages(form, {"src/core/a.cc": HEAD + "#pragma once\n"})), 1)
        self.assertEqual(len(messages(form, {"script/a": "#!/usr/bin/env bash\n"})), 1)

    def test_wants_our_headers_in_quotes_from_a_base(self):
        headers = {"src/core/a.h": HEAD + "#pragma once\n"}
        for include, count in [('"core/a.h"', 0), ("<core/a.h>", 1), ('"a.h"', 1),
                               ('"../core/a.h"', 1), ('"gtest/gtest.h"', 1),
                               ("<gtest/gtest.h>", 0)]:
            code = f"{HEAD}#include {include}\n"
            found = messages(form, {**headers, "src/core/b.cc": code})
            self.assertEqual(len(found), count, include)

    def test_a_test_may_name_what_lies_beside_it(self):
        code = f'{HEAD}#include "clock.h"\n'
        header = HEAD + "#pragma once\n"
        for folder, count in [("test/unit", 0), ("src/core", 1)]:
            texts = {f"{folder}/clock.h": header, f"{folder}/a.cc": code}
            self.assertEqual(len(messages(form, texts)), count, folder)


class PlacesTest(unittest.TestCase):
    def test_rejects_paths_of_a_machine_and_registry_hosts(self):
        # Cut in two, so that this file may stand in the tree.
        for text in ["cd /" + "work/x", "'/" + "root/a'", "/" + "home/me",
                     "https://pypi" + ".org/a", '"https://registry.' + 'npmjs.org/a"']:
            self.assertEqual(len(messages(places, {"docs/a.md": text + "\n"})), 1, text)
        for text in ["/var/lib/posse", "src/work/a", "https://example.com/home/a", "a /work or b"]:
            self.assertEqual(messages(places, {"docs/a.md": text + "\n"}), [], text)


class FoldersTest(unittest.TestCase):
    TREE = {"src/core/a.cc": "", "src/stores/lmdb/a.cc": "", "sim/a.cc": ""}

    def test_has_nothing_to_say_without_the_page(self):
        self.assertEqual(tree_messages(folders, self.TREE), [])

    def test_wants_a_row_for_each_folder_and_a_folder_for_each_row(self):
        rows = "| folder | |\n|---|---|\n| `src/core` | a |\n| `src/stores/lmdb/`, `sim` | b |\n"
        self.assertEqual(tree_messages(folders, {**self.TREE, "ARCHITECTURE.md": rows}), [])
        rows = "| `core` | a `src/other` |\n| `src/node` | b |\n"
        found = tree_messages(folders, {**self.TREE, "ARCHITECTURE.md": rows})
        self.assertEqual(found, [
            "src/stores/lmdb is not in the folder table: add its row",
            "node is in the folder table and not in the tree: drop its row"])


if __name__ == "__main__":
    unittest.main()
