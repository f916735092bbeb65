"""`posse audit` of documents that programs keep in the same store as a shop."""
# SPDX-License-Identifier: Apache-2.0
import json
import unittest

from shop_case import ShopCase


class AuditDocuments(ShopCase):
    def setUp(self):
        super().setUp()
        self.fill()
        self.documents()

    def test_says_how_many_are_what_their_operations_come_to(self):  # I12
        books = self.audit()
        self.assertEqual((books["sound"], books["finished"]), (True, True))
        self.assertEqual(books["replayed"],
                         {"documents": 20, "verified": 20, "unverifiable": 0})
        self.assertIn("20 documents of the generic journals: 20 as their operations have made them",
                      self.good("audit").out)

    def test_finds_one_that_was_changed_by_hand(self):  # I12
        document = json.loads(self.document("bank/7"))
        document["data"]["balance"] += 1
        self.scribble("bank/7", json.dumps(document).encode())
        ran = self.posse("audit", "--json")
        self.assertEqual((ran.code, ran.json()["findings_by_code"]), (1, {"I12": 1}))
        self.assertEqual(ran.json()["findings"][0]["keys"][0], "bank/7")
        self.assertEqual(ran.json()["replayed"]["verified"], 19)
        self.assertIn("  I12: bank/7 is not what its settled operations come to",
                      self.posse("audit").out)

    def test_says_nothing_that_a_terminal_obeys(self):
        self.scribble("bank/\x1b[2J", self.document("bank/7"))
        ran = self.posse("audit")
        self.assertEqual(ran.code, 1)
        self.assertNotIn("\x1b", ran.out + ran.err)
        self.assertIn("bank/?[2J", ran.out)

    def test_decides_what_the_dead_have_left_on_one(self):  # I9
        self.declare("bank/7", "A" * 22, exclusive=1)
        books = self.audit()
        self.assertEqual((books["sound"], books["unfinished"]["holds"]), (True, 1))
        self.assertEqual(books["unfinished"]["oldest_hold"]["account"], "bank/7")
        self.assertIn("repaired: finished entries 0, decided holds 1",
                      self.good("audit", "--repair").out)
        books = self.audit()
        self.assertEqual((books["sound"], books["finished"]), (True, True))
        self.assertEqual(books["replayed"]["verified"], 20)


if __name__ == "__main__":
    unittest.main()
