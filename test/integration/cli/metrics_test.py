"""What a node says about itself at /metrics."""
# SPDX-License-Identifier: Apache-2.0
import time
import unittest

from node_case import NodeCase, new_key


class Metrics(NodeCase):
    def metrics(self, node):
        """Every sample by its name and labels, as text."""
        text = self.good_ask(200, node, "GET", "/metrics").text
        lines = [line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#")]
        return {name: float(value) for name, value in lines}

    def test_counts_what_people_were_told(self):
        node = self.node()
        tokens = self.open_shop(node, funds=100)
        key = new_key()
        for _ in range(2):
            self.assertEqual(self.buy_at(node, tokens["bob"], key).status, 201)
        self.assertEqual(self.buy_at(node, tokens["bob"], max_price=39).status, 409)
        self.assertEqual(self.buy_at(node, tokens["bob"]).status, 201)
        self.assertEqual(self.buy_at(node, tokens["bob"]).status, 402)
        self.good_ask(404, node, "GET", "/nowhere/" + "x" * 50)
        seen = self.metrics(node)
        told = {answer: seen[f'posse_purchases_total{{answer="{answer}"}}']
                for answer in ("sold", "repeated", "price_moved", "insufficient_funds")}
        self.assertEqual(told, {"sold": 2, "repeated": 1, "price_moved": 1,
                                "insufficient_funds": 1})
        self.assertEqual(seen["posse_purchase_seconds_count"], 5)
        buying = 'method="POST",route="/v1/campaigns/{id}/purchases"'
        self.assertEqual(seen[f'posse_http_answers_total{{{buying},status="201"}}'], 3)
        self.assertEqual(
            seen['posse_http_answers_total{method="none",route="none",status="404"}'], 1)
        self.assertGreater(seen['posse_store_calls_total{answer="done",call="add"}'], 2)
        self.assertEqual(seen['posse_store_calls_total{answer="error",call="cas"}'], 0)
        self.assertEqual((seen["posse_purchases_under_way"], seen["posse_alarms"]), (0, 0))

    def test_shows_how_old_what_it_shows_is(self):
        node = self.node()
        self.open_shop(node)
        for _ in range(20):
            self.good_ask(200, node, "GET", "/v1/campaigns/lamps")
        seen = self.metrics(node)
        self.assertGreaterEqual(seen["posse_answer_age_seconds_count"], 20)
        self.assertEqual(seen['posse_answer_age_seconds_bucket{le="+Inf"}'],
                         seen["posse_answer_age_seconds_count"])
        self.assertLess(seen["posse_live_reads_total"], seen["posse_live_answers_total"])

    def test_measures_what_it_finishes_for_the_dead(self):
        node = self.node()
        self.open_shop(node)
        dead = self.dead_buyer("kill", "after")
        dead.wait(timeout=20)
        began = time.monotonic()
        while True:
            seen = self.metrics(node)
            if seen["posse_patrol_finished_entries_total"] == 1:
                break
            self.assertLess(time.monotonic() - began, 15, "nobody finishes it")
            time.sleep(0.1)
        self.assertEqual(seen["posse_recovery_seconds_count"], 1)
        self.assertGreater(seen["posse_recovery_seconds_sum"], 0)
        self.assertGreater(seen["posse_patrol_wins_total"], 0)
        self.assertTrue(self.audit()["sound"])


if __name__ == "__main__":
    unittest.main()
