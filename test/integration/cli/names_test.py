"""Nodes that are hard to reach: names that are found late, machines that take no connection."""
# SPDX-License-Identifier: Apache-2.0
import os
import socket
import time
import unittest

from remote_case import FINE, UNREACHABLE, RemoteCase

SLOW_NAMES = os.environ["POSSE_SLOW_NAMES"]
LIST = ("campaign", "list")


class Names(RemoteCase):
    def list_by(self, nodes, lookup_s, *words):
        """Lists campaigns where the name `slow.test` takes this long; also, how long that took."""
        began = time.monotonic()
        ran = self.run_bare(*LIST, "--node", nodes, *words, LD_PRELOAD=SLOW_NAMES,
                            POSSE_SLOW_NAMES_MS=str(int(lookup_s * 1000)))
        return ran, time.monotonic() - began

    def test_that_are_never_found_do_not_hold_up_the_program(self):
        ran, took_s = self.list_by("http://slow.test:1", 50, "--patience", 1)
        self.said(ran, UNREACHABLE, "no node could be reached", "slow.test")
        self.assertLess(took_s, 10)

    def test_that_are_found_late_leave_time_for_the_next_node(self):
        node = self.node()
        self.open_shop(node)
        ran, took_s = self.list_by(f"http://slow.test:1,http://{node.address}", 50)
        self.assertEqual((ran.code, ran.err), (FINE, ""))
        self.assertIn("lamps", ran.out)
        self.assertLess(took_s, 20)

    def test_that_are_found_in_time_are_nodes(self):
        node = self.node()
        self.open_shop(node)
        port = node.address.split(":")[1]
        for lookup_s in (0, 1):
            ran, _ = self.list_by(f"http://slow.test:{port}", lookup_s)
            self.assertEqual((ran.code, ran.err), (FINE, ""))
            self.assertIn("lamps", ran.out)


class Full:
    """A machine that takes no connection and says nothing, as one that is down: its queue is
    full."""

    def __init__(self):
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(0)
        self.crowd = [socket.socket() for _ in range(4)]
        for one in self.crowd:
            one.setblocking(False)
            one.connect_ex(self.listener.getsockname())
        self.address = "127.0.0.1:%d" % self.listener.getsockname()[1]

    def close(self):
        for one in [self.listener, *self.crowd]:
            one.close()


class Silence(RemoteCase):
    def test_of_one_machine_leaves_time_for_the_next(self):
        node, full = self.node(), Full()
        self.addCleanup(full.close)
        self.open_shop(node)
        for words in (LIST, ("watch", "lamps", "--count", 1)):
            self.assertIn("lamps", self.good_at([full, node], *words).out)


if __name__ == "__main__":
    os.environ.pop("POSSE_NODE", None)
    unittest.main()
