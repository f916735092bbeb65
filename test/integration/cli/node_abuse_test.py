"""What the node refuses: bad input, other people's things, broken framing; nothing is written."""
# SPDX-License-Identifier: Apache-2.0
import http.client
import itertools
import json
import socket
import threading
import time
import unittest
from concurrent.futures import ThreadPoolExecutor

from node_case import PASSWORD, NodeCase, new_key

PEOPLE_ROUTES = [("GET", "/v1/me"), ("POST", "/v1/me/resolve"), ("POST", "/v1/me/harvest"),
                 ("DELETE", "/v1/sessions"), ("POST", "/v1/campaigns"),
                 ("POST", "/v1/campaigns/lamps/purchases")]
OPERATOR_ROUTES = [("POST", "/v1/deposits"), ("POST", "/v1/withdrawals")]

# A body for a purchase, and what the answer must say.
BAD_PURCHASES = [
    ("", "JSON"), ("{", "JSON"), ("[]", "object"), ("{}", "`max_price` is missing"),
    ('{"max_price":-1}', "from 0 to 9223372036854775807"), ('{"max_price":1.0}', "whole"),
    ('{"max_price":1e2}', "whole"), ('{"max_price":"40"}', "`max_price`"),
    ('{"max_price":9223372036854775808}', "9223372036854775807"),
    ('{"max_price":18446744073709551616}', "64 bits"), ('{"max_price":NaN}', "JSON"),
    ('{"max_price":40,"max_price":1}', "max_price must be there once"),
    ('{"max_price":40,"prize":1}', "`prize` is a field this program does not know"),
    ('{"max_price":40} {}', "JSON"), ('{"max_price":40,"content":7}', "`content`"),
    ('{"max_price":40,"content":"' + "x" * 2049 + '"}', "2048"),
    ('{"max_price":' + "[" * 9 + "]" * 9 + "}", "8 levels"),
    ('{"max_price":' + "9" * 10_000 + "}", "64 bits"),
    ('{"max_price":40,"content":"\\ud800"}', "JSON"),
]

# Requests as bytes, and the status they get; 0 is a connection that is closed without a word.
BAD_FRAMING = [
    (b"GET /healthz HTTP/1.1\r\n\r\n", 400),
    (b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
    (b"GET /healthz HTTP/1.0\r\nHost: a\r\n\r\n", 400),
    (b"GET /healthz HTTP/1.1\nHost: a\n\n", 400),
    (b"hello\r\n\r\n", 400),
    (b"GET /" + b"a" * 3000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414),
    (b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 20_000 + b"\r\n\r\n", 431),
    (b"GET /healthz HTTP/1.1\r\nHost: a\r\n" + b"X: 1\r\n" * 100 + b"\r\n", 431),
    (b"POST /v1/accounts HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000\r\n\r\n", 413),
    (b"POST /v1/accounts HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400),
    (b"POST /v1/accounts HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
     400),
    (b"POST /v1/accounts HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n"
     b"Transfer-Encoding: chunked\r\n\r\n{}", 400),
    *[(b"POST /v1/accounts HTTP/1.1\r\nHost: a\r\n" + framing + b"\r\n\r\n0\r\n\r\n", 400)
      for framing in (b"Transfer-Encoding: identity", b"Transfer-Encoding: gzip",
                      b"Transfer-Encoding: xchunked", b"Transfer-Encoding: chunked, identity",
                      b"Transfer-Encoding: chunked, chunked",
                      b"Transfer-Encoding: identity\r\nContent-Length: 5",
                      b"Content-Length: 5, 5")],
    (b"TRACE /healthz HTTP/1.1\r\nHost: a\r\n\r\n", 405),
    (b"GET /v1/%6de HTTP/1.1\r\nHost: a\r\n\r\n", 404),
    (b"GET //v1/me HTTP/1.1\r\nHost: a\r\n\r\n", 404),
    (b"GET /v1/campaigns?after=%zz HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    (b"GET /healthz HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\n\r\n", 200),
]


class Refusals(NodeCase):
    def test_bad_orders_are_told_why_and_change_nothing(self):
        node = self.node()
        token = self.open_shop(node)["bob"]
        before = self.documents()
        for body, word in BAD_PURCHASES:
            answer = self.ask(node, "POST", "/v1/campaigns/lamps/purchases", body, token=token,
                              Idempotency_Key=new_key())
            self.assertEqual(answer.status, 400, (body[:80], answer.text))
            self.assertEqual(answer.json()["code"], "bad_request")
            self.assertIn(word, answer.json()["detail"], body[:80])
        for key in (None, "", "1", "00000000-0000-4000-8000-000000000000", "x" * 1000):
            fields = {} if key is None else {"Idempotency_Key": key}
            answer = self.ask(node, "POST", "/v1/campaigns/lamps/purchases", {"max_price": 40},
                              token=token, **fields)
            self.assertEqual(answer.status, 400, (key, answer.text))
            self.assertIn("Idempotency-Key", answer.json()["detail"])
        self.assertEqual(self.documents(), before)

    def documents(self):
        """All but the membership, which beats."""
        return [line for line in self.dump().split(b"\n") if not line.startswith(b"posse/")]

    def test_prices_funds_and_ends_have_their_own_words(self):
        node = self.node()
        tokens = self.open_shop(node, funds=39)
        low = self.buy_at(node, tokens["bob"], max_price=39)
        self.assertEqual((low.status, low.json()["code"], low.json()["price"]),
                         (409, "price_moved", 40))
        poor = self.buy_at(node, tokens["bob"])
        self.assertEqual((poor.status, poor.json()["code"]), (402, "insufficient_funds"))
        lost = self.ask(node, "POST", "/v1/campaigns/none/purchases", {"max_price": 1},
                        token=tokens["bob"], Idempotency_Key=new_key())
        self.assertEqual((lost.status, lost.json()["code"]), (404, "unknown_campaign"))

    def test_each_route_asks_who_it_is(self):
        node = self.node()
        tokens = self.open_shop(node)
        for method, path in PEOPLE_ROUTES + OPERATOR_ROUTES:
            for token in (None, "x", "A" * 43):
                self.good_ask(401, node, method, path, {} if method == "POST" else None,
                              token=token)
        for method, path in OPERATOR_ROUTES:
            answer = self.good_ask(403, node, method, path,
                                   {"account": "bob", "amount": 1, "reference": "mine"},
                                   token=tokens["bob"])
            self.assertEqual(answer.json()["code"], "operators_only")
        self.assertEqual(self.account("bob")["balance"], 1000)

    def test_pages_of_other_sites_cannot_use_the_cookie(self):
        node = self.node()
        self.open_shop(node)
        login = self.good_ask(201, node, "POST", "/v1/sessions",
                              {"name": "bob", "password": PASSWORD})
        cookie = login.fields["set-cookie"]
        for word in ("__Host-", "HttpOnly", "Secure", "SameSite=Strict", "Path=/"):
            self.assertIn(word, cookie)
        fields = {"Cookie": cookie.split(";")[0]}
        self.good_ask(200, node, "GET", "/v1/me", **fields)
        for evil in ({"Sec_Fetch_Site": "cross-site"}, {"Origin": "http://evil.example"},
                     {"Origin": "null"}, {"Sec_Fetch_Site": "same-site"}):
            self.good_ask(403, node, "POST", "/v1/me/harvest", **fields, **evil)
        self.good_ask(200, node, "POST", "/v1/me/harvest", **fields,
                      Origin=f"http://{node.address}", Sec_Fetch_Site="same-origin")
        self.good_ask(415, node, "POST", "/v1/campaigns", "id=x", **fields,
                      Content_Type="application/x-www-form-urlencoded")

    def test_guessing_passwords_becomes_slow_for_the_guesser_only(self):
        node = self.node()
        self.person(node, "bob")
        wrong = {"name": "bob", "password": "wrong horse"}
        statuses = [self.ask(node, "POST", "/v1/sessions", wrong).status for _ in range(6)]
        self.assertEqual(statuses, [401] * 5 + [429])
        nobody = self.ask(node, "POST", "/v1/sessions", {"name": "no", "password": "some horse"})
        self.assertEqual(nobody.json()["code"], "wrong_credentials")
        time.sleep(1.1)
        self.good_ask(201, node, "POST", "/v1/sessions", {"name": "bob", "password": PASSWORD})

    def test_guesses_at_the_same_time_are_counted_too(self):
        node = self.node()
        self.person(node, "bob")
        wrong = {"name": "bob", "password": "wrong horse"}
        with ThreadPoolExecutor(20) as pool:
            statuses = list(pool.map(
                lambda _: self.ask(node, "POST", "/v1/sessions", wrong).status, range(20)))
        self.assertLessEqual(statuses.count(401), 5)
        self.assertEqual(set(statuses) - {401, 429, 503}, set())

    def test_a_flood_of_one_address_leaves_the_others_room(self):
        node = self.node()
        self.person(node, "bob")
        stop = threading.Event()

        def flood(number):
            for n in itertools.count():
                if stop.is_set():
                    return
                self.ask(node, "POST", "/v1/sessions",
                         {"name": f"u{number}-{n}", "password": "wrong horse"})

        crowd = [threading.Thread(target=flood, args=(n,)) for n in range(12)]
        for thread in crowd:
            thread.start()
        try:
            time.sleep(1)
            host, port = node.address.split(":")
            connection = http.client.HTTPConnection(host, int(port), timeout=20,
                                                    source_address=("127.0.0.2", 0))
            connection.request("POST", "/v1/sessions",
                               json.dumps({"name": "bob", "password": PASSWORD}),
                               {"Content-Type": "application/json"})
            status = connection.getresponse().status
            connection.close()
            self.assertEqual(status, 201)
        finally:
            stop.set()
            for thread in crowd:
                thread.join()

    def test_wrong_methods_say_which_are_right(self):
        node = self.node()
        answer = self.good_ask(405, node, "PUT", "/v1/me")
        self.assertEqual(answer.fields["allow"], "GET, HEAD")
        self.good_ask(404, node, "GET", "/v1/nothing")

    def test_books_that_cannot_be_read_are_no_refusal(self):
        node = self.node()
        token = self.open_shop(node)["bob"]
        sound = self.document("campaign/lamps")
        self.scribble("campaign/lamps", sound.replace(b'"fixed"', b'"gifts"'))
        answer = self.buy_at(node, token)
        self.assertEqual((answer.status, answer.json()["code"]), (500, "books_unreadable"))
        self.scribble("campaign/lamps", sound)
        time.sleep(0.15)  # a node may go by terms that are 100 ms old
        self.assertEqual(self.buy_at(node, token).status, 201)


class Framing(NodeCase):
    def status_of(self, node, message):
        host, port = node.address.split(":")
        with socket.create_connection((host, int(port)), timeout=15) as connection:
            connection.sendall(message)
            answer = connection.recv(4096)
        return int(answer.split(b" ")[1]) if answer else 0

    def test_is_strict_and_the_node_lives_on(self):
        node = self.node()
        for message, status in BAD_FRAMING:
            self.assertEqual(self.status_of(node, message), status, message[:100])
        self.good_ask(200, node, "GET", "/healthz")

    def followers(self, node):
        text = self.ask(node, "GET", "/metrics").text
        return [line.split()[1] for line in text.splitlines()
                if line.startswith("posse_live_followers")]

    def test_streams_that_never_begin_are_forgotten(self):
        node = self.node()
        self.open_shop(node)
        for _ in range(20):
            self.good_ask(200, node, "HEAD", "/v1/campaigns/lamps/events")
        time.sleep(0.3)
        self.assertEqual(self.followers(node), ["0"])

    def test_half_a_request_does_not_keep_a_node_from_its_end(self):
        node = self.node()
        host, port = node.address.split(":")
        with socket.create_connection((host, int(port))) as half:
            half.sendall(b"POST /v1/accounts HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{")
            time.sleep(0.2)
            node.terminate()
            self.assertEqual(node.wait(timeout=8), 0)

    def test_slow_senders_do_not_keep_others_waiting(self):
        node = self.node()
        host, port = node.address.split(":")
        slow = [socket.create_connection((host, int(port))) for _ in range(200)]
        for connection in slow:
            connection.sendall(b"GET /hea")
        began = time.monotonic()
        self.good_ask(200, node, "GET", "/healthz")
        self.assertLess(time.monotonic() - began, 2)
        slow[0].settimeout(20)
        self.assertEqual(slow[0].recv(100), b"", "a head that does not end must be given up")
        for connection in slow:
            connection.close()


if __name__ == "__main__":
    unittest.main()
