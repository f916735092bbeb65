"""Requests that are whole and mean something else than they seem to: one clear sentence each."""
# SPDX-License-Identifier: Apache-2.0
import json
import socket
import time
import unittest

from node_case import NodeCase, new_key
from node_test import Events

CLOSE = b"Host: a\r\nConnection: close\r\n"


class RequestsCase(NodeCase):
    def bytes_of(self, node, message):
        """All that is answered to these bytes, which close the connection."""
        host, port = node.address.split(":")
        answer = b""
        with socket.create_connection((host, int(port)), timeout=15) as connection:
            connection.sendall(message)
            while more := connection.recv(65536):
                answer += more
        return answer

    def raw(self, node, message):
        """The status and the problem of the answer to these bytes, which close the connection."""
        head, _, body = self.bytes_of(node, message).partition(b"\r\n\r\n")
        return int(head.split(b" ")[1]), json.loads(body.decode())

    def refused(self, node, message, status, *parts):
        seen, problem = self.raw(node, message)
        self.assertEqual((seen, problem["status"]), (status, status), (message[:100], problem))
        for part in parts:
            self.assertIn(part, problem["detail"], message[:100])


class Targets(RequestsCase):
    def test_are_text_or_refused(self):
        node = self.node()
        self.open_shop(node)
        for target, part in (
                (b"/v1/campaigns/%ff", "the path is no UTF-8"),
                (b"/v1/campaigns/%ed%a0%80", "the path is no UTF-8"),
                (b"/v1/campaigns/%c0%af", "the path is no UTF-8"),
                (b"/v1/campaigns/%f4%90%80%80", "the path is no UTF-8"),
                (b"/v1/campaigns/%c3", "the path is no UTF-8"),
                (b"/assets/%ff", "the path is no UTF-8"),
                (b"/v1/campaigns/%zz", "the path has invalid percent encoding"),
                (b"/v1/campaigns/lamps%", "the path has invalid percent encoding"),
                (b"/v1/campaigns/\xc3\xa4", "the target must be ASCII"),
                (b"/v1/campaigns?after=\xff", "the target must be ASCII"),
                (b"/v1/campaigns/lamps#x", "without `#`"),
                (b"/v1/campaigns?after=%ff", "`after` in the query is no UTF-8"),
                (b"/v1/campaigns?after=%e0%80%80", "`after` in the query is no UTF-8"),
                (b"/v1/campaigns?%ff=1", "the query is no UTF-8"),
                (b"/v1/campaigns?after=%z1", "`after` in the query has invalid percent"),
                (b"/healthz?x=%ff", "`x` in the query is no UTF-8")):
            self.refused(node, b"GET " + target + b" HTTP/1.1\r\n" + CLOSE + b"\r\n", 400, part)
        for path in ("%c3%a4", "%ef%bf%bf", "%f0%90%80%80", "%f4%8f%bf%bf", "%00"):
            self.good_ask(404, node, "GET", f"/v1/campaigns/{path}")

    def test_may_be_in_absolute_form(self):
        node = self.node()
        self.open_shop(node)
        for target in (b"http://shop.example/v1/campaigns?limit=1", b"HTTPS://b:1/v1/campaigns"):
            status, body = self.raw(node, b"GET " + target + b" HTTP/1.1\r\n" + CLOSE + b"\r\n")
            self.assertEqual((status, len(body["campaigns"])), (200, 1))
        self.assertEqual(self.bytes_of(node, b"GET http://a?x=1 HTTP/1.1\r\n" + CLOSE + b"\r\n"),
                         self.bytes_of(node, b"GET /?x=1 HTTP/1.1\r\n" + CLOSE + b"\r\n"))

    def test_in_absolute_form_name_a_host(self):
        node = self.node()
        for authority in (b"", b":80", b"u@a", b"u:p@a", b"a:x", b"a:8:0", b"[::1", b"[]", b"[x]",
                          b"[::1]x", b"a\\b", b"a<b", b'"', b"%zz"):
            message = b"GET http://" + authority + b"/healthz HTTP/1.1\r\n" + CLOSE + b"\r\n"
            self.refused(node, message, 400, "names no host")
        for authority in (b"a:", b"[::1]:80", b"a-b_c.example", b"%61"):
            message = b"GET http://" + authority + b"/healthz HTTP/1.1\r\n" + CLOSE + b"\r\n"
            self.assertEqual(self.raw(node, message)[0], 200, authority)

    def test_may_be_the_whole_node(self):
        node = self.node()
        host, port = node.address.split(":")
        with socket.create_connection((host, int(port)), timeout=15) as connection:
            connection.sendall(b"OPTIONS * HTTP/1.1\r\n" + CLOSE + b"\r\n")
            head = connection.recv(4096).decode()
        self.assertTrue(head.startswith("HTTP/1.1 204 "), head)
        self.assertIn("Allow: DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT", head)
        self.refused(node, b"GET * HTTP/1.1\r\n" + CLOSE + b"\r\n", 404)

    def test_have_the_parameters_of_their_path_once(self):
        node = self.node()
        token = self.open_shop(node)["root"]
        for target, part in (
                ("/v1/campaigns?afterr=x", "`afterr` is no parameter"),
                ("/v1/campaigns?limit=1&limit=2", "`limit` must be there once"),
                ("/v1/campaigns?limit=1&li%6dit=1", "`limit` must be there once"),
                ("/v1/campaigns/lamps?x", "`x` is no parameter"),
                ("/v1/campaigns/lamps/receipts?before=1", "`before` is no parameter"),
                ("/v1/me/purchases?after=1", "`after` is no parameter"),
                ("/v1/accounts?limit=1", "`limit` is no parameter"),
                ("/v1/me/keys?account=ann", "`account` is no parameter")):
            answer = self.good_ask(400, node, "GET", target, token=token)
            self.assertIn(part, answer.json()["detail"])
        key = new_key()
        answer = self.ask(node, "POST", f"/v1/campaigns/lamps/purchases?idempotency-key={key}",
                          {"max_price": 40}, token=token, Idempotency_Key=key)
        self.assertEqual((answer.status, answer.json()["code"]), (400, "bad_request"))
        probe = b"GET /healthz?probe=1&probe=2 HTTP/1.1\r\n" + CLOSE + b"\r\n"
        self.assertEqual(self.raw(node, probe), (200, {"status": "alive"}))
        for target in ("/v1/campaigns?after=lamps&limit=1", "/v1/campaigns?&after=",
                       "/v1/accounts?prefix=b&after=a", "/v1/me/purchases?before=1",
                       "/v1/campaigns/lamps/receipts?after=0"):
            self.good_ask(200, node, "GET", target, token=token)


class Fields(RequestsCase):
    def test_host_is_a_host(self):
        """RFC 9112, 3.2"""
        node = self.node()
        for host in (b"a b", b"a, b", b"a/b", b"u@a", b"a:x", b"a:1:2", b"[::1", b"a?b", b"\xff"):
            message = b"GET /healthz HTTP/1.1\r\nHost: " + host + b"\r\n\r\n"
            self.refused(node, message, 400, "Host field")
        for host in (b"", b"a", b"a:8080", b"[::1]", b"[fe80::1]:80", b"10.0.0.1:1"):
            message = (b"GET /healthz HTTP/1.1\r\nConnection: close\r\nHost: " + host +
                       b"\r\n\r\n")
            self.assertEqual(self.raw(node, message)[0], 200, host)

    def test_that_close_may_be_any_of_several(self):
        node = self.node()
        message = (b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\n"
                   b"Connection: x, Close\r\n\r\n")
        self.assertIn(b"\r\nConnection: close\r\n", self.bytes_of(node, message))

    def chunked(self, token, trailers):
        body = b'{"max_price":40}'
        return (b"POST /v1/campaigns/lamps/purchases HTTP/1.1\r\n" + CLOSE +
                b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n"
                b"Idempotency-Key: " + new_key().encode() + b"\r\n" + token + b"\r\n" +
                b"%x\r\n%s\r\n0\r\n%s\r\n" % (len(body), body, trailers))

    def test_behind_a_body_are_not_the_heads(self):
        """A proxy that removes a field from heads may let it pass there."""
        node = self.node()
        token = b"Authorization: Bearer " + self.open_shop(node)["bob"].encode() + b"\r\n"
        for head, trailers in ((token, b"X-Forwarded-For: 10.0.0.1\r\n"), (token, b"X: y\r\n"),
                               (b"", token), (token, b"Host: b\r\n"), (token, b"X: y\r\n" * 99)):
            self.refused(node, self.chunked(head, trailers), 400, "trailer")
        self.assertEqual(self.account("bob")["balance"], 1000)
        status, sale = self.raw(node, self.chunked(token, b""))
        self.assertEqual((status, sale["slot"]), (201, 1))

    def test_of_a_chunk_have_a_bound(self):
        node = self.node()
        body = (b"POST /v1/sessions HTTP/1.1\r\n" + CLOSE + b"Transfer-Encoding: chunked\r\n\r\n"
                b"1;" + b"a" * 40_000)
        self.refused(node, body, 431, "chunk", "16384 bytes")

    def test_that_ask_for_a_state_get_no_other(self):
        """A campaign's tags are weak, which If-Match does not take (RFC 9110, 13.1.1)."""
        node = self.node()
        token = self.open_shop(node)["ann"]
        tag = self.good_ask(200, node, "GET", "/v1/campaigns/lamps").fields["etag"]
        for tags in (tag, tag.removeprefix("W/"), '"x"'):
            answer = self.ask(node, "PATCH", "/v1/campaigns/lamps", {"title": "x"}, token=token,
                              If_Match=tags)
            self.assertEqual((answer.status, answer.json()["code"]), (412, "precondition_failed"))
            self.assertIn("If-Match", answer.json()["detail"])
        shown = self.good_ask(200, node, "GET", "/v1/campaigns/lamps").json()
        self.assertEqual(shown["title"], "")
        self.good_ask(200, node, "PATCH", "/v1/campaigns/lamps", {"title": "x"}, token=token,
                      If_Match="*")

    def test_of_a_coding_that_nobody_undoes(self):
        node = self.node()
        who = {"name": "bob", "password": "correct horse"}
        for coding in ("gzip", "br", "identity, gzip"):
            answer = self.good_ask(415, node, "POST", "/v1/accounts", who, Content_Encoding=coding)
            self.assertIn("Content-Encoding", answer.json()["detail"])
        self.good_ask(201, node, "POST", "/v1/accounts", who, Content_Encoding="Identity")

    def test_of_a_body_have_bounds_that_are_told(self):
        node = self.node()
        for body, part in (({"x" * 257: 1}, "256 bytes"),
                           ({f"f{n}": n for n in range(65)}, "64 items"),
                           ({"name": list(range(65))}, "64 items")):
            answer = self.good_ask(400, node, "POST", "/v1/accounts", body)
            self.assertIn(part, answer.json()["detail"])


class Refusals(RequestsCase):
    def test_are_read_by_whoever_is_still_sending(self):
        """Of a body that nobody reads, the rest resets the connection, and the answer with it."""
        node = self.node()
        for size in (17_000, 1_000_000, 4_000_000) * 3:
            answer = self.good_ask(413, node, "POST", "/v1/accounts", b"x" * size)
            self.assertIn("16384 bytes", answer.json()["detail"])

    def test_end_although_somebody_goes_on_sending(self):
        node = self.node()
        host, port = node.address.split(":")
        head = b"POST /v1/accounts HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000\r\n\r\n"
        for pause_s in (0, 0.1):
            with socket.create_connection((host, int(port)), timeout=15) as connection:
                connection.sendall(head)
                began = time.monotonic()
                with self.assertRaises(OSError):
                    while time.monotonic() - began < 10:
                        connection.sendall(b"x" * 65536)
                        time.sleep(pause_s)
        self.good_ask(200, node, "GET", "/healthz")


class Streams(RequestsCase):
    def test_begin_with_the_state_whatever_was_seen_elsewhere(self):
        node = self.node()
        token = self.open_shop(node)["bob"]
        self.assertEqual(self.buy_at(node, token).status, 201)
        for last in ("0", "1", "2", "999999", "9223372036854775807", "-1", "x", "1, 1"):
            events = Events(node, Last_Event_ID=last)
            events.wait_for(1)
            events.connection.close()


if __name__ == "__main__":
    unittest.main()
