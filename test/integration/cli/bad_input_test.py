"""Every refusal is one sentence that names the field and the bound; nothing is written."""
# SPDX-License-Identifier: Apache-2.0
import unittest

from shop_case import ShopCase

HUGE = "9223372036854775808"
NAME = "must be 1 to 64 of a-z 0-9 . _ - and start with a letter or digit"
AMOUNT = "must be a whole number from 1 to 9223372036854775807"
PRICE = "must be a whole number from 0 to 9223372036854775807"
UTC = "must be a time in UTC like 2026-01-31T12:00:00Z"
UUID4 = "017f22e2-79b0-4cc3-98c4-dc0c0c07398f"

BUY = ("buy", "lamps", "--as", "bob", "--max-price", "40")
CREATE = ("campaign", "create", "beds", "--owner", "ann")
COMMANDS = (
    ("account", "create", "dan"), ("account", "show", "bob"), ("account", "role", "bob", "person"),
    ("deposit", "bob", "1", "--reference", "r2"), ("withdraw", "bob", "1", "--reference", "w2"),
    ("campaign", "create", "beds", "--owner", "ann", "--price", "1"), ("campaign", "show", "lamps"),
    ("campaign", "list"), BUY, ("harvest", "ann"), ("audit",), ("explain", "account/bob"),
    ("patrol", "--once"))


def with_numbers(*words, says):
    """The command with every wrong number as its last word."""
    return [((*words, wrong), says)
            for wrong in ("-1", "1.5", "", "x", "1e3", "0x10", " 1", "1 ", "+1", HUGE)]


def with_names(before, after, field):
    """The command with every wrong name between its words."""
    return [((*before, wrong, *after), f"{field} {NAME}")
            for wrong in ("", "A", "a/b", "-a", ".a", "a b", "ä", "a\n", "a" * 65)
            if wrong != "-a" or before[-1].startswith("--")]


TABLE = [
    *with_numbers("deposit", "bob", "--reference", "r2", says=f"AMOUNT {AMOUNT}"),
    (("deposit", "bob", "0", "--reference", "r2"), f"AMOUNT {AMOUNT}"),
    (("withdraw", "bob", "-5", "--reference", "w2"), f"AMOUNT {AMOUNT}"),
    *with_numbers("buy", "lamps", "--as", "bob", "--max-price", says=f"--max-price {PRICE}"),
    *with_numbers(*CREATE, "--price", says=f"--price {PRICE}")[:2],
    ((*CREATE, "--price", HUGE), f"--price {PRICE}"),
    ((*CREATE, "--floor", "0"), f"--floor {AMOUNT}"),
    ((*CREATE, "--floor", "1", "--cooldown", "315360001"),
     "--cooldown must be a whole number from 0 to 315360000"),
    ((*CREATE, "--price", "1", "--cooldown", "60"), "--cooldown belongs to --floor"),
    ((*CREATE, "--price", "1", "--slot-seconds", "315360001"),
     "--slot-seconds must be a whole number from 0 to 315360000"),
    ((*CREATE, "--price", "1", "--slot-seconds", ""),
     "--slot-seconds must be a whole number from 0 to 315360000"),
    ((*CREATE, "--price", "1", "--capacity", "0"), f"--capacity {AMOUNT}"),
    ((*CREATE, "--price", "1", "--capacity", "-1"), f"--capacity {AMOUNT}"),
    (CREATE, "a campaign needs either --price (always the same) or --floor (doubling)"),
    ((*CREATE, "--price", "1", "--floor", "1"),
     "a campaign needs either --price (always the same) or --floor (doubling)"),
    *[((*CREATE, "--price", "1", option, wrong), f"{option} {UTC}")
      for option in ("--opens-at", "--closes-at")
      for wrong in ("now", "2026-02-30T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:00:60Z",
                    "2026-01-01T00:00:00", "2026-01-01T00:00:00+01:00", "2026-01-01 00:00:00Z",
                    "2026-01-01T00:00:00.1234Z", "1970-01-01T00:00:00Z", "1969-12-31T00:00:00Z")],
    *with_names(("account", "show"), (), "NAME"),
    *with_names(("account", "create"), (), "NAME"),
    *with_names(("account", "role"), ("person",), "NAME"),
    *with_names(("harvest",), (), "NAME"),
    *with_names(("deposit",), ("5", "--reference", "r2"), "NAME"),
    *with_names(("campaign", "show"), (), "ID"),
    *with_names(("campaign", "create"), ("--owner", "ann", "--price", "1"), "ID"),
    *with_names(("campaign", "create", "beds", "--price", "1", "--owner"), (), "--owner"),
    *with_names(("buy",), ("--as", "bob", "--max-price", "40"), "CAMPAIGN"),
    *with_names(("buy", "lamps", "--max-price", "40", "--as"), (), "--as"),
    *[((*BUY, "--key", wrong), "--key must be a version 7 UUID")
      for wrong in ("x", UUID4, "017f22e2-79b0-7cc3-98c4-dc0c0c07398", " " * 36)],
    ((*BUY, "--content", "/nowhere"), "--content must be a readable file of at most 2048 bytes"),
    ((*BUY, "--content", "/"), "--content must be a readable file of at most 2048 bytes"),
    ((*BUY, "--content", "/dev/zero"), "--content must be a readable file of at most 2048 bytes"),
    *[(("explain", wrong), "KEY must be 1 to 229 bytes of UTF-8 text")
      for wrong in ("", "k" * 230, b"\xff", b"\xc3")],
    (("explain",), "KEY is required"),
    (("account", "role", "bob", "boss"), "ROLE: boss not in {person,operator}"),
    (("patrol", "--once", "--id", "a b"), "--id: must be 1 to 64 printable ASCII characters"),
    (("patrol", "--once", "--schedule", "x"), "--schedule: x not in {lottery,rotation}"),
    (("campaign", "create", "beds", "--owner", "ann", "--price", "1", "--title", "a\x1b[31m"),
     "title must have no control characters"),
    (("bench", "--buyers", "0"), "--buyers: Value 0 not in range 1 to 4096"),
    (("bench", "--purchases", "-1"), "--purchases: Value -1 not in range"),
    (("bench", "--load", "warm"), "--load: warm not in {hot,spread}"),
    (("bench", "--streams", "5"), "--streams needs --http"),
    (("demo", "--seconds", "0"), "--seconds: Value 0 not in range 1 to 86400"),
    (("demo", "--kill-every", "0"), "--kill-every: Value 0 not in range"),
    (("demo", "--kill-every", "nan"), "--kill-every: must be 0.1 to 3600 seconds"),
    (("demo", "--freeze-every", "0"), "--freeze-every: Value 0 not in range"),
    (("demo", "--nodes", "65"), "--nodes: Value 65 not in range 1 to 64"),
    (("demo", "--buyers", "1025"), "--buyers: Value 1025 not in range 1 to 1024"),
    (("deposit", "bob", "5"), "--reference is required"),
    (("deposit", "bob"), "AMOUNT is required"),
    (("buy", "lamps", "--as", "bob"), "--max-price is required"),
    (("buy",), "CAMPAIGN is required"),
    *[((*command, "--nope"), "The following argument was not expected: --nope")
      for command in COMMANDS],
]

REFUSED = [
    (("deposit", "bob", "5", "--reference", wrong),
     "reference must be 1 to 128 printable ASCII characters without spaces")
    for wrong in ("", "a b", "ä", "r" * 129)
] + [
    ((*CREATE, "--price", "1", "--title", "x" * 201), "title must be at most 200 bytes"),
    ((*CREATE, "--price", "1", "--title", b"\xff"), "title must be UTF-8 text"),
    ((*CREATE, "--price", "1", "--opens-at", "2026-01-02T00:00:00Z", "--closes-at",
      "2026-01-02T00:00:00Z"), "closes_at must come after opens_at"),
]


class BadInput(ShopCase):
    def refuses(self, ran, code, sentence):
        self.assertEqual((ran.code, ran.out), (code, ""), sentence)
        self.assertEqual(ran.err.count("\n"), 1, ran.err)
        self.assertTrue(ran.err.startswith("posse: "), ran.err)
        self.assertIn(sentence, ran.err)

    def test_is_refused_in_a_sentence_and_changes_nothing(self):
        self.fill()
        before = self.dump()
        for words, sentence in TABLE:
            with self.subTest(words=words):
                self.refuses(self.posse(*words), 2, sentence)
        self.assertEqual(self.dump(), before)
        self.assertTrue(self.audit()["sound"])

    def test_that_only_the_shop_can_judge_is_refused_and_changes_nothing(self):
        self.fill()
        before = self.dump()
        for words, sentence in REFUSED:
            with self.subTest(words=words):
                self.refuses(self.posse(*words), 2, sentence)
        self.assertEqual(self.dump(), before)

    def test_names_a_content_that_is_no_text(self):
        self.fill()
        before = self.dump()
        for content, sentence in ((b"\xff", "content must be UTF-8 text"),
                                  (b"\x01" * 2048, "content must be at most 2800 bytes as JSON")):
            (self.root / "content").write_bytes(content)
            self.refuses(self.buy("--content", self.root / "content"), 2, sentence)
        (self.root / "content").write_bytes(b"x" * 2049)
        self.refuses(self.buy("--content", self.root / "content"), 2,
                     "--content must be a readable file of at most 2048 bytes")
        self.assertEqual(self.dump(), before)

    def test_of_a_password_is_refused(self):
        self.fill()
        for password in (b"", b"short\n", b"x" * 257):
            ran = self.posse("account", "create", "eve", "--password-stdin", stdin=password)
            self.refuses(ran, 2, "the password must be 8 to 256 bytes")

    def test_of_a_command_is_refused(self):
        for words, sentence in (((), "A subcommand is required"),
                                (("sell",), "there is no command `sell`"),
                                (("account",), "A subcommand is required"),
                                (("--nope",), "there is no command `--nope`")):
            with self.subTest(words=words):
                self.refuses(self.run_bare(*words), 2, sentence)

    def test_of_a_store_is_refused(self):
        for command in COMMANDS:
            with self.subTest(words=command):
                self.refuses(self.run_bare(*command), 2,
                             "--store (or POSSE_STORE) must say where the shop is kept")
                for url in ("foo:", "lmdb:", "lmdb", "memory", "/tmp"):
                    self.refuses(self.run_bare(*command, "--store", url), 2,
                                 "--store must be lmdb:DIRECTORY, "
                                 "etcd://HOST:PORT[,HOST:PORT...][/PREFIX] or "
                                 f"couchbase://USER@HOST[,HOST...]/BUCKET, not `{url}`")
                self.refuses(self.run_bare(*command, "--store", "etcd://here"), 2, "--store "
                             "`etcd://here`: a member must be HOST:PORT, not `here`")
                if command[:2] != ("account", "create"):
                    self.refuses(self.run_bare(*command, "--store", "memory:"), 2,
                                 "--store memory: is empty at each start")
        self.refuses(self.run_bare("demo", "--store", "memory:"), 2,
                     "--store must be one that processes can share, not memory:")
        self.refuses(self.run_bare("bench", "--http", "--store", "memory:"), 2,
                     "--http needs a store that processes can share, not memory:")


if __name__ == "__main__":
    unittest.main()
