"""Nodes that are named, and a name server that takes its time: deadlines are kept meanwhile."""
# SPDX-License-Identifier: Apache-2.0
import os
import time
import unittest

from probes import PROBE, Probe
from servers import ClusterCase

SLOW_NAMES = os.environ.get("POSSE_SLOW_NAMES")
# How long a call waits for a connection; and longer than that, though not for who opens a store.
DEADLINE_S = 2.5
LOOKUP_S = 4


class Names(ClusterCase):
    def probe(self, lookup_s):
        words = {**os.environ, "LD_PRELOAD": SLOW_NAMES,
                 "POSSE_SLOW_NAMES_MS": str(int(lookup_s * 1000))}
        named = self.store().replace("127.0.0.1", "slow.test", 1)
        return Probe(PROBE, named, environment=words)

    def test_a_name_becomes_an_address(self):
        with self.probe(0) as probe:
            self.assertRegex(probe.ask("add a first"), "^done ")
            self.assertIn("first", probe.ask("get a"))

    # The library looked it up on the thread of whoever asked, and no deadline came before that.
    def test_a_slow_name_server_holds_up_no_deadline(self):
        with self.probe(LOOKUP_S) as probe:
            begin = time.monotonic()
            answer = probe.ask("get a")
            self.assertIn("no connection to Couchbase", answer)
            self.assertLess(time.monotonic() - begin, (DEADLINE_S + LOOKUP_S) / 2)
            # It is connected once the name is looked up.
            self.assertEqual(probe.ask("get a"), "empty")


if __name__ == "__main__":
    unittest.main()
