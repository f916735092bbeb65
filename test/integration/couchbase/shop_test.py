"""A shop on Couchbase: nodes that sell and are killed, connections that are cut, the audit."""
# SPDX-License-Identifier: Apache-2.0
import json
import os
import random
import subprocess
import tempfile
import time
import unittest

from servers import ClusterCase

POSSE = os.environ.get("POSSE")
SECONDS = int(os.environ.get("POSSE_COUCHBASE_SECONDS", "20"))
SEED = int(os.environ.get("POSSE_COUCHBASE_SEED", str(random.randrange(10**6))))
PURCHASES_MIN = 100
JUDGED_WITHIN_S = 120


class Shop(ClusterCase):
    def test_three_nodes_sell_while_they_are_killed_and_cut_off(self):
        print(f"\nPOSSE_COUCHBASE_SEED={SEED} POSSE_COUCHBASE_SECONDS={SECONDS}", flush=True)
        chance = random.Random(SEED)
        words = [POSSE, "demo", "--nodes", "3", "--buyers", "12", "--seconds", str(SECONDS),
                 "--kill-every", "4", "--json", "--store", self.store()]
        with tempfile.TemporaryDirectory(prefix="posse-shop-") as folder:
            demo = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                    stderr=subprocess.PIPE, text=True,
                                    env={**os.environ, "TMPDIR": folder})
            cuts = 0
            until = time.monotonic() + SECONDS
            while time.monotonic() < until and demo.poll() is None:
                time.sleep(chance.uniform(0.5, 2))
                links = list(self.proxy.links)
                for link in links[:chance.randrange(len(links) + 1)]:
                    self.proxy.cut(link)
                    cuts += 1
            out, err = demo.communicate(timeout=JUDGED_WITHIN_S)
        print(out, f"{cuts} connections cut", flush=True)
        self.assertEqual((demo.returncode, err), (0, ""))
        said = json.loads(out)
        self.assertIs(said["good"], True)
        self.assertEqual((said["contradictions"], said["failed"]), (0, 0))
        self.assertTrue(said["audit"]["sound"] and said["audit"]["finished"])
        self.assertGreaterEqual(said["acknowledged"], PURCHASES_MIN)
        self.assertGreater(cuts, 0)


if __name__ == "__main__":
    unittest.main()
