"""What operators see: accounts, nodes, audits; and what sellers see of their earnings."""
# SPDX-License-Identifier: Apache-2.0
import json
import signal
import time
import unittest

from node_case import PATIENCE_S, NodeCase

# Accounts in one page; docs/http.md.
PAGE = 100
# Settlements in an account before the oldest spill into pages beside it.
SETTLED_MAX = 32


class OperatorCase(NodeCase):
    def until(self, get, is_so, patience=PATIENCE_S):
        """What `get` comes to once `is_so` of it."""
        deadline = time.monotonic() + patience
        while not is_so(got := get()):
            self.assertLess(time.monotonic(), deadline, got)
            time.sleep(0.05)
        return got

    def for_operators_only(self, node, tokens, method, path):
        self.good_ask(401, node, method, path)
        refused = self.good_ask(403, node, method, path, token=tokens["bob"]).json()
        self.assertEqual(refused["code"], "operators_only")

    def show(self, node, path, token):
        return self.good_ask(200, node, "GET", path, token=token).json()


class Accounts(OperatorCase):
    def names(self, node, token, after=None):
        query = "" if after is None else f"?after={after}"
        page = self.show(node, "/v1/accounts" + query, token)
        return [each["name"] for each in page["accounts"]], page["next"]

    def test_are_listed_with_what_they_own(self):
        node = self.node()
        tokens = self.open_shop(node)
        self.for_operators_only(node, tokens, "GET", "/v1/accounts")
        self.assertEqual(self.buy_at(node, tokens["bob"]).status, 201)
        self.until(lambda: self.account("bob"), lambda bob: not bob["holds"])
        page = self.show(node, "/v1/accounts", tokens["root"])
        self.assertIsNone(page["next"])
        self.assertEqual([(each["name"], each["role"]) for each in page["accounts"]],
                         [("ann", "person"), ("bob", "person"), ("root", "operator")])
        self.assertEqual(page["accounts"][1],
                         {"name": "bob", "role": "person", "balance": 960, "spendable": 960,
                          "holds": 0, "settled": 2})

    def test_are_listed_in_pages_without_what_stands_beneath_them(self):
        node = self.node()
        root = self.person(node, "root", "operator")
        names = [f"a{number:03}" for number in range(PAGE)] + ["b", "b-1", "b.1", "b1"]
        for name in names:
            self.good("account", "create", name)
        for number in range(SETTLED_MAX + 1):
            self.good("deposit", "b", 1, "--reference", f"r{number}")
        self.until(self.dump, lambda dump: b"account/b/settled/" in dump)
        self.scribble("account/Not-A-Name", b"anything")
        self.scribble("account/c/settled/000000000000", b"anything")
        self.assertEqual(self.names(node, root), (names[:PAGE], "a099"))
        self.assertEqual(self.names(node, root, ""), (names[:PAGE], "a099"))
        self.assertEqual(self.names(node, root, "a099"), (names[PAGE:] + ["root"], None))
        self.assertEqual(self.names(node, root, "b"), (["b-1", "b.1", "b1", "root"], None))
        self.assertEqual(self.names(node, root, "root"), ([], None))
        b = self.show(node, "/v1/accounts?after=a099", root)["accounts"][0]
        self.assertEqual((b["balance"], b["settled"]), (SETTLED_MAX + 1, SETTLED_MAX + 1))
        found = self.show(node, "/v1/accounts?prefix=b&after=b-1", root)["accounts"]
        self.assertEqual([each["name"] for each in found], ["b.1", "b1"])
        for wrong in ("after=_", "prefix=_"):
            said = self.good_ask(400, node, "GET", f"/v1/accounts?{wrong}", token=root).json()
            self.assertIn(wrong.partition("=")[0], said["detail"])

    def test_that_cannot_be_read_are_named(self):
        node = self.node()
        root = self.person(node, "root", "operator")
        for broken in (b"{", b'{"v":1}', self.document("account/root").replace(
                b'"role":"operator"', b'"role":7')):
            self.scribble("account/broken", broken)
            unreadable, whole = self.show(node, "/v1/accounts", root)["accounts"]
            self.assertEqual(unreadable, {"name": "broken", "unreadable": True})
            self.assertEqual(whole["name"], "root")


class Earnings(OperatorCase):
    def due(self, node, token):
        return self.show(node, "/v1/me/earnings", token)

    def test_are_what_a_harvest_pays(self):
        node = self.node()
        tokens = self.open_shop(node)
        self.good_ask(401, node, "GET", "/v1/me/earnings")
        self.assertEqual(self.due(node, tokens["ann"]), {"earnings": {}, "complete": True})
        for _ in range(3):
            self.assertEqual(self.buy_at(node, tokens["bob"]).status, 201)
        all_of_it = {"earnings": {"lamps": 120}, "complete": True}
        self.until(lambda: self.due(node, tokens["ann"]), lambda due: due == all_of_it)
        self.assertEqual(self.account("ann")["balance"], 0)
        self.assertEqual(self.due(node, tokens["bob"]), {"earnings": {}, "complete": True})
        paid = self.good_ask(200, node, "POST", "/v1/me/harvest", token=tokens["ann"]).json()
        self.assertEqual(paid, {"paid": {"lamps": 120}, "balance": 120})
        self.assertEqual(self.due(node, tokens["ann"]), {"earnings": {}, "complete": True})


class Nodes(OperatorCase):
    def seen(self, node, token):
        return self.show(node, "/v1/nodes", token)

    def test_are_those_that_beat(self):
        nodes = [self.node() for _ in range(2)]
        tokens = self.open_shop(nodes[0])
        self.for_operators_only(nodes[0], tokens, "GET", "/v1/nodes")
        ids = sorted(node.id for node in nodes)
        seen = self.until(lambda: self.seen(nodes[1], tokens["root"]),
                          lambda seen: [each["node"] for each in seen["nodes"]] == ids)
        self.assertEqual(seen["self"], {"node": nodes[1].id, "oldest_unsettled_ms": 0,
                                        "recovered": [], "alarms": [], "clock_ahead_ms": None})

    def test_tell_what_they_finished_for_the_dead(self):
        node = self.node()
        tokens = self.open_shop(node)
        for times in range(1, 3):
            self.assertEqual(self.dead_buyer("kill", "after").wait(), -signal.SIGKILL)
            seen = self.until(lambda: self.seen(node, tokens["root"])["self"],
                              lambda seen, times=times: len(seen["recovered"]) == times, 30)
        newest, oldest = seen["recovered"]
        self.assertGreater(newest["at"], oldest["at"])
        self.assertEqual([each["entries"] for each in seen["recovered"]], [1, 1])
        self.assertEqual(seen["alarms"], [])

    def test_are_one_where_they_are_threads(self):
        node = self.started("--listen", "127.0.0.1:0", "--store", f"lmdb:{self.store}",
                            "--threads", 3, "--id", "web")
        tokens = self.open_shop(node)
        self.assertEqual(self.dead_buyer("kill", "after").wait(), -signal.SIGKILL)
        self.until(lambda: self.seen(node, tokens["root"])["self"],
                   lambda seen: seen["recovered"], 30)
        for _ in range(6):
            seen = self.seen(node, tokens["root"])["self"]
            self.assertEqual(seen["node"], "web")
            self.assertTrue(seen["recovered"], "another thread has it")


class Audits(OperatorCase):
    def start_audit(self, node, token):
        return self.good_ask(202, node, "POST", "/v1/audit", token=token).json()

    def ended(self, node, token):
        return self.until(lambda: self.show(node, "/v1/audit", token),
                          lambda audit: audit["state"] != "running")

    def test_tell_whether_the_books_are_sound(self):
        node = self.node()
        tokens = self.open_shop(node)
        for method in ("GET", "POST"):
            self.for_operators_only(node, tokens, method, "/v1/audit")
        self.assertEqual(self.show(node, "/v1/audit", tokens["root"]),
                         {"state": "none", "node": node.id})
        running = self.start_audit(node, tokens["root"])
        self.assertEqual((running["state"], running["node"]), ("running", node.id))
        done = self.ended(node, tokens["root"])
        self.assertEqual((done["node"], done["started_at"]), (node.id, running["started_at"]))
        self.assertGreaterEqual(done["at"], done["started_at"])
        self.assertEqual((done["state"], done["sound"], done["findings"]), ("done", True, []))
        self.assertTrue(done["text"].endswith("the books are sound\n"), done["text"])
        self.assertEqual(self.show(node, "/v1/audit", tokens["root"]), done, "it stays")

        account = json.loads(self.document("account/bob"))
        account["data"]["balance"] += 1
        self.scribble("account/bob", json.dumps(account).encode())
        before = self.dump()
        self.start_audit(node, tokens["root"])
        done = self.ended(node, tokens["root"])
        self.assertEqual((done["sound"], done["findings_total"] > 0), (False, True))
        self.assertEqual(done["findings"], self.audit()["findings"])
        self.assertIn("UNSOUND", done["text"])
        self.assertEqual(self.document("account/bob"), json.dumps(account).encode())
        self.assertEqual(before.count(b"\n"), self.dump().count(b"\n"), "it writes nothing")

    def test_run_once_and_show_on_every_thread(self):
        node = self.started("--listen", "127.0.0.1:0", "--store", f"lmdb:{self.store}",
                            "--threads", 3)
        tokens = self.open_shop(node)
        self.start_audit(node, tokens["root"])
        done = self.ended(node, tokens["root"])
        for _ in range(9):
            self.assertEqual(self.show(node, "/v1/audit", tokens["root"]), done)

    def test_end_with_the_node(self):
        node = self.node()
        tokens = self.open_shop(node)
        self.start_audit(node, tokens["root"])
        node.send_signal(signal.SIGTERM)
        self.assertEqual(node.wait(timeout=10), 0)
        self.assertTrue(self.audit()["sound"])


if __name__ == "__main__":
    unittest.main()
