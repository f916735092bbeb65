"""Stores that are damaged, foreign or of a later program: said in one sentence, and left alone."""
# SPDX-License-Identifier: Apache-2.0
import json
import os
import re
import shutil
import time
import unittest

from shop_case import ShopCase

READING = (("account", "show", "bob"), ("buy", "lamps", "--as", "bob", "--max-price", "40"),
           ("deposit", "bob", "1", "--reference", "r2"))


class BadStore(ShopCase):
    def refuses(self, ran, code, *words):
        self.assertEqual((ran.code, ran.out), (code, ""))
        self.assertEqual(ran.err.count("\n"), 1, ran.err)
        self.assertTrue(ran.err.startswith("posse: "), ran.err)
        for word in words:
            self.assertIn(word, ran.err)

    def edit(self, key, change):
        document = json.loads(self.document(key))
        change(document)
        self.scribble(key, json.dumps(document, separators=(",", ":")).encode())

    def test_that_is_a_file_is_unreachable(self):
        self.store.write_bytes(b"hello")
        for command in ("create", "show"):
            self.refuses(self.posse("account", command, "ann"), 3, str(self.store))
        self.assertEqual(self.store.read_bytes(), b"hello")

    def test_whose_parent_is_not_there_is_unreachable(self):
        self.store = self.root / "no" / "store"
        self.refuses(self.posse("account", "create", "ann"), 3, str(self.store))

    def test_that_is_no_database_is_left_alone(self):
        self.store.mkdir()
        for garbage in (os.urandom(100_000), b"hello", b"\0" * 8192):
            (self.store / "data.mdb").write_bytes(garbage)
            for words in (("account", "create", "ann"), ("audit",), ("audit", "--repair"),
                          *READING):
                with self.subTest(words=words, bytes=garbage[:5]):
                    self.refuses(self.posse(*words), 1, "cannot open the store in")
            self.assertEqual((self.store / "data.mdb").read_bytes(), garbage)

    def test_with_a_damaged_document_names_its_key_and_is_left_alone(self):
        self.fill()
        sound = self.document("account/bob")
        for damaged in (b"", b"{", b"\xff\xfe", b"[]", b"null", sound[:-1], sound + b"x",
                        sound.replace(b'"holds":[]', b'"holds":{}'), b"[" * 1000):
            with self.subTest(damaged=damaged[:60]):
                self.scribble("account/bob", damaged)
                before = self.dump()
                for words in READING[:2]:
                    self.refuses(self.posse(*words), 1, "account/bob")
                self.assertEqual(self.dump(), before)
                ran = self.posse("audit", "--json")
                self.assertEqual(ran.code, 1)
                self.assertFalse(ran.json()["sound"])
        self.scribble("account/bob", sound)
        self.assertEqual(self.posse("audit").code, 0)

    def test_with_a_flipped_bit_names_the_document(self):
        self.fill()
        file = self.store / "data.mdb"
        whole = file.read_bytes()
        # Behind key, version and the frame's head, in this state of the page and older ones.
        places = [found.end() + 8 + 20 for found in re.finditer(b"account/bob(?!/)", whole)]
        for bit in (1, 16, 128):
            with self.subTest(bit=bit):
                damaged = bytearray(whole)
                for place in places:
                    damaged[place] ^= bit
                file.write_bytes(damaged)
                self.refuses(self.posse("account", "show", "bob"), 1, "account/bob", "damaged")
                self.refuses(self.posse("audit"), 1, "account/bob", "damaged")
        file.write_bytes(whole)
        self.assertEqual(self.posse("audit").code, 0)


    def test_of_a_real_shop_is_no_place_for_samples(self):
        self.fill()
        self.good("campaign", "create", "bench-1", "--owner", "ann", "--price", 40)
        ran = self.posse("bench", "--seconds", 1)
        self.assertEqual((ran.code, ran.out), (1, ""))
        self.assertIn("campaign `bench-1` belongs to `ann`", ran.err)
        self.assertEqual(self.posse("account", "show", "bench-1").code, 1)

    def test_that_was_cut_off_is_one_sentence(self):
        self.fill()
        file = self.store / "data.mdb"
        whole = file.read_bytes()
        for pages in (2, 3, 4):
            file.write_bytes(whole[:4096 * pages])
            for words in (*READING, ("deposit", "bob", 1, "--reference", "r2")):
                with self.subTest(words=words, pages=pages):
                    ran = self.posse(*words)
                    self.assertIn(ran.code, (0, 1, 3), ran.err)
                    self.assertLessEqual(ran.err.count("\n"), 1)
                    if ran.code == 3:
                        self.assertIn("the store's file is damaged", ran.err)
        file.write_bytes(whole)
        self.assertEqual(self.posse("audit").code, 0)

    def test_with_a_newer_document_is_left_alone(self):
        self.fill()
        self.edit("account/bob", lambda document: document.update(v=2))
        before = self.dump()
        for words in READING[:2]:
            self.refuses(self.posse(*words), 1, "account/bob", "`v`", "newer format")
        self.assertEqual(self.dump(), before)
        self.edit("account/bob", lambda document: document.update(v=1))
        self.edit("campaign/lamps", lambda document: document.update(v=2))
        before = self.dump()
        for words in (("campaign", "show", "lamps"), ("campaign", "list"), READING[1],
                      ("harvest", "ann")):
            self.refuses(self.posse(*words), 1, "campaign/lamps", "`v`", "newer format")
        self.assertEqual(self.dump(), before)

    def test_that_is_empty_is_no_shop(self):
        self.fill()
        file = self.store / "data.mdb"
        file.write_bytes(b"")
        for words in (("audit",), ("audit", "--repair"), *READING):
            self.refuses(self.posse(*words), 3, "there is no store in")
        self.assertEqual(file.read_bytes(), b"")

    def test_whose_file_is_a_link_is_refused(self):
        self.fill()
        whole = self.store
        self.store = self.root / "other"
        for link in (os.symlink, os.link):
            self.store.mkdir()
            link(whole / "data.mdb", self.store / "data.mdb")
            self.refuses(self.posse("account", "show", "bob"), 3, "data.mdb is a link")
            shutil.rmtree(self.store)

    def test_whose_lock_file_goes_away_stops_its_writers(self):
        self.fill()
        for has_log in (False, True):  # the log is one process's, which must hear of it too
            with self.subTest(has_log=has_log):
                # Who is asked for the store has no log.
                bench = self.start("bench", "--load", "hot", "--buyers", 64 if has_log else 1,
                                   "--accounts", 100, "--campaigns", 1, "--seconds", 8,
                                   "--store", f"lmdb:{self.store}")
                if has_log:
                    self.wait_for_log(bench)
                while not has_log and self.audit()["books"]["sold"] == 0:
                    self.assertIsNone(bench.poll())
                (self.store / "lock.mdb").unlink()
                _, told = bench.communicate(timeout=20)
                self.assertEqual(bench.returncode, 3)
                self.assertIn(b"its lock.mdb was removed or replaced", told)
                self.assertEqual(self.posse("audit", "--repair").code, 0)

    def wait_for_log(self, bench):
        """Until a second of sales stands in the log alone."""
        log = self.store / "log.mdb"
        while not log.exists():
            self.assertIsNone(bench.poll())
            time.sleep(0.01)
        time.sleep(1)

    def test_pays_sellers_for_sales_only(self):  # I8
        self.fill()
        self.buy()
        for key in ("campaign/lamps/entry/000000000001", "campaign/lamps/receipt/000000000001"):
            self.scribble(key, self.document(key).replace(b'"kind":"sale"', b'"kind":"gift"'))
        self.assertEqual(self.good("harvest", "ann").out, "paid 0 from lamps\nbalance 0\n")

    def test_with_a_campaign_of_a_later_pricing_sells_nothing(self):
        self.fill()
        self.edit("campaign/lamps",
                  lambda document: document["settings"].update(pricing={"kind": "auction"}))
        before = self.document("account/bob")
        ran = self.buy()
        self.assertEqual((ran.code, ran.out), (1, ""))
        self.assertEqual(self.document("account/bob"), before)
        self.refuses(self.posse("campaign", "show", "lamps"), 1, "`pricing`")

    def test_with_an_account_of_other_fields_is_no_crash(self):
        self.fill()
        sound = self.document("account/bob")
        for field, value in (("balance", "much"), ("balance", None), ("role", 5), ("role", None),
                             ("campaigns", []), ("campaigns", {"lamps": "x"})):
            with self.subTest(field=field, value=value):
                def change(document, field=field, value=value):
                    if value is None:
                        del document["data"][field]
                    else:
                        document["data"][field] = value
                self.scribble("account/bob", sound)
                self.edit("account/bob", change)
                for words in (*READING, ("harvest", "bob"), ("account", "role", "bob", "operator")):
                    ran = self.posse(*words)
                    self.assertIn(ran.code, (0, 1), (words, ran.err))
                    self.assertLessEqual(ran.err.count("\n"), 1, ran.err)
                self.assertEqual(self.posse("audit").code, 1)

    def test_with_foreign_keys_is_no_crash(self):
        self.fill()
        self.scribble("campaign/BEDS", self.document("campaign/lamps"))
        ran = self.posse("campaign", "list")
        self.assertIn(ran.code, (0, 1), ran.err)
        self.assertIn(self.posse("audit").code, (0, 1))

    def test_with_a_changed_balance_is_unsound(self):  # I8
        self.fill()
        self.assertEqual(self.posse("audit").code, 0)
        self.edit("account/bob", lambda document: document["data"].update(balance=1001))
        ran = self.posse("audit", "--json")
        self.assertEqual((ran.code, ran.json()["sound"]), (1, False))
        self.assertEqual(ran.json()["books"]["difference"], -1)
        self.assertEqual(self.posse("audit", "--repair").code, 1)

    def test_with_a_changed_entry_is_unsound(self):  # I1
        self.fill()
        for _ in range(2):
            self.buy()
        key = "campaign/lamps/entry/000000000001"
        self.scribble(key, self.document(key).replace(b'"bob"', b'"ann"'))
        self.assertEqual(self.posse("audit").code, 1)


if __name__ == "__main__":
    unittest.main()
