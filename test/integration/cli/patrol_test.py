"""The patrol as a process: finishes what the dead leave, in company, until it is asked to end."""
# SPDX-License-Identifier: Apache-2.0
import signal
import time
import unittest

from shop_case import ShopCase


class Patrol(ShopCase):
    def patrols(self, *words):
        return self.start("patrol", *words, "--json", "--store", f"lmdb:{self.store}")

    def orphan(self):
        """A purchase whose buyer dies right after it has claimed it."""
        buyer = self.dead_buyer("kill", "after")
        self.assertEqual(buyer.wait(timeout=10), -signal.SIGKILL)
        return time.monotonic()

    def head(self):
        return self.good("campaign", "show", "lamps", "--json").json()["head"]["entry"]

    def settled_after(self, began, entry, patience_s=6):
        while self.head() < entry:
            self.assertLess(time.monotonic() - began, patience_s, "nobody settles it")
            time.sleep(0.02)
        return time.monotonic() - began

    def ends(self, patrol):
        began = time.monotonic()
        patrol.send_signal(signal.SIGTERM)
        out, err = patrol.communicate(timeout=10)
        self.assertEqual((patrol.returncode, err), (0, b""), out)
        self.assertLessEqual(time.monotonic() - began, 2)

    def test_settles_orphans_within_seconds_and_ends_when_asked(self):  # S3 S10
        self.fill()
        patrol = self.patrols()
        times = []
        for entry in range(1, 4):
            times.append(self.settled_after(self.orphan(), entry))
        print("a patrol settles an orphan after", ", ".join(f"{each:.2f} s" for each in times))
        self.ends(patrol)
        self.assertEqual(self.account("bob")["balance"], 880)
        books = self.audit()
        self.assertTrue(books["sound"] and books["finished"], books)

    def test_does_no_harm_in_company(self):  # S4
        self.fill()
        for schedule in ("lottery", "rotation"):
            patrols = [self.patrols("--schedule", schedule) for _ in range(2)]
            entry = self.head() + 1
            self.settled_after(self.orphan(), entry)
            for patrol in patrols:
                self.ends(patrol)
        self.assertEqual(self.account("bob")["balance"], 920)
        self.assertTrue(self.audit()["sound"])

    def test_once_finishes_everything_and_ends(self):
        self.fill()
        self.orphan()
        summary = self.good("patrol", "--once", "--json").json()
        self.assertEqual((summary["finished"], summary["errors"], summary["alarms"]), (1, 0, []))
        self.assertEqual(self.good("patrol", "--once", "--json").json()["finished"], 0)
        self.assertEqual(self.account("bob")["balance"], 960)

    def test_shouts_when_the_books_are_broken_and_touches_nothing(self):  # S8
        self.fill()
        before_hold = self.document("account/bob")
        self.orphan()
        self.scribble("account/bob", before_hold)
        before = self.dump()
        ran = self.posse("patrol", "--once", "--json")
        self.assertEqual(ran.code, 1)
        self.assertIn("ALARM, the books are broken", ran.err)
        self.assertEqual(len(ran.json()["alarms"]), 1)
        changed = {line.split(b" ")[0] for line in set(self.dump().splitlines()) ^
                   set(before.splitlines())}
        # The receipt of what was sold is owed in any case, and a confirming swap changes no bytes.
        self.assertLessEqual(changed, {b"campaign/lamps/receipt/000000000001", b"account/bob"})
        self.assertEqual(self.document("account/bob"), before_hold)
        repair = self.posse("audit", "--repair")
        self.assertEqual(repair.code, 1)
        self.assertIn("account/bob neither holds nor has settled", repair.err)


if __name__ == "__main__":
    unittest.main()
