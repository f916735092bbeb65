"""script/cluster as people use it: it starts, sells while a member dies, and leaves nothing."""
# SPDX-License-Identifier: Apache-2.0
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from processes import ends_with_this_thread, those_who_name
from sockets import free_port
from steady_buyer import new_key

ROOT = Path(__file__).resolve().parents[3]
PATIENCE_S = 60


class ClusterScript(unittest.TestCase):
    """In a tree of its own, with a program that is built already."""

    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="posse-script-")
        self.addCleanup(scratch.cleanup)
        self.root = Path(scratch.name)
        (self.root / "script").mkdir()
        shutil.copy(ROOT / "script/cluster", self.root / "script")
        (self.root / "script/build").write_text("#!/bin/sh\n")
        (self.root / "script/build").chmod(0o755)
        (self.root / "build/release").mkdir(parents=True)
        (self.root / "build/release/posse").symlink_to(Path(os.environ["POSSE"]).resolve())
        self.nodes_at, self.etcd_at = free_port(3), free_port(13)

    def start(self):
        """Runs the script; what it says in the end is in `said`."""
        script = subprocess.Popen(
            ends_with_this_thread(self.root / "script/cluster"), stdout=subprocess.PIPE, text=True,
            start_new_session=True,
            env={**os.environ, "POSSE_NODES_AT": str(self.nodes_at),
                 "POSSE_ETCD_AT": str(self.etcd_at)})
        self.addCleanup(self.end, script)
        script.said = ""
        while not re.search(r"the node at .*\n\n$", script.said):
            line = script.stdout.readline()
            self.assertTrue(line, script.said)
            script.said += line
        return script

    def end(self, script):
        if script.poll() is None:
            script.kill()
        script.communicate()

    def run_shown(self, script, **other):
        """Runs the command that the script shows, with other words in it."""
        command = re.search(r"^  curl .*?purchases$", script.said, re.DOTALL | re.MULTILINE)[0]
        for old, new in other.values():
            command = command.replace(old, new)
        ran = subprocess.run(["bash", "-c", command], capture_output=True, check=True, timeout=30)
        return json.loads(ran.stdout)

    def sold(self, node):
        url = f"http://127.0.0.1:{self.nodes_at + node}/v1/campaigns/daily"
        ran = subprocess.run(["curl", "-s", url], capture_output=True, check=True, timeout=30)
        return json.loads(ran.stdout)["tip"]["slot"]

    def waits_until(self, holds):
        until = time.monotonic() + PATIENCE_S
        while not holds():
            self.assertLess(time.monotonic(), until)
            time.sleep(0.1)

    def left(self):
        """Nodes name the first member's port for clients, members the one for its peers."""
        ports = (self.etcd_at, self.etcd_at + 10)
        return {words for port in ports for words in those_who_name(f"127.0.0.1:{port}")}

    def test_sells_while_a_member_dies_and_keeps_what_it_has_sold(self):
        script = self.start()
        key = re.search(r"Idempotency-Key: (\S+)'", script.said)[1]
        at_another = (f":{self.nodes_at}/", f":{self.nodes_at + 1}/")
        self.assertEqual(self.run_shown(script)["slot"], 1)
        self.assertIs(self.run_shown(script, at=at_another)["repeated"], True)
        self.waits_until(lambda: self.sold(node=2) == 1)

        os.kill(int(re.search(r"kill -9 (\d+) +# m1", script.said)[1]), signal.SIGKILL)
        other = (key, new_key())
        self.waits_until(lambda: "slot" in self.run_shown(script, at=at_another, key=other))
        self.assertRegex(script.stdout.readline(), r"^m1 had ended; it is started again as \d+$")
        self.waits_until(lambda: len(self.left()) == 6)

        os.killpg(script.pid, signal.SIGINT)
        self.assertEqual(script.wait(timeout=30), 130)
        self.assertEqual(self.left(), set())

        self.start()
        self.assertEqual(self.sold(node=0), 2)

    def test_takes_nobody_else_for_its_own(self):
        self.start()
        second = subprocess.run([self.root / "script/cluster"], capture_output=True, text=True,
                                env={**os.environ, "POSSE_NODES_AT": str(self.nodes_at),
                                     "POSSE_ETCD_AT": str(self.etcd_at)},
                                check=False, timeout=PATIENCE_S)
        self.assertEqual((second.returncode, second.stdout), (1, ""))
        self.assertIn(f"somebody listens at port {self.nodes_at};", second.stderr)

    def test_nothing_outlives_it(self):
        script = self.start()
        self.assertEqual(len(self.left()), 6)
        script.kill()
        self.waits_until(lambda: not self.left())


if __name__ == "__main__":
    unittest.main()
