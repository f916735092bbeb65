"""Buyers that die or stop at the worst moment, and who is kept waiting by them."""
# SPDX-License-Identifier: Apache-2.0
import os
import signal
import time
import unittest

from shop_case import ShopCase

KEY = "019a0000-0000-7000-8000-000000000001"


class DeadBuyer(ShopCase):
    def dies(self, moment, **more):
        buyer = self.dead_buyer("kill", moment, **more)
        self.assertEqual(buyer.wait(timeout=10), -signal.SIGKILL)

    def timed_buy(self, **more):
        began = time.monotonic()
        ran = self.buy("--json", **more)
        return ran, time.monotonic() - began

    def test_that_set_all_its_money_aside_does_not_lock_the_account(self):  # S11 I9
        self.fill(funds=40)
        self.dies("before")
        account = self.account("bob")
        self.assertEqual((account["balance"], account["spendable"], len(account["holds"])),
                         (40, 0, 1))
        ran, seconds = self.timed_buy()
        print(f"an account left locked by a dead buyer buys again after {seconds:.2f} s")
        self.assertEqual(ran.code, 0, ran.err)
        self.assertLessEqual(seconds, 2.5)
        after = self.account("bob")
        self.assertEqual((after["balance"], after["holds"]), (0, []))
        self.assertTrue(self.audit()["sound"])

    def test_that_had_bought_is_charged_and_gets_nothing_twice(self):  # S10 S11
        self.fill(funds=40)
        self.dies("after")
        ran, _ = self.timed_buy()
        self.assertEqual((ran.code, ran.json()["code"]), (1, "insufficient_funds"))
        account = self.account("bob")
        self.assertEqual((account["balance"], account["holds"]), (0, []))
        books = self.audit()
        self.assertEqual((books["sound"], books["books"]["sold"]), (True, 40))

    def test_that_left_many_holds_costs_one_patience(self):  # S11
        self.fill(funds=6 * 40)
        campaigns = [f"lamps-{n}" for n in range(6)]
        for campaign in campaigns:
            self.good("campaign", "create", campaign, "--owner", "ann", "--price", 40)
            self.dies("before", campaign=campaign)
        self.assertEqual(self.account("bob")["spendable"], 0)
        ran, seconds = self.timed_buy(campaign=campaigns[0])
        print(f"an account with six holds of dead buyers buys again after {seconds:.2f} s")
        self.assertEqual(ran.code, 0, ran.err)
        self.assertLessEqual(seconds, 4)
        self.assertEqual(self.account("bob")["holds"], [])

    def test_is_released_at_login(self):  # S11
        self.fill()
        self.dies("before", max_price=700)
        self.assertEqual(self.account("bob")["spendable"], 300)
        began = time.monotonic()
        account = self.good("account", "show", "bob", "--resolve", "--json").json()
        print(f"a login decides a dead buyer's hold in {time.monotonic() - began:.2f} s")
        self.assertEqual((account["spendable"], account["holds"]), (1000, []))

    def test_is_settled_by_one_repair(self):  # I9
        self.fill(funds=200)
        self.dies("before")
        self.dies("after")
        before = self.audit()
        self.assertEqual((before["sound"], before["finished"]), (True, False))
        self.assertEqual(before["unfinished"]["holds"], 2)
        self.assertEqual(self.posse("audit", "--repair").code, 0)
        after = self.audit()
        self.assertEqual((after["sound"], after["finished"], after["unfinished"]["holds"]),
                         (True, True, 0))
        self.assertEqual(self.account("bob")["holds"], [])
        self.assertEqual(self.account("bob")["balance"], 160)


class StoppedBuyer(ShopCase):
    def wait_until_stopped(self, child):
        for _ in range(1000):
            if os.waitid(os.P_PID, child.pid, os.WSTOPPED | os.WNOHANG | os.WNOWAIT):
                return
            time.sleep(0.01)
        self.fail("it did not stop")

    def ends(self, child):
        child.send_signal(signal.SIGCONT)
        out, _ = child.communicate(timeout=20)
        return child.returncode, out.decode()

    def test_is_outrun_before_it_claims_and_sells_nothing_twice(self):  # S7 S11 I2 I3
        self.fill(funds=80)
        buyer = self.dead_buyer("stop", "before")
        self.wait_until_stopped(buyer)
        began = time.monotonic()
        ran = self.buy("--json")
        seconds = time.monotonic() - began
        self.assertEqual(ran.code, 0, ran.err)
        self.assertLessEqual(seconds, 6)
        self.ends(buyer)
        self.assertEqual(self.posse("audit", "--repair").code, 0)
        books = self.audit()
        self.assertTrue(books["sound"] and books["finished"], books)
        self.assertEqual(books["books"]["sold"] + books["books"]["balances"], 80)

    def test_is_fenced_out_by_whoever_needs_its_money(self):  # S11 I4
        self.fill(funds=40)
        buyer = self.dead_buyer("stop", "before")
        self.wait_until_stopped(buyer)
        ran = self.buy("--json")
        self.assertEqual(ran.code, 0, ran.err)
        code, out = self.ends(buyer)
        self.assertEqual((code, out), (1, "not sold\n"))
        books = self.audit()
        self.assertEqual((books["sound"], books["books"]["sold"]), (True, 40))
        self.assertEqual(self.account("bob")["balance"], 0)

    def test_is_settled_by_others_after_its_claim_and_is_content(self):  # S7 S10
        self.fill(funds=80)
        buyer = self.dead_buyer("stop", "after")
        self.wait_until_stopped(buyer)
        self.assertEqual(self.posse("audit", "--repair").code, 0)
        self.assertEqual(self.account("bob")["balance"], 40)
        code, out = self.ends(buyer)
        self.assertEqual((code, out), (0, "sold\n"))
        self.assertEqual(self.account("bob")["balance"], 40)
        self.assertTrue(self.audit()["sound"])

    def test_that_holds_the_lock_of_the_store_lets_nobody_hang(self):
        self.fill()
        holder = self.start("hold_lock", self.store, program=os.environ["POSSE_LMDB_ACTOR"])
        self.assertEqual(holder.stdout.readline(), b"held\n")
        holder.send_signal(signal.SIGSTOP)
        began = time.monotonic()
        ran = self.buy("--key", KEY, "--json")
        seconds = time.monotonic() - began
        print(f"with the store's lock held by a stopped process, buy ends after {seconds:.2f} s "
              f"with code {ran.code}: {(ran.err or ran.out).strip()}")
        self.assertIn(ran.code, (3, 4))
        self.assertLessEqual(seconds, 6)
        self.assertEqual(self.good("account", "show", "bob", "--json").json()["balance"], 1000)
        holder.send_signal(signal.SIGCONT)
        holder.communicate(timeout=10)
        again = self.buy("--key", KEY, "--json")
        self.assertEqual(again.code, 0, again.err)
        self.assertEqual(again.json()["slot"], 1)
        self.assertEqual(self.account("bob")["balance"], 960)


class SameKey(ShopCase):
    def test_at_once_in_four_processes_is_one_purchase_with_one_answer(self):  # I2 I10
        self.fill()
        for turn in range(5):
            key = f"019a0000-0000-7000-8000-00000000001{turn}"
            words = ("buy", "lamps", "--as", "bob", "--max-price", 40, "--key", key, "--json",
                     "--store", f"lmdb:{self.store}")
            buyers = [self.start(*words) for _ in range(4)]
            answers = []
            for buyer in buyers:
                out, err = buyer.communicate(timeout=20)
                self.assertEqual(buyer.returncode, 0, err)
                answers.append(out.replace(b'"repeated":true', b'"repeated":false'))
            self.assertEqual(len(set(answers)), 1, answers)
        books = self.audit()
        self.assertEqual((books["sound"], books["books"]["sold"]), (True, 200))


if __name__ == "__main__":
    unittest.main()
