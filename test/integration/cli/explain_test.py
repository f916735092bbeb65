"""What `posse explain` says of accounts and documents that the dead and the living hold."""
# SPDX-License-Identifier: Apache-2.0
import signal
import unittest

from shop_case import ShopCase


class Explain(ShopCase):
    def explain(self, key):
        """It says the same for programs and for people, and writes nothing."""
        before = self.dump()
        told = self.good("explain", key, "--json").json()
        text = self.good("explain", key).out
        self.assertEqual(self.dump(), before)
        self.assertTrue(text.startswith(f"{key}: "), text)
        # A digest of a request tells people nothing that its intent does not.
        for one in [*told["holds"], told["changed"]]:
            self.assertIn(f"intent {one['intent']}", text)
            self.assertEqual(one["request"][:13], one["intent"][:13])
            self.assertNotIn(f"request {one['request']}", text)
        return told, text

    def dies(self, moment, **more):
        buyer = self.dead_buyer("kill", moment, **more)
        self.assertEqual(buyer.wait(timeout=10), -signal.SIGKILL)

    def test_an_account_that_a_dead_buyer_holds(self):  # S11 I9
        self.fill()
        self.dies("before")
        told, text = self.explain("account/bob")
        (hold,) = told["holds"]
        self.assertEqual((hold["stage"], hold["sequence"], hold["first"], hold["open"]),
                         ("undecided", "campaign/lamps", 1, 1))
        self.assertEqual(hold["reserve"], {"balance": -40})
        self.assertEqual((hold["effects"], hold["entry"]), (None, None))
        self.assertEqual((hold["within_ms_if_used"], hold["within_ms_by_patrol"]), (1000, None))
        self.assertIn("declared and not claimed", text)
        self.assertIn("after at most 1 s", text)
        self.assertIn("last changed by", text)
        self.assertEqual(told["changed"]["note"]["reference"], "r1")
        self.good("audit", "--repair")
        told, text = self.explain("account/bob")
        self.assertEqual(told["holds"], [])
        self.assertIn("held by nobody", text)

    def test_an_account_whose_buyer_died_behind_the_claim(self):  # S10 I9
        self.fill()
        self.dies("after")
        told, text = self.explain("account/bob")
        (hold,) = told["holds"]
        self.assertEqual((hold["stage"], hold["entry"]), ("committed", 1))
        self.assertEqual(hold["effects"][0]["details"]["amount"], -40)
        self.assertEqual(hold["note"]["kind"], "sale")
        self.assertEqual((hold["within_ms_if_used"], hold["within_ms_by_patrol"]), (0, 10100))
        self.assertIn("a patrol within 10.1 s", text)
        self.good("patrol", "--once")
        told, _ = self.explain("account/bob")
        self.assertEqual(told["holds"], [])
        self.assertEqual(told["changed"]["intent"], hold["intent"])
        self.assertEqual(told["changed"]["effects"], hold["effects"])

    def test_a_document_and_its_queue(self):
        self.documents()
        told, _ = self.explain("bank/7")
        self.assertEqual((told["there"], told["holds"], told["settled"]), (True, [], 1))
        self.assertEqual(told["changed"]["effects"][0]["kind"], "create")
        self.declare("bank/7", "A" * 22, exclusive=1)
        self.declare("bank/7", "B" * 21 + "A", reserve={"balance": -3})
        told, text = self.explain("bank/7")
        first, second = told["holds"]
        self.assertEqual((first["stage"], first["exclusive"], first["behind"]),
                         ("undecided", True, None))
        self.assertEqual((second["stage"], second["behind"]), ("waiting", first["intent"]))
        self.assertEqual(second["within_ms_if_used"], 2000)
        self.assertIn(f"waits behind {first['intent']}", text)
        self.assertIn("after at most 2 s", text)

    def test_what_is_no_document(self):
        self.fill()
        self.scribble("poem", b"roses are red")
        for key, code in (("shelf/x", "missing"), ("account/eve", "missing"),
                          ("campaign/lamps", "not_a_document"), ("poem", "not_a_document")):
            with self.subTest(key=key):
                ran = self.posse("explain", key, "--json")
                self.assertEqual((ran.code, ran.json()["code"]), (1, code))
                ran = self.posse("explain", key)
                self.assertEqual((ran.code, ran.out), (1, ""))
                self.assertTrue(ran.err.startswith(f"posse: refused ({code}): "), ran.err)


if __name__ == "__main__":
    unittest.main()
