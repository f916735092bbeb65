"""A day in the shop: exact words, exact JSON, exit codes."""
# SPDX-License-Identifier: Apache-2.0
import re
import unittest

from shop_case import ShopCase

KEY = "019a0000-0000-7000-8000-000000000001"
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


class Shopping(ShopCase):
    def test_says_in_words_what_came_of_each_command(self):
        said = [self.good(*words).out for words in (
            ("account", "create", "ann"),
            ("account", "create", "bob"),
            ("deposit", "bob", 1000, "--reference", "r1"),
            ("deposit", "bob", 1000, "--reference", "r1"),
            ("campaign", "create", "lamps", "--owner", "ann", "--price", 40, "--title", "Lamps"),
            ("account", "role", "ann", "operator"),
            ("withdraw", "bob", 100, "--reference", "w1"),
        )]
        self.assertEqual(said, [
            "ann (person): balance 0, can spend 0, 0 operations settled\n",
            "bob (person): balance 0, can spend 0, 0 operations settled\n",
            "booked: 1,000 for bob (reference r1)\n",
            "booked before: 1,000 for bob (reference r1)\n",
            "lamps by ann \"Lamps\": 0 sold, the next costs 40\n",
            "ann (operator): balance 0, can spend 0, 0 operations settled\n",
            "booked: 100 for bob (reference w1)\n",
        ])
        sold = self.buy("--key", KEY).out
        self.assertEqual(sold, f"sold: slot 1 of lamps for 40 (entry 1, key {KEY})\n")
        again = self.buy("--key", KEY).out
        self.assertEqual(again, sold.replace("sold", "bought before", 1))
        self.assertEqual(self.good("campaign", "list").out,
                         "lamps by ann \"Lamps\": 1 sold, the next costs 40\n")
        self.assertEqual(self.good("harvest", "ann").out, "paid 40 from lamps\nbalance 40\n")
        self.assertEqual(self.good("harvest", "ann").out, "nothing to pay\nbalance 40\n")
        self.assertIn("the books are sound\n", self.good("audit").out)

    def test_gives_json_for_programs(self):
        self.fill()
        sold = self.buy("--key", KEY, "--json").json()
        self.assertEqual(list(sold), ["campaign", "slot", "price", "entry", "intent", "key",
                                      "receipt", "sold_at", "starts_at", "ends_at", "repeated"])
        self.assertEqual((sold["campaign"], sold["slot"], sold["price"], sold["entry"]),
                         ("lamps", 1, 40, 1))
        self.assertEqual(sold["receipt"], "campaign/lamps/receipt/000000000001")
        self.assertRegex(sold["sold_at"], TIME)
        again = self.buy("--key", KEY, "--json").json()
        self.assertEqual(again, {**sold, "repeated": True})
        self.assertEqual(self.account("bob"), {
            "name": "bob", "role": "person", "balance": 960, "spendable": 960, "holds": [],
            "settled": 2, "campaigns": []})
        shown = self.good("campaign", "show", "lamps", "--json").json()
        self.assertRegex(shown.pop("as_of"), TIME)
        for place in ("head", "tip"):
            self.assertEqual(shown.pop(place), {"entry": 1, "slot": 1, "time": sold["sold_at"]})
        self.assertEqual(shown, {
            "id": "lamps", "title": "", "owner": "ann", "pricing": {"kind": "fixed", "price": 40},
            "slot_seconds": 0, "capacity": None, "opens_at": None, "closes_at": None, "price": 40,
            "refusal": None})
        self.assertEqual(self.good("harvest", "ann", "--json").json(),
                         {"paid": {"lamps": 40}, "balance": 40})
        booked = self.good("deposit", "bob", 1, "--reference", "r2", "--json").json()
        self.assertRegex(booked.pop("journal"), r"^journal/\d+$")
        self.assertEqual(booked, {"account": "bob", "amount": 1, "reference": "r2", "entry": 1,
                                  "repeated": False} | {"entry": booked["entry"]})

    def test_refuses_with_exit_code_1_and_a_code(self):
        self.fill(funds=100)
        before = self.dump()
        for words, code, detail in (
                (("buy", "chairs", "--as", "bob", "--max-price", 1), "unknown_campaign",
                 "there is no campaign `chairs`"),
                (("buy", "lamps", "--as", "dan", "--max-price", 40), "unknown_account",
                 "there is no account `dan`"),
                (("buy", "lamps", "--as", "bob", "--max-price", 39), "price_moved",
                 "the next slot costs 40, above the maximum of 39"),
                (("buy", "lamps", "--as", "bob", "--max-price", 101), "insufficient_funds",
                 "bob can spend 100; a purchase sets its maximum price aside, here 101"),
                (("account", "create", "bob"), "exists", "there is an account `bob` already"),
                (("account", "show", "dan"), "unknown_account", "there is no account `dan`"),
                (("account", "role", "dan", "operator"), "unknown_account",
                 "there is no account `dan`"),
                (("campaign", "create", "lamps", "--owner", "ann", "--price", 1), "exists",
                 "there is a campaign `lamps` already"),
                (("campaign", "create", "beds", "--owner", "dan", "--price", 1),
                 "unknown_account", "there is no account `dan` to own it"),
                (("campaign", "show", "chairs"), "unknown_campaign",
                 "there is no campaign `chairs`"),
                (("withdraw", "bob", 101, "--reference", "w1"), "insufficient_funds",
                 "bob can spend 100"),
                (("deposit", "bob", 99, "--reference", "r1"), "reference_reused",
                 "reference r1 stands for another amount already"),
                (("harvest", "dan"), "unknown_account", "there is no account `dan`")):
            ran = self.posse(*words)
            self.assertEqual((ran.code, ran.out, ran.err),
                             (1, "", f"posse: refused ({code}): {detail}\n"), words)
            ran = self.posse(*words, "--json")
            self.assertEqual((ran.code, ran.err), (1, ""), words)
            self.assertEqual((ran.json()["code"], ran.json()["detail"]), (code, detail))
        # Journals may have been opened for refused payments; no document that was there changed.
        changed = set(before.splitlines()) - set(self.dump().splitlines())
        self.assertEqual(changed, set())

    def test_sells_no_more_than_the_capacity(self):  # I3
        self.fill()
        self.good("campaign", "create", "few", "--owner", "ann", "--price", 1, "--capacity", 2)
        codes = [self.buy("--json", campaign="few").code for _ in range(3)]
        self.assertEqual(codes, [0, 0, 1])
        self.assertEqual(self.good("campaign", "show", "few", "--json").json()["refusal"],
                         "sold_out")

    def test_doubles_and_lets_fall_a_doubling_price(self):
        self.fill()
        self.good("campaign", "create", "rare", "--owner", "ann", "--floor", 100,
                  "--slot-seconds", 3600)
        prices = [self.buy("--json", campaign="rare", max_price=300).json()["price"]
                  for _ in range(2)]
        self.assertEqual(prices[0], 100)
        self.assertIn(prices[1], range(198, 201))

    def test_lists_campaigns_in_order_and_from_any_id(self):
        self.fill()
        ids = ["a", "a-b", "a.b", "a0", "aa"]
        for each in reversed(ids):
            self.good("campaign", "create", each, "--owner", "ann", "--price", 1)
            self.buy(campaign=each)
        listed = [line.split()[0] for line in self.good("campaign", "list").out.splitlines()]
        self.assertEqual(listed, [*ids, "lamps"])
        after = self.good("campaign", "list", "--after", "a.b").out.splitlines()
        self.assertEqual([line.split()[0] for line in after], ["a0", "aa", "lamps"])

    def test_takes_the_store_from_the_environment(self):
        self.fill()
        ran = self.run_bare("account", "show", "bob", POSSE_STORE=f"lmdb:{self.store}")
        self.assertEqual(ran.code, 0)

    def test_keeps_a_content_and_a_password(self):
        self.fill()
        (self.root / "words").write_text("Grüße")
        sold = self.buy("--content", self.root / "words", "--key", KEY)
        self.assertEqual(sold.code, 0)
        reused = self.buy("--key", KEY)
        self.assertIn("refused (key_reused)", reused.err)
        self.good("account", "create", "eve", "--password-stdin", stdin=b"long enough\n")
        self.assertIn(b"$argon2id$", self.document("account/eve"))
        self.assertNotIn(b"long enough", self.dump())


if __name__ == "__main__":
    unittest.main()
