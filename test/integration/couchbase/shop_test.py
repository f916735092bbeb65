"""A shop on Couchbase: nodes that are killed and frozen, calls that go wrong, and the audit."""
# SPDX-License-Identifier: Apache-2.0
import json
import os
import random
import subprocess
import tempfile
import time
import unittest

from servers import ClusterCase
from mishaps import Mishaps

POSSE = os.environ.get("POSSE")
SECONDS = int(os.environ.get("POSSE_COUCHBASE_SECONDS", "20"))
SEED = int(os.environ.get("POSSE_COUCHBASE_SEED", str(random.randrange(10**6))))
PURCHASES_MIN = 100
JUDGED_WITHIN_S = 120


class Shop(ClusterCase):
    def test_three_nodes_sell_whatever_happens(self):  # S4 S10 S14
        print(f"\nPOSSE_COUCHBASE_SEED={SEED} POSSE_COUCHBASE_SECONDS={SECONDS}", flush=True)
        words = [POSSE, "demo", "--nodes", "3", "--buyers", "12", "--seconds", str(SECONDS),
                 "--kill-every", "4", "--freeze-every", "7", "--json", "--store", self.store()]
        with tempfile.TemporaryDirectory(prefix="posse-shop-") as folder:
            demo = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                    stderr=subprocess.PIPE, text=True,
                                    env={**os.environ, "TMPDIR": folder})
            mishaps = Mishaps(self.proxy, random.Random(SEED))
            until = time.monotonic() + SECONDS
            mishaps.go_on_while(lambda: time.monotonic() < until and demo.poll() is None)
            out, err = demo.communicate(timeout=JUDGED_WITHIN_S)
        print(out, dict(mishaps.met), flush=True)
        self.assertEqual((demo.returncode, err), (0, ""))
        said = json.loads(out)
        self.assertIs(said["good"], True)
        self.assertEqual((said["contradictions"], said["failed"]), (0, 0))
        self.assertTrue(said["audit"]["sound"] and said["audit"]["finished"])
        self.assertGreaterEqual(said["acknowledged"], PURCHASES_MIN)
        self.assertEqual(set(mishaps.met), set(mishaps.kinds))


if __name__ == "__main__":
    unittest.main()
