"""A node's settings and what it writes about itself."""
# SPDX-License-Identifier: Apache-2.0
import http.client
import json
import os
import signal
import time
import unittest

from node_case import PASSWORD, NodeCase, new_key

WRONG = [
    ('listn = "x"', "1:1: `listn` is no setting"),
    ("store = 3", "1:9: `store` must be a text"),
    ('store = "x:"', "1:9: `store` must be lmdb:DIRECTORY, etcd://HOST:PORT"),
    ('store = "etcd://a:1?b=c"', "1:9: `store` `etcd://a:1?b=...`: the options are password_file"),
    ('id = "a b"', "1:6: `id` must be 1 to 64 printable ASCII characters"),
    ('listen = "here"', "1:10: `listen` must be an IP address, a colon and a port"),
    ("[limits]\nstreams = 0", "2:11: `limits.streams` must be a whole number from 1 to 1000000"),
    ("[limits]\nhead_seconds = 1.5", "2:16: `limits.head_seconds` must be a whole number"),
    ('[log]\nlevel = "loud"', "2:9: `log.level` must be debug, info, warning or error"),
    ("threads = 65", "1:11: `threads` must be a whole number from 1 to 64"),
    ('trusted_proxies = ["me"]', "1:20: `trusted_proxies` must be IP addresses or networks such"),
    ("limits = 1", "1:10: `limits` must be a table"),
    ("[log]\nfile = 1", "2:1: `log.file` is no setting"),
    ("id = ", "1:6: "),
]


class Settings(NodeCase):
    def settings(self, text):
        path = self.root / "node.toml"
        path.write_text(text)
        return path

    def configured(self, text, *words):
        return self.started("--config", self.settings(text), *words)

    def ended(self, node):
        """Ends a node; what it has written."""
        node.send_signal(signal.SIGTERM)
        _, written = node.communicate(timeout=15)
        self.assertEqual(node.returncode, 0)
        return written.decode().splitlines()

    def test_what_is_wrong_is_told_with_its_place(self):
        for text, sentence in WRONG:
            ran = self.run_bare("node", "--check", "--config", self.settings(text))
            self.assertEqual(ran.code, 2, text)
            self.assertIn(f"{self.root}/node.toml:{sentence}", ran.err)
            self.assertEqual(ran.err.count("\n"), 1, ran.err)
        for path in (self.root, self.root / "nowhere.toml"):
            ran = self.run_bare("node", "--config", path)
            self.assertEqual((ran.code, ran.err),
                             (2, f"posse: cannot read the settings in {path}\n"))

    def test_a_check_wants_a_store_and_says_if_there_is_none(self):
        ran = self.run_bare("node", "--check", "--config", self.settings('id = "a"'))
        self.assertEqual((ran.code, ran.err.startswith("posse: --store (or POSSE_STORE) must")),
                         (2, True), ran.err)
        settings = self.settings(f'store = "lmdb:{self.store}"')
        ran = self.run_bare("node", "--check", "--config", settings)
        self.assertEqual((ran.code, ran.out), (0, "the settings are fine; there is no shop yet, "
                                                  "the node will make one\n"))
        self.fill()
        ran = self.run_bare("node", "--check", "--config", settings)
        self.assertEqual((ran.code, ran.out), (0, "the settings are fine\n"))

    def test_a_new_shop_is_told(self):
        words = ("--config", self.settings(f'store = "lmdb:{self.store}"'), "--listen",
                 "127.0.0.1:0")
        told = [any("warning new shop store=" in line for line in self.ended(self.started(*words)))
                for _ in range(2)]
        self.assertEqual(told, [True, False])

    def test_behind_a_proxy_each_visitor_is_an_address_of_his_own(self):
        text = f'store = "lmdb:{self.store}"\nlisten = "127.0.0.1:0"\n'
        for trusted, status in (("", 429), ('trusted_proxies = ["127.0.0.1"]', 201)):
            node = self.configured(text + trusted)
            self.ask(node, "POST", "/v1/accounts", {"name": "bob", "password": PASSWORD})
            for guess in range(6):
                self.ask(node, "POST", "/v1/sessions",
                         {"name": "bob", "password": f"wrong guess {guess}"},
                         X_Forwarded_For="9.9.9.9, 6.6.6.6")
            answered = self.ask(node, "POST", "/v1/sessions", {"name": "bob", "password": PASSWORD},
                                X_Forwarded_For="6.6.6.6, 7.7.7.7")
            self.assertEqual(answered.status, status, answered.text)
            guessing = self.ask(node, "POST", "/v1/sessions", {"name": "bob", "password": PASSWORD},
                                X_Forwarded_For="8.8.8.8, 6.6.6.6")
            self.assertEqual(guessing.status, 429, guessing.text)

    def test_the_command_line_comes_before_the_file(self):
        text = f'store = "lmdb:{self.store}"\nlisten = "127.0.0.1:1"\nid = "file"\n'
        fine = self.run_bare("node", "--check", "--json", "--config", self.settings(text))
        self.assertEqual((fine.code, fine.json()["id"]), (0, "file"))
        self.assertFalse(self.store.exists())
        node = self.configured(text, "--listen", "127.0.0.1:0", "--id", "line")
        self.assertEqual(node.id, "line")
        self.good_ask(200, node, "GET", "/readyz")
        self.assertTrue(self.store.exists())

    def test_limits_hold(self):
        node = self.configured(f'store = "lmdb:{self.store}"\nlisten = "127.0.0.1:0"\n'
                               "[limits]\nstreams = 2\nconnections = 6\nidle_seconds = 1\n")
        self.open_shop(node)
        streams = []
        for _ in range(2):
            stream = http.client.HTTPConnection(node.address, timeout=10)
            stream.request("GET", "/v1/campaigns/lamps/events")
            streams.append(stream.getresponse())
            self.assertEqual(streams[-1].status, 200)
        full = self.good_ask(503, node, "GET", "/v1/campaigns/lamps/events")
        self.assertEqual(full.json()["code"], "too_many_streams")
        self.good_ask(200, node, "GET", "/v1/campaigns/lamps")
        idle = [http.client.HTTPConnection(node.address, timeout=10) for _ in range(4)]
        for connection in idle:
            connection.connect()
        time.sleep(0.2)
        with self.assertRaises((OSError, http.client.HTTPException)):
            self.ask(node, "GET", "/healthz")
        for connection in idle:
            self.assertEqual(connection.sock.recv(1), b"", "idle connections are closed")
            connection.close()
        self.good_ask(200, node, "GET", "/healthz")
        for stream in streams:
            stream.close()

    def test_tells_what_happens(self):
        node = self.configured(f'store = "lmdb:{self.store}"\nlisten = "127.0.0.1:0"\n'
                               '[log]\nlevel = "debug"\nformat = "json"\n')
        tokens = self.open_shop(node, funds=100)
        self.assertEqual(self.buy_at(node, tokens["bob"], new_key()).status, 201)
        written = "\n".join(self.ended(node))
        lines = [json.loads(line) for line in written.splitlines()]
        by_what = {line["what"]: line for line in lines}
        for what in ("started", "deposit", "answered", "stopping", "stopped"):
            self.assertIn(what, by_what, written)
        self.assertEqual({**by_what["deposit"], "time": ""},
                         {"time": "", "level": "info", "what": "deposit", "account": "bob",
                          "amount": 100, "reference": "r1", "repeated": False, "operator": "root",
                          **{name: by_what["deposit"][name] for name in ("journal", "entry")}})
        bought = [line for line in lines if line.get("path", "").endswith("/purchases")]
        self.assertEqual([(line["level"], line["status"]) for line in bought], [("debug", 201)])
        for token in tokens.values():
            self.assertNotIn(token, written)
        self.assertNotIn("correct horse", written)

    def test_says_little_as_long_as_all_is_well(self):
        node = self.node()
        self.open_shop(node)
        written = self.ended(node)
        self.assertEqual([line.split(" ")[1:3] for line in written if " new shop " not in line],
                         [["info", "started"], ["info", "deposit"], ["info", "stopping"],
                          ["info", "stopped"]])

    def test_ends_although_nobody_reads_its_log(self):
        reading, writing = os.pipe()
        os.set_blocking(writing, False)
        try:
            while True:
                os.write(writing, b"x" * 4096)
        except BlockingIOError:
            os.set_blocking(writing, True)
        node = self.started("--listen", "127.0.0.1:0", "--store", f"lmdb:{self.store}",
                            stderr=writing)
        os.close(writing)
        self.good_ask(200, node, "GET", "/readyz")
        node.send_signal(signal.SIGTERM)
        self.assertEqual(node.wait(timeout=10), 0)
        os.close(reading)


if __name__ == "__main__":
    unittest.main()
