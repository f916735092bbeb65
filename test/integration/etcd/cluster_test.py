"""Nodes sell from an etcd of three members while both are killed, stopped and cut off."""
# SPDX-License-Identifier: Apache-2.0
import json
import os
import secrets
import signal
import statistics
import subprocess
import tempfile
import time
import unittest
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

from processes import children_of, ends_with_this_thread
from proxied_etcd import ProxiedEtcd
from steady_buyer import POSSE, SteadyBuyer
from troubles import Troubles

SECONDS = int(os.environ.get("POSSE_CLUSTER_SECONDS", "40"))
SEED = int(os.environ.get("POSSE_CLUSTER_SEED", secrets.randbits(32)))
# A run of this length must have met so much; a shorter one each kind of trouble.
LONG_S, LONG_EVENTS, LONG_PURCHASES = 600, 60, 5000
SHORT_PURCHASES = 100
IS_LONG = SECONDS >= LONG_S
NODES = 3
# Each purchase is asked for once more in the end, up to 5000; the more an account has bought, the
# longer it takes.
BUYERS = 50 if IS_LONG else 8
ACCOUNTS = max(100, SECONDS)
JUDGED_WITHIN_S = 900
# From the leader's death to the next sale. An election takes 0.5 to 1 s, a second one as long
# again; a machine with other work takes its time.
OUTAGE_S_MAX = 10


def setUpModule():
    """Told to end, it ends what it has started: a `with` block sees this as an exception."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


class Demo:
    """`posse demo`, whose nodes it kills and freezes by itself. It sells until it is stopped."""

    def __init__(self, store, folder):
        self.process = subprocess.Popen(
            ends_with_this_thread(POSSE, "demo", "--nodes", NODES, "--buyers", BUYERS,
                                  "--accounts", ACCOUNTS, "--seconds", 86400, "--kill-every", 3,
                                  "--freeze-every", 7, "--json", "--store", store),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={**os.environ, "TMPDIR": str(folder)})

    def nodes(self):
        return children_of(self.process.pid)

    def runs(self):
        return self.process.poll() is None

    def wait_for_nodes(self):
        while self.runs() and len(self.nodes()) < NODES:
            time.sleep(0.02)

    def verdict(self):
        """What it finds once it has stopped selling, and what it complains of."""
        self.process.send_signal(signal.SIGINT)
        return (text.decode() for text in self.process.communicate(timeout=JUDGED_WITHIN_S))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.runs():
            self.process.kill()
        self.process.communicate()


class Cluster(unittest.TestCase):
    def test_every_answer_is_kept_whatever_happens_to_etcd(self):  # S4 S10 I1-I10
        print(f"POSSE_CLUSTER_SEED={SEED} POSSE_CLUSTER_SECONDS={SECONDS}", flush=True)
        with ExitStack() as parts:
            folder = parts.enter_context(tempfile.TemporaryDirectory(prefix="posse-cluster-"))
            etcd = parts.enter_context(ProxiedEtcd(Path(folder)))
            with SteadyBuyer(etcd.store) as buyer:
                demo = parts.enter_context(Demo(etcd.store, folder))
                demo.wait_for_nodes()
                until = time.monotonic() + SECONDS
                troubles = Troubles(etcd, demo.nodes, buyer.wait_for_a_sale, SEED)
                troubles.go_on_while(lambda: time.monotonic() < until and demo.runs())
            self.tell(troubles, buyer)
            out, err = demo.verdict()
            print(out)
            self.assertEqual((demo.process.returncode, err), (0, ""), etcd.last_words())
        self.judge(json.loads(out), troubles, buyer)

    def tell(self, troubles, buyer):
        kinds = Counter(event.kind for event in troubles.events)
        for kind, count in sorted(kinds.items()):
            waits = [buyer.longest_wait(event.began, event.ended) for event in troubles.events
                     if event.kind == kind]
            print(f"{count} times {kind}: {statistics.median(waits):.2f} s (median) and at most "
                  f"{max(waits):.2f} s without a sale")
        print(f"{len(troubles.events)} events, {len(buyer.bought)} purchases at the node that is "
              "let alone")
        if outages := self.outages(troubles, buyer):
            print(f"from a leader's death to the next sale: {statistics.median(outages):.2f} s "
                  f"(median), {max(outages):.2f} s (most)", flush=True)

    def outages(self, troubles, buyer):
        return [buyer.served_after(death) - death for death in troubles.deaths]

    def judge(self, said, troubles, buyer):
        self.assertIs(said["good"], True)
        self.assertEqual((said["contradictions"], said["failed"]), (0, 0))
        self.assertTrue(said["audit"]["sound"] and said["audit"]["finished"])
        # The only customer of his campaign got every slot of it, in order.
        self.assertEqual(buyer.wrong, [])
        slots = [bought.slot for bought in buyer.bought]
        self.assertEqual(slots, list(range(1, len(slots) + 1)))
        self.assertLess(max(self.outages(troubles, buyer)), OUTAGE_S_MAX)

        met = {event.kind for event in troubles.events}
        self.assertEqual(met, set(troubles.kinds))
        self.assertGreaterEqual(len(troubles.events), LONG_EVENTS if IS_LONG else len(met))
        self.assertGreaterEqual(said["acknowledged"],
                                LONG_PURCHASES if IS_LONG else SHORT_PURCHASES)


if __name__ == "__main__":
    unittest.main()
