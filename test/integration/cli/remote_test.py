"""The program as a client of nodes: the same words as on a store, and what it says when nodes die,
keep silent, or are no nodes at all."""
# SPDX-License-Identifier: Apache-2.0
import json
import os
import signal
import subprocess
import time
import unittest

from node_case import PASSWORD, new_key
from remote_case import FINE, REFUSED, UNDECIDED, UNREACHABLE, USAGE, RemoteCase, answer
from shop_case import POSSE


class SameWords(RemoteCase):
    def test_a_shop_from_sign_up_to_harvest(self):  # S9
        nodes = [self.node(), self.node()]
        password = (PASSWORD + "\n").encode()
        tokens = {}
        for name in ("ann", "bob", "root"):
            made = self.good_at(nodes, "account", "create", name, "--password-stdin",
                                stdin=password)
            self.assertEqual(made.out, f"{name} (person): balance 0, can spend 0, "
                                       "0 operations settled\n")
            tokens[name] = self.good_at(nodes, "login", name, stdin=password).out.strip()
        self.good("account", "role", "root", "operator")
        time.sleep(0.15)  # known everywhere within 100 ms
        paid = self.good_at(nodes, "deposit", "bob", 1000, "--reference", "r1",
                            token=tokens["root"])
        self.assertEqual(paid.out, "booked: 1,000 for bob (reference r1)\n")
        again = self.good_at(nodes, "deposit", "bob", 1000, "--reference", "r1",
                             token=tokens["root"])
        self.assertEqual(again.out, "booked before: 1,000 for bob (reference r1)\n")
        self.good_at(nodes, "campaign", "create", "lamps", "--owner", "ann", "--floor", 40,
                     "--slot-seconds", 60, "--capacity", 9, "--title", "Lamps \u00e4",
                     "--opens-at", "2026-01-31T12:00:00Z", token=tokens["ann"])
        on_store = self.good("campaign", "show", "lamps", "--json").json()
        on_node = self.good_at(nodes, "campaign", "show", "lamps", "--json").json()
        for shown in (on_store, on_node):
            del shown["as_of"]
        self.assertEqual(on_node, on_store)
        self.assertEqual(self.good_at(nodes, "campaign", "list").out,
                         self.good("campaign", "list").out)
        key = new_key()
        buying = ("buy", "lamps", "--max-price", 40, "--key", key)
        self.assertIn("sold: slot 1 of lamps for 40",
                      self.good_at(nodes, *buying, token=tokens["bob"]).out)
        for nodes_now in (nodes, nodes[::-1]):
            self.assertIn("bought before: slot 1 of lamps for 40",
                          self.good_at(nodes_now, *buying, "--as", "bob", token=tokens["bob"]).out)
        self.good_at(nodes, "account", "show", "bob", "--resolve", token=tokens["bob"])
        self.assertEqual(self.good_at(nodes, "account", "show", token=tokens["bob"]).out,
                         self.good("account", "show", "bob").out)
        self.assertEqual(self.good_at(nodes, "harvest", token=tokens["ann"]).out,
                         "paid 40 from lamps\nbalance 40\n")
        self.good_at(nodes, "withdraw", "ann", 40, "--reference", "r2", token=tokens["root"])
        self.good_at(nodes, "logout", token=tokens["bob"])
        time.sleep(0.15)
        self.said(self.at(nodes, "account", "show", token=tokens["bob"]), REFUSED, "unauthorized",
                  "posse login")
        self.assertTrue(self.audit()["sound"])

    def test_lists_go_on_over_pages(self):
        node = self.node()
        self.good("account", "create", "ann")
        for n in range(203):
            self.good("campaign", "create", f"c{n:03}", "--owner", "ann", "--price", 1)
        whole = self.good_at([node], "campaign", "list").out
        self.assertEqual(whole, self.good("campaign", "list").out)
        self.assertEqual(whole.count("\n"), 203)
        last = self.good_at([node], "campaign", "list", "--after", "c201").out
        self.assertEqual(last, "c202 by ann: 0 sold, the next costs 1\n")

    def test_refusals_are_those_of_the_shop(self):
        node = self.node()
        tokens = self.open_shop(node)
        ran = self.at([node], "buy", "lamps", "--max-price", 39, "--json", token=tokens["bob"])
        self.assertEqual(ran.code, REFUSED)
        self.assertEqual((ran.json()["code"], ran.json()["price"]), ("price_moved", 40))
        self.assertEqual(ran.json(), self.buy("--json", max_price=39).json())
        self.said(self.at([node], "buy", "lamp", "--max-price", 40, token=tokens["bob"]), REFUSED,
                  "unknown_campaign")
        self.said(self.at([node], "deposit", "bob", 1, "--reference", "x", token=tokens["bob"]),
                  REFUSED, "operators_only")
        self.said(self.at([node], "login", "bob", stdin=b"wrong horse\n"), REFUSED,
                  "wrong_credentials")
        self.said(self.at([node], "account", "create", "bob", "--password-stdin",
                          stdin=b"correct horse\n"), REFUSED, "exists")


class Passwords(RemoteCase):
    OLD, NEW = b"correct horse\n", b"battery staple\n"

    def test_are_changed_at_a_node_by_who_knows_them(self):
        nodes = [self.node(), self.node()]
        token = self.open_shop(nodes[0])["bob"]
        change = ("account", "password", "bob")
        self.said(self.at(nodes, *change, token=token, stdin=self.NEW + self.NEW), REFUSED,
                  "wrong_credentials")
        fresh = self.good_at(nodes, *change, token=token, stdin=self.OLD + self.NEW).out.strip()
        time.sleep(0.15)
        self.said(self.at(nodes[1:], "account", "show", token=token), REFUSED, "unauthorized")
        self.good_at(nodes[1:], "account", "show", token=fresh)
        self.said(self.at(nodes, "login", "bob", stdin=self.OLD), REFUSED, "wrong_credentials")
        self.good_at(nodes, "login", "bob", stdin=self.NEW)
        self.said(self.at(nodes, "account", "password", "ann", token=fresh,
                          stdin=self.NEW + self.OLD), USAGE, "NAME")

    def test_are_set_on_the_store_by_who_may_write_to_it(self):
        node = self.node()
        token = self.open_shop(node)["bob"]
        self.good("account", "password", "bob", stdin=self.NEW)
        time.sleep(0.15)
        self.said(self.at([node], "account", "show", token=token), REFUSED, "unauthorized")
        self.good_at([node], "login", "bob", stdin=self.NEW)
        self.good("account", "create", "carl")
        self.said(self.at([node], "login", "carl", stdin=self.NEW), REFUSED, "wrong_credentials")
        self.good("account", "password", "carl", stdin=self.NEW)
        self.good_at([node], "login", "carl", stdin=self.NEW)
        self.said(self.posse("account", "password", "nobody", stdin=self.NEW), REFUSED,
                  "unknown_account")
        self.said(self.posse("account", "password", "bob", stdin=b"short\n"), USAGE, "password")


class BadWords(RemoteCase):
    def test_whoever_is_named_must_own_the_token(self):
        node = self.node()
        tokens = self.open_shop(node)
        before = self.dump_at_rest()
        for words in (("buy", "lamps", "--max-price", 40, "--as", "ann"), ("harvest", "ann"),
                      ("account", "show", "ann", "--resolve"),
                      ("campaign", "create", "new", "--price", 1, "--owner", "ann")):
            self.said(self.at([node], *words, token=tokens["bob"]), USAGE, "`ann`", "`bob`")
        self.assertEqual(self.dump(), before)

    def test_where_is_said_once(self):
        url = "http://127.0.0.1:1"
        self.said(self.run_bare("campaign", "list"), USAGE, "--store", "--node")
        self.said(self.run_bare("campaign", "list", POSSE_STORE="lmdb:x", POSSE_NODE=url), USAGE,
                  "POSSE_STORE and POSSE_NODE")
        self.said(self.run_bare("campaign", "list", "--store", "lmdb:x", "--node", url), USAGE,
                  "--store and --node")
        self.good("account", "create", "ann", POSSE_NODE=url)
        self.said(self.run_bare("login", "ann", stdin=b"correct horse\n"), USAGE, "--node")

    def test_nodes_and_tokens_are_looked_at(self):
        for nodes in ("https://127.0.0.1:1", "127.0.0.1:1", "http://a,", "http://a:0"):
            self.said(self.run_bare("campaign", "list", "--node", nodes), USAGE, "--node",
                      "http://HOST:PORT")
        node = self.fake(answer(200, {}))
        for token in ("a b", "a\r\nX: y", "x" * 257):
            self.said(self.at([node], "account", "show", token=token), USAGE, "--token", "256")
        self.said(self.at([node], "account", "create", "ann"), USAGE, "--password-stdin")
        self.said(self.at([node], "login", "ann", stdin=b"short\n"), USAGE, "password")
        self.said(self.at([node], "watch", "lamps", "--count", 0), USAGE, "--count")
        self.assertEqual(node.asked, [])


class BadNodes(RemoteCase):
    def test_nobody_is_there(self):
        began = time.monotonic()
        self.said(self.run_bare("campaign", "list", "--node", "http://127.0.0.1:1"), UNREACHABLE,
                  "no node", "http://127.0.0.1:1")
        self.said(self.run_bare("watch", "lamps", "--node", "http://127.0.0.1:1"), UNREACHABLE,
                  "no node")
        self.assertLess(time.monotonic() - began, 10)

    def test_the_next_node_is_asked(self):
        node = self.node()
        token = self.open_shop(node)["bob"]
        gone = self.node()
        gone.kill()
        gone.wait()
        self.good_at([gone, node], "buy", "lamps", "--max-price", 40, token=token)
        self.assertEqual(self.sold(), 1)

    def test_a_frozen_node_costs_time_and_no_money(self):  # S10
        node, frozen = self.node(), self.node()
        token = self.open_shop(node)["bob"]
        frozen.send_signal(signal.SIGSTOP)
        ran = self.good_at([frozen, node], "buy", "lamps", "--max-price", 40, token=token)
        self.assertIn("slot 1 of lamps", ran.out)
        frozen.send_signal(signal.SIGCONT)  # and now it reads the same order
        time.sleep(1)
        self.assertEqual(self.sold(), 1)
        self.assertEqual(self.account("bob")["balance"], 960)

    def test_an_order_that_nobody_answers_is_undecided(self):
        node = self.node()
        token = self.open_shop(node)["bob"]
        silent = self.fake(b"")
        key = new_key()
        began = time.monotonic()
        ran = self.at([silent], "buy", "lamps", "--max-price", 40, "--key", key, "--patience", 2,
                      token=token)
        self.said(ran, UNDECIDED, "undecided", f"--key {key}")
        self.assertLess(time.monotonic() - began, 10)
        self.assertEqual({f"idempotency-key: {key}" in head.lower() for head, _ in silent.asked},
                         {True})
        self.good_at([silent, node], "buy", "lamps", "--max-price", 40, "--key", key, token=token)
        self.assertEqual(self.sold(), 1)

    def test_an_answer_nobody_can_read_is_undecided(self):
        node = self.node()
        token = self.open_shop(node)["bob"]
        key = new_key()
        for where in (("--node", f"http://{node.address}"), ("--store", f"lmdb:{self.store}")):
            with open("/dev/full", "wb") as full:
                done = subprocess.run([POSSE, "buy", "lamps", "--as", "bob", "--max-price", "40",
                                       "--key", key, *where], stdout=full, stderr=subprocess.PIPE,
                                      env={**os.environ, "POSSE_TOKEN": token}, check=False)
            self.assertEqual(done.returncode, UNDECIDED)
            self.assertIn(f"could not be written; ask again with --key {key}".encode(), done.stderr)
        self.assertEqual(self.sold(), 1)

    def test_an_undecided_order_says_its_key_to_programs(self):
        ran = self.at([self.fake(b"")], "buy", "lamps", "--max-price", 40, "--json",
                      "--patience", 1)
        said = ran.json()
        self.assertEqual((ran.code, said["code"]), (UNDECIDED, "undecided"))
        self.assertIn(said["key"], said["detail"])

    def test_undecided_is_asked_again(self):
        node = self.node()
        token = self.open_shop(node)["bob"]
        undecided = self.fake(answer(202, {"code": "undecided", "intent": "i" * 22}))
        ran = self.good_at([undecided, node], "buy", "lamps", "--max-price", 40, token=token)
        self.assertIn("sold: slot 1", ran.out)
        self.assertEqual(len(undecided.asked), 1)

    def test_a_later_no_does_not_undo_an_unknown(self):
        """Whoever asked once without an answer is told no refusal that is about the moment."""
        late = self.fake(b"", answer(401, {"code": "unauthorized", "detail": "log in first"},
                                     "application/problem+json"))
        self.said(self.at([late], "buy", "lamps", "--max-price", 40), UNDECIDED, "--key")
        late = self.fake(b"", answer(500, {"code": "books_unreadable", "detail": "x"},
                                     "application/problem+json"))
        self.said(self.at([late], "buy", "lamps", "--max-price", 40), UNDECIDED, "--key")

    def test_whatever_comes_after_the_order_was_sent_is_no_failure(self):
        """What a proxy says, an answer that was cut, one that is another's: it may have sold."""
        key = new_key()
        sale = {"campaign": "lamps", "slot": 7, "price": 40, "entry": 7, "intent": "A" * 22,
                "key": key, "receipt": "x", "repeated": False}
        cut = b"HTTP/1.1 201 X\r\nContent-Type: application/json\r\n\r\n{\"campaign\":\"la"
        for said in (answer(504, b"<html>", "text/html"), answer(500, b"oh", "text/plain"), cut,
                     answer(200, b"<html>", "text/html"), answer(204, b""), answer(302, b""),
                     answer(404, b"not here", "text/plain"), answer(201, {**sale, "price": 41}),
                     answer(201, {**sale, "campaign": "beds"}),
                     answer(201, {**sale, "key": new_key()})):
            ran = self.at([self.fake(said)], "buy", "lamps", "--max-price", 40, "--key", key,
                          "--patience", 1)
            self.said(ran, UNDECIDED, "undecided", f"--key {key}")
        early = b"HTTP/1.1 103 Early Hints\r\n\r\n" + answer(201, sale)
        for said in (answer(201, sale), early, answer(201, sale) + answer(201, sale)):
            self.assertIn("sold: slot 7", self.good_at(
                [self.fake(said)], "buy", "lamps", "--max-price", 40, "--key", key).out)
        booked = {"account": "ann", "amount": 5, "reference": "r", "repeated": False}
        ran = self.at([self.fake(answer(201, booked))], "deposit", "bob", 5, "--reference", "r")
        self.said(ran, UNDECIDED, "the same reference")

    def test_answers_nobody_asked_for_are_left_alone(self):
        me = answer(200, {"name": "bob", "role": "person", "balance": 1, "spendable": 1,
                          "holds": [], "settled": 0})
        twice = self.fake(me + answer(201, {"not": "asked for"}), me)
        ran = self.at([twice], "buy", "lamps", "--max-price", 40, "--as", "bob", "--patience", 1)
        self.assertEqual(ran.code, UNDECIDED)
        self.assertEqual(len(twice.asked), 2)

    def test_a_refusal_after_silence_may_still_be_a_sale(self):  # I10
        node = self.node()
        token = self.open_shop(node)["bob"]
        ran = self.at([self.fake(b""), node], "buy", "lamps", "--max-price", 39, token=token)
        self.said(ran, UNDECIDED, "refuses now", "costs 40", "--key")

    def test_patience_ends_a_refusal_that_drips(self):
        drips = b"HTTP/1.1 503 X\r\nContent-Length: 1000\r\n\r\n{"
        node = self.node()
        self.open_shop(node)
        began = time.monotonic()
        self.good_at([self.fake(drips), node], "watch", "lamps", "--count", 1, "--patience", 1)
        self.assertLess(time.monotonic() - began, 10)

    def test_what_has_no_key_is_asked_once(self):
        silent, other = self.fake(b""), self.fake(b"")
        ran = self.at([silent, other], "account", "create", "ann", "--password-stdin",
                      stdin=b"correct horse\n")
        self.said(ran, UNDECIDED, "look at the account")
        ran = self.at([silent, other], "campaign", "create", "c", "--price", 1)
        self.said(ran, UNDECIDED, "look whether the campaign is there")
        self.assertEqual((len(silent.asked), len(other.asked)), (2, 0))

    def test_others_are_told_from_nodes(self):
        strange = [b"SSH-2.0-OpenSSH_9.2\r\n", answer(200, b"<html>", "text/html"), answer(200, {}),
                   answer(200, b"[" * 100_000), answer(404, b"not here", "text/plain"),
                   answer(200, {"id": 1}), answer(302, b"")]
        for said in strange:
            sentence = "no answer" if said is strange[0] else "no Posse node"
            for words in (("campaign", "show", "lamps"), ("campaign", "list"), ("watch", "lamps")):
                ran = self.at([self.fake(said)], *words, "--patience", 1)
                self.said(ran, UNREACHABLE, sentence)
        for said in strange:
            ran = self.at([self.fake(said)], "account", "create", "ann", "--password-stdin",
                          "--patience", 1, stdin=b"correct horse\n")
            self.assertIn(ran.code, (UNREACHABLE, UNDECIDED))
            self.assertEqual(ran.err.count("\n"), 1, ran.err)

    def test_a_node_cannot_command_the_terminal(self):
        evil = answer(409, {"code": "e\x1bx\n", "detail": "\x1b[2Jgone\x9b"},
                      "application/problem+json")
        ran = self.at([self.fake(evil)], "campaign", "show", "lamps")
        self.assertEqual(ran.err, "posse: refused (e?x ): ?[2Jgone?\n")


class Watching(RemoteCase):
    def watch(self, *words):
        return self.start("watch", "lamps", *words)

    def states(self, child, count):
        """The next states, one a line."""
        return [json.loads(child.stdout.readline())["tip"]["slot"] for _ in range(count)]

    def test_each_change_on_a_node_and_on_the_store(self):
        node = self.node()
        token = self.open_shop(node)["bob"]
        urls = f"http://127.0.0.1:1,http://{node.address}"
        watchers = [self.watch("--json", "--node", urls, "--count", 2),
                    self.watch("--json", "--store", f"lmdb:{self.store}", "--count", 2)]
        for watcher in watchers:
            self.assertEqual(self.states(watcher, 1), [0])
        self.assertEqual(self.buy_at(node, token).status, 201)
        for watcher in watchers:
            self.assertEqual(self.states(watcher, 1), [1])
            self.assertEqual(watcher.wait(timeout=10), 0)

    def test_goes_on_at_another_node(self):
        node, other = self.node(), self.node()
        token = self.open_shop(node)["bob"]
        watcher = self.watch("--json", "--node",
                             f"http://{node.address},http://{other.address}", "--count", 3)
        self.assertEqual(self.states(watcher, 1), [0])
        node.kill()
        node.wait()
        for slot in (1, 2):
            self.assertEqual(self.buy_at(other, token).status, 201)
            self.assertEqual(self.states(watcher, 1), [slot])  # none twice, none left out
        self.assertEqual(watcher.wait(timeout=10), 0)

    def test_ends_when_nobody_reads(self):
        node = self.node()
        self.open_shop(node)
        for where in (("--node", f"http://{node.address}"), ("--store", f"lmdb:{self.store}")):
            watcher = self.watch(*where)
            self.assertIn(b"0 sold", watcher.stdout.readline())
            watcher.stdout.close()
            self.assertEqual(watcher.wait(timeout=10), 0)
            watcher.stdout = None

    def test_what_is_not_there(self):
        node = self.node()
        self.said(self.at([node], "watch", "lamps"), REFUSED, "unknown_campaign", "`lamps`")
        self.said(self.posse("watch", "lamps"), REFUSED, "unknown_campaign", "`lamps`")
        event = answer(200, b'event: campaign\ndata: {"id":1}\n\n', "text/event-stream")
        self.said(self.at([self.fake(event)], "watch", "lamps"), UNREACHABLE, "no Posse node")


if __name__ == "__main__":
    os.environ.pop("POSSE_NODE", None)
    unittest.main()
