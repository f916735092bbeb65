"""A shop on Couchbase: nodes that are killed and frozen, calls that go wrong, and the audit."""
# SPDX-License-Identifier: Apache-2.0
import json
import os
import random
import subprocess
import tempfile
import time
import unittest
from collections import Counter

from couchbase_proxy import Fault
from packets import ADD, GET, REPLACE
from servers import ClusterCase

POSSE = os.environ.get("POSSE")
SECONDS = int(os.environ.get("POSSE_COUCHBASE_SECONDS", "20"))
SEED = int(os.environ.get("POSSE_COUCHBASE_SEED", str(random.randrange(10**6))))
PURCHASES_MIN = 100
JUDGED_WITHIN_S = 120
# Busy, out of memory, not durable yet, no access: the last one the library repeats by itself.
REFUSALS = (0x86, 0x82, 0xA2, 0x24)


class Troubles:
    """What goes wrong between nodes and cluster, now and then, drawn from a seed."""

    def __init__(self, proxy, chance):
        self.proxy, self.chance = proxy, chance
        self.met = Counter()

    def go_on_while(self, is_time):
        while is_time():
            time.sleep(self.chance.uniform(0.2, 1))
            kind = self.chance.choice(["cut", "lost", "refused", "map"])
            getattr(self, kind)()
            self.met[kind] += 1
        self.proxy.heal()

    def cut(self):
        links = list(self.proxy.links)
        for link in links[:self.chance.randrange(len(links) + 1)]:
            self.proxy.cut(link)

    def lost(self):
        kind = self.chance.choice(["request lost", "answer lost", "cut before", "cut after"])
        self.proxy.heal()
        self.proxy.add(Fault(self.chance.choice([ADD, REPLACE]), "", kind,
                             times=self.chance.randrange(1, 10)))

    def refused(self):
        self.proxy.heal()
        opcode = self.chance.choice([ADD, REPLACE])
        self.proxy.add(Fault(opcode, "", "status", self.chance.choice(REFUSALS),
                             times=self.chance.randrange(1, 10)),
                       Fault(opcode, "", "answer lost", times=self.chance.randrange(1, 10)))

    def map(self):
        """A node is replaced while it executes writes whose answers are lost."""
        self.proxy.heal()
        self.proxy.add(Fault(self.chance.choice([ADD, REPLACE]), "", "answer lost",
                             times=self.chance.randrange(1, 10)), Fault(GET, "", "map"))


class Shop(ClusterCase):
    def test_three_nodes_sell_whatever_happens(self):  # S4 S10 S14
        print(f"\nPOSSE_COUCHBASE_SEED={SEED} POSSE_COUCHBASE_SECONDS={SECONDS}", flush=True)
        words = [POSSE, "demo", "--nodes", "3", "--buyers", "12", "--seconds", str(SECONDS),
                 "--kill-every", "4", "--freeze-every", "7", "--json", "--store", self.store()]
        with tempfile.TemporaryDirectory(prefix="posse-shop-") as folder:
            demo = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                    stderr=subprocess.PIPE, text=True,
                                    env={**os.environ, "TMPDIR": folder})
            troubles = Troubles(self.proxy, random.Random(SEED))
            until = time.monotonic() + SECONDS
            troubles.go_on_while(lambda: time.monotonic() < until and demo.poll() is None)
            out, err = demo.communicate(timeout=JUDGED_WITHIN_S)
        print(out, dict(troubles.met), flush=True)
        self.assertEqual((demo.returncode, err), (0, ""))
        said = json.loads(out)
        self.assertIs(said["good"], True)
        self.assertEqual((said["contradictions"], said["failed"]), (0, 0))
        self.assertTrue(said["audit"]["sound"] and said["audit"]["finished"])
        self.assertGreaterEqual(said["acknowledged"], PURCHASES_MIN)
        self.assertEqual(set(troubles.met), {"cut", "lost", "refused", "map"})


if __name__ == "__main__":
    unittest.main()
