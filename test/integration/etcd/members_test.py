"""The members that other tests stand on: they die, come back, fill up, and leave nothing behind."""
# SPDX-License-Identifier: Apache-2.0
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

from members import MemberError, Members
from processes import ends_with_this_thread, those_who_name

QUOTA = 16 << 20

# Starts members in a folder, says so, and waits for its end.
STARTER = """
import signal, sys
from pathlib import Path
from members import Members
with Members(Path(sys.argv[1])) as members:
    members.start()
    members.all[0].stop()
    print("up", flush=True)
    signal.pause()
"""


class EtcdMembers(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory(prefix="posse-etcd-")
        self.addCleanup(self.scratch.cleanup)
        self.folder = Path(self.scratch.name)

    def members(self, *words, **more):
        members = Members(self.folder, *words, **more)
        self.addCleanup(members.end)
        return members

    def test_another_one_leads_when_the_leader_dies_and_it_comes_back(self):
        members = self.members()
        members.start()
        first = members.wait_for_leader()
        first.put("a", "before")
        first.kill()
        self.assertRaises(MemberError, first.status)
        second = members.wait_for_leader()
        self.assertIsNot(second, first)
        second.put("a", "after")
        members.restart(first)
        self.assertEqual(first.status()["header"]["revision"],
                         second.status()["header"]["revision"])

    def test_a_member_that_is_stopped_is_silent_until_it_goes_on(self):
        members = self.members()
        members.start()
        stopped = members.wait_for_leader()
        stopped.stop()
        other = members.wait_for_leader()
        self.assertIsNot(other, stopped)
        stopped.go_on()
        other.put("a", "b")
        members.compact()

    def test_one_that_is_full_says_so_and_can_be_emptied(self):
        members = self.members(1, options=["--quota-backend-bytes", str(QUOTA)])
        members.start()
        member = members.all[0]
        with self.assertRaisesRegex(MemberError, "database space exceeded"):
            for _ in range(2 * QUOTA >> 18):
                member.put("a", "x" * (1 << 18))
        self.assertEqual(members.alarms(), ["NOSPACE"])
        members.compact()
        member.defragment()
        members.disarm()
        self.assertEqual(members.alarms(), [])
        member.put("a", "b")

    def test_a_port_that_somebody_has_taken_is_given_up(self):
        members = self.members(1)
        member = members.all[0]
        with Members(Path(self.scratch.name) / "other", 1) as others:
            others.folder.mkdir()
            others.start()
            member.port = others.all[0].port
            members.start()
            self.assertNotEqual(member.port, others.all[0].port)
            self.assertTrue(member.is_ours() and others.all[0].is_ours())

    def test_nothing_outlives_whoever_has_started_it(self):
        for last in (signal.SIGTERM, signal.SIGKILL):
            folder = self.folder / last.name
            folder.mkdir()
            starter = subprocess.Popen(
                ends_with_this_thread(sys.executable, "-B", "-c", STARTER, folder),
                stdout=subprocess.PIPE, cwd=Path(__file__).parent)
            with starter:
                self.assertEqual(starter.stdout.readline(), b"up\n")
                self.assertEqual(len(those_who_name(f"{folder}/m")), 3)
                starter.send_signal(last)
            until = time.monotonic() + 5
            while those_who_name(folder) and time.monotonic() < until:
                time.sleep(0.02)
            self.assertEqual(those_who_name(folder), [])


if __name__ == "__main__":
    unittest.main()
