"""What sellers see of their earnings."""
# SPDX-License-Identifier: Apache-2.0
import time
import unittest

from node_case import PATIENCE_S, NodeCase


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


if __name__ == "__main__":
    unittest.main()
