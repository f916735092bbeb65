"""Whoever does not read what it asked for is left in time, and never made to read what is wrong."""
# SPDX-License-Identifier: Apache-2.0
import http.client
import json
import pathlib
import socket
import time
import unittest

from node_case import NodeCase

PIECE_S = 2
LIMITS = f"[limits]\nwriting_seconds = {PIECE_S}\n"
ASKED = b"GET %s HTTP/1.1\r\nHost: a\r\n\r\n"


def narrow(node):
    """A connection of which little is taken that is not read."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 100)
    connection.settimeout(15)
    host, port = node.address.split(":")
    connection.connect((host, int(port)))
    return connection


def not_taken(node, connection):
    """Bytes that the node's system still has for this connection."""
    ports = [int(node.address.split(":")[1]), connection.getsockname()[1]]
    for line in pathlib.Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]:
        fields = line.split()
        if [int(end.split(":")[1], 16) for end in fields[1:3]] == ports:
            return int(fields[4].split(":")[0], 16)
    return None


class SlowReaders(NodeCase):
    def configured(self):
        path = self.root / "node.toml"
        path.write_text(LIMITS)
        return self.started("--config", path, "--store", f"lmdb:{self.store}",
                            "--listen", "127.0.0.1:0")

    def fill(self, node, token, stream):
        """Changes the campaign until nothing more of its events goes into the stream."""
        shop = http.client.HTTPConnection(node.address, timeout=15)
        last = []
        for number in range(3000):
            fields = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
            shop.request("PATCH", "/v1/campaigns/lamps",
                         json.dumps({"title": f"{number} " * 30}), fields)
            self.assertEqual(shop.getresponse().read()[:1], b"{")
            last = [*last[-24:], not_taken(node, stream)]
            if number > 100 and len(last) == 25 and last[0] and len(set(last)) == 1:
                break
            time.sleep(0.02)
        else:
            self.fail("the stream takes everything")
        shop.close()

    def test_do_not_keep_a_node_from_its_end(self):
        node = self.node()
        with narrow(node) as connection:
            connection.sendall(ASKED % b"/v1/openapi.yaml" * 100)
            time.sleep(0.5)
            began = time.monotonic()
            node.terminate()
            self.assertEqual(node.wait(timeout=60), 0)
            self.assertLess(time.monotonic() - began, 8)

    def test_of_events_get_no_end_in_the_midst_of_one(self):
        """A browser takes `0` and an empty line for the rest of the event."""
        node = self.configured()
        token = self.open_shop(node)["ann"]
        with narrow(node) as stream:
            stream.sendall(ASKED % b"/v1/campaigns/lamps/events")
            self.fill(node, token, stream)
            time.sleep(PIECE_S + 0.6)
            seen = b""
            while more := stream.recv(65536):
                seen += more
        self.assertIn(b"event: campaign", seen)
        self.assertFalse(seen.endswith(b"}\n\n\r\n"), "it was not cut")
        self.assertFalse(seen.endswith(b"0\r\n\r\n"), seen[-200:])


if __name__ == "__main__":
    unittest.main()
