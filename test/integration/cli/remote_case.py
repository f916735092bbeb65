"""What the tests of the program as a client of nodes share."""
# SPDX-License-Identifier: Apache-2.0
import json
import socket
import threading

from node_case import NodeCase

FINE, REFUSED, USAGE, UNREACHABLE, UNDECIDED = range(5)


def answer(status, body, media="application/json"):
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    return (f"HTTP/1.1 {status} X\r\nContent-Type: {media}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n").encode() + body


class FakeNode:
    """Answers one request after the other with these bytes, the last for ever; empty: it hangs
    up."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(5)
                self.asked.append(self.request(connection))
                said = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
                connection.sendall(said)

    @staticmethod
    def request(connection):
        said = b""
        while b"\r\n\r\n" not in said:
            said += connection.recv(65536)
        head, body = said.split(b"\r\n\r\n", 1)
        for line in head.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                while len(body) < int(line.split(b":")[1]):
                    body += connection.recv(65536)
        return head.decode(), body.decode()

    def close(self):
        self.listener.close()


class RemoteCase(NodeCase):
    def at(self, nodes, *words, token="", **more):
        """Runs `posse` on these nodes."""
        urls = ",".join(f"http://{node.address}" for node in nodes)
        return self.run_bare(*words, "--node", urls, POSSE_TOKEN=token, **more)

    def good_at(self, nodes, *words, **more):
        ran = self.at(nodes, *words, **more)
        self.assertEqual((ran.code, ran.err), (FINE, ""), (words, ran.out))
        return ran

    def fake(self, *answers):
        node = FakeNode(*answers)
        self.addCleanup(node.close)
        return node

    def said(self, ran, code, *parts):
        """It ended with this code and one sentence that has these parts."""
        self.assertEqual(ran.code, code, (ran.out, ran.err))
        self.assertEqual(ran.err.count("\n"), 1, ran.err)
        for part in parts:
            self.assertIn(part, ran.err)

    def sold(self):
        return self.good("campaign", "show", "lamps", "--json").json()["tip"]["slot"]
