"""Nodes sell over HTTP while one after the other is killed or frozen: the promise as a whole."""
# SPDX-License-Identifier: Apache-2.0
import json
import signal
import time
import unittest
from pathlib import Path

from shop_case import POSSE, ShopCase


class Demo(ShopCase):
    def test_keeps_every_answer_though_nodes_are_killed_and_frozen(self):  # S4 S10 I1-I10
        ran = self.run_bare("demo", "--nodes", 4, "--seconds", 10, "--kill-every", 1,
                            "--freeze-every", 3, "--json", "--store", f"lmdb:{self.store}")
        self.assertEqual((ran.code, ran.err), (0, ""), ran.out)
        said = ran.json()
        print(f"{said['acknowledged']} purchases acknowledged over {said['kills']} kills and "
              f"{said['freezes']} freezes; left behind: {said['left_behind']}")
        self.assertIs(said["good"], True)
        self.assertGreaterEqual(said["kills"], 8)
        self.assertGreaterEqual(said["freezes"], 2)
        self.assertGreater(said["acknowledged"], 0)
        self.assertGreater(said["refused"], 0)
        # Refused after a frozen node had not answered: it might still have sold.
        self.assertLess(said["undecided"], said["acknowledged"] / 10)
        self.assertEqual((said["contradictions"], said["failed"]), (0, 0))
        self.assertTrue(said["audit"]["sound"] and said["audit"]["finished"])
        # The store outlives the demonstration, and says the same to another process.
        books = self.audit()
        self.assertTrue(books["sound"] and books["finished"])
        self.assertGreaterEqual(books["counts"]["operations"], said["acknowledged"])

    def nodes(self):
        """Processes that are nodes on the test's store."""
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                words = (process / "cmdline").read_text().split("\0")
            except OSError:  # has ended meanwhile
                continue
            if words[:2] == ["posse", "node"] and f"lmdb:{self.store}" in words:
                found.append(process.name)
        return found

    def test_leaves_nobody_behind_however_it_ends(self):
        for stop in (signal.SIGINT, signal.SIGKILL):
            demo = self.start("demo", "--seconds", 60, "--json", "--store", f"lmdb:{self.store}")
            began = time.monotonic()
            while len(self.nodes()) < 3 and time.monotonic() - began < 20:
                time.sleep(0.05)
            self.assertEqual(len(self.nodes()), 3)
            time.sleep(1)
            demo.send_signal(stop)
            out, err = demo.communicate(timeout=30)
            if stop == signal.SIGINT:  # gets its audit early
                self.assertEqual((demo.returncode, err), (0, b""), out)
                self.assertIn(b'"good":true', out)
            time.sleep(0.2)
            self.assertEqual(self.nodes(), [])

    def test_a_measurement_ends_when_it_is_told_to(self):
        scratch = self.root / "scratch"
        scratch.mkdir()
        for words, code in (((), 128 + signal.SIGINT), (("--store", f"lmdb:{self.store}"),
                                                        -signal.SIGINT)):
            bench = self.start(f"TMPDIR={scratch}", POSSE, "bench", "--accounts", 20,
                               "--seconds", 60, *words, program="/usr/bin/env")
            self.assertIn(b"buyers", bench.stdout.readline())  # its table's header: it sells
            bench.send_signal(signal.SIGINT)
            self.assertEqual(bench.wait(timeout=10), code)
            self.assertEqual(list(scratch.iterdir()), [])

    def test_a_node_is_measured_over_http(self):
        ran = self.run_bare("bench", "--http", "--load", "hot", "--buyers", "1,8", "--seconds", 1,
                            "--accounts", 20, "--streams", 20, "--json")
        self.assertEqual(ran.code, 0, ran.err)
        *rows, audit = map(json.loads, ran.out.splitlines())
        self.assertEqual([row["buyers"] for row in rows], [1, 8])
        for row in rows:
            self.assertGreater(row["sold"], 0)
            self.assertEqual((row["undecided"], row["failed"]), (0, 0))
            self.assertGreater(row["node_us_per_purchase"], 0)
            self.assertGreaterEqual(row["events"], 20)
            self.assertLessEqual(row["event_age_p50_ms"], row["event_age_p99_ms"])
        self.assertTrue(audit["sound"])
        self.assertEqual(audit["counts"]["operations"], 20 + sum(row["sold"] for row in rows))

    def test_says_what_is_wrong_with_its_store(self):
        wrong = self.root / "file"
        wrong.write_text("no store")
        ran = self.run_bare("demo", "--store", f"lmdb:{wrong}")
        self.assertEqual(ran.code, 3)
        self.assertEqual(ran.err.count("\n"), 1, ran.err)


if __name__ == "__main__":
    unittest.main()
