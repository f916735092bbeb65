"""Several nodes in one process, and nodes whose clocks differ."""
# SPDX-License-Identifier: Apache-2.0
import http.client
import json
import signal
import subprocess
import threading
import time
import unittest

from node_case import NodeCase, new_key
from shop_case import SCRIBBLE

THREADS = 3


class Threads(NodeCase):
    def threaded(self, *words):
        return self.started("--listen", "127.0.0.1:0", "--store", f"lmdb:{self.store}",
                            "--threads", THREADS, "--id", "web", *words)

    def test_each_thread_is_a_node_of_its_own(self):
        node = self.threaded()
        self.open_shop(node)
        for _ in range(2 * THREADS):
            self.good_ask(200, node, "GET", "/v1/campaigns/lamps")
        text = self.good_ask(200, node, "GET", "/metrics").text
        for thread in range(1, THREADS + 1):
            self.assertIn(f'route="/v1/campaigns/{{id}}",status="200",thread="{thread}"}} 2', text)
        self.assertEqual(text.count("# TYPE posse_http_answers_total counter"), 1)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            members = json.loads(self.document("posse/members"))["members"]
            if [member["node"] for member in members] == ["web", "web-2", "web-3"]:
                break
            time.sleep(0.2)
        self.assertEqual([member["node"] for member in members], ["web", "web-2", "web-3"])

    def test_limits_are_those_of_all_threads_together(self):
        """Connections go to each thread in turn: here all that stay are one thread's."""
        settings = self.root / "node.toml"
        settings.write_text("[limits]\nstreams = 4\nconnections_of_a_peer = 8\n")
        node = self.threaded("--config", settings)
        self.open_shop(node)
        connections = []

        def connect():
            """On the thread of the one before."""
            for _ in range(THREADS - 1):
                self.good_ask(200, node, "GET", "/healthz")
            connections.append(http.client.HTTPConnection(node.address, timeout=10))
            return connections[-1]

        def follow(connection):
            connection.request("GET", "/v1/campaigns/lamps/events")
            return connection.getresponse().status

        try:
            self.assertEqual([follow(connect()) for _ in range(4)], [200] * 4)
            self.assertEqual(follow(connect()), 503)
            for _ in range(2):
                connect().connect()
            self.good_ask(200, node, "GET", "/healthz")  # the eighth
            connections.append(http.client.HTTPConnection(node.address, timeout=10))
            connections[-1].connect()
            with self.assertRaises((OSError, http.client.HTTPException)):
                self.ask(node, "GET", "/healthz")
        finally:
            for connection in connections:
                connection.close()

    def test_sells_once_whichever_thread_is_asked(self):
        node = self.threaded()
        tokens = self.open_shop(node, funds=100_000)
        keys = [new_key() for _ in range(40)]
        told = {key: set() for key in keys}
        lock = threading.Lock()

        def buyer():
            connection = http.client.HTTPConnection(node.address, timeout=30)
            for key in keys:
                connection.request("POST", "/v1/campaigns/lamps/purchases",
                                   json.dumps({"max_price": 40}),
                                   {"Authorization": f"Bearer {tokens['bob']}",
                                    "Content-Type": "application/json", "Idempotency-Key": key})
                response = connection.getresponse()
                body = json.loads(response.read())
                with lock:
                    told[key].add((response.status, body.get("slot")))
            connection.close()

        buyers = [threading.Thread(target=buyer) for _ in range(2 * THREADS)]
        for one in buyers:
            one.start()
        for one in buyers:
            one.join()
        slots = set()
        for key, answers in told.items():
            sold = {slot for status, slot in answers if status == 201}
            self.assertEqual((len(answers), len(sold)), (1, 1), (key, answers))
            slots |= sold
        self.assertEqual(slots, set(range(1, len(keys) + 1)))
        self.assertEqual(self.audit()["findings"], [])
        self.assertEqual(self.account("bob")["balance"], 100_000 - 40 * len(keys))

    def test_ends_in_order_and_leaves_the_posse(self):
        node = self.threaded()
        tokens = self.open_shop(node, funds=100_000)
        self.assertEqual(self.buy_at(node, tokens["bob"]).status, 201)
        keys = [new_key() for _ in range(4 * THREADS)]
        asking = [threading.Thread(target=self.ask_in_vain, args=(node, tokens["bob"], key))
                  for key in keys]
        for one in asking:
            one.start()
        node.send_signal(signal.SIGTERM)
        self.assertEqual(node.wait(timeout=10), 0)
        for one in asking:
            one.join()
        self.assertEqual(json.loads(self.document("posse/members"))["members"], [])
        self.assertEqual(self.account("bob")["holds"], [], "whatever was claimed is settled")
        again = self.threaded()
        slots = {self.sold(again, tokens["bob"], key) for key in keys}
        self.assertEqual(slots, set(range(2, len(keys) + 2)))

    def test_killed_with_all_its_threads_it_loses_nothing(self):
        node = self.threaded()
        tokens = self.open_shop(node, funds=100_000)
        other = self.node()
        keys = [new_key() for _ in range(3 * THREADS)]
        asking = [threading.Thread(target=self.ask_in_vain, args=(node, tokens["bob"], key))
                  for key in keys]
        for one in asking:
            one.start()
        time.sleep(0.01)
        node.kill()
        for one in asking:
            one.join()
        slots = [self.sold(other, tokens["bob"], key) for key in keys]
        self.assertEqual(sorted(slots), list(range(1, len(keys) + 1)))
        self.assertEqual(self.account("bob")["balance"], 100_000 - 40 * len(keys))

    def ask_in_vain(self, node, token, key):
        try:
            self.buy_at(node, token, key)
        except (OSError, http.client.HTTPException):
            pass  # it was killed

    def sold(self, node, token, key):
        deadline = time.monotonic() + 15
        while (answered := self.buy_at(node, token, key)).status == 202:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.1)
        self.assertEqual(answered.status, 201, answered.text)
        return answered.json()["slot"]


class Clocks(NodeCase):
    def neighbours(self, off, ended):
        """Two members who beat twice a second, with clocks that are `off` by so many ms."""
        for beat in range(1, 1000):
            now = int(time.time() * 1000) + off
            members = [{"node": name, "beat": beat, "time": now} for name in ("y", "z")]
            # Where the node swaps first, the next one will do.
            subprocess.run([SCRIBBLE, self.store, "put", "posse/members"], check=False,
                           input=json.dumps({"v": 1, "members": members}).encode())
            if ended.wait(0.5):
                break

    def test_sells_nothing_that_depends_on_time_by_a_clock_that_is_off(self):
        node = self.node()
        tokens = self.open_shop(node)
        falling = {"id": "falling", "pricing": {"kind": "doubling", "floor": 40,
                                                "cooldown_seconds": 60}}
        self.good_ask(201, node, "POST", "/v1/campaigns", falling, token=tokens["ann"])
        buying = ("POST", "/v1/campaigns/falling/purchases", {"max_price": 40})
        ended = threading.Event()
        others = threading.Thread(target=self.neighbours, args=(-4000, ended))
        others.start()
        try:
            said = self.wait_for_readiness(node, 503)
            self.assertEqual(said["code"], "clock_off")
            self.assertRegex(said["detail"], r"is (3[5-9]|4[0-5])\d\d ms ahead of the median")
            refused = self.ask(node, *buying, token=tokens["bob"], Idempotency_Key=new_key())
            self.assertEqual((refused.status, refused.json()["code"]), (503, "clock_off"))
            self.assertEqual(self.buy_at(node, tokens["bob"]).status, 201, "its price is fixed")
            self.assertEqual(self.account("bob")["spendable"], 960)
            self.assertRegex(self.good_ask(200, node, "GET", "/metrics").text,
                             r"posse_clock_ahead_seconds (3\.[5-9]|4)")
        finally:
            ended.set()
            others.join()
        ended = threading.Event()
        others = threading.Thread(target=self.neighbours, args=(0, ended))
        others.start()
        try:
            self.wait_for_readiness(node, 200)
            sold = self.ask(node, *buying, token=tokens["bob"], Idempotency_Key=new_key())
            self.assertEqual(sold.status, 201, sold.text)
        finally:
            ended.set()
            others.join()

    def wait_for_readiness(self, node, status):
        deadline = time.monotonic() + 20
        while (answered := self.ask(node, "GET", "/readyz")).status != status:
            self.assertLess(time.monotonic(), deadline, answered.text)
            time.sleep(0.1)
        return answered.json()


if __name__ == "__main__":
    unittest.main()
