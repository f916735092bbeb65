"""Processes change documents of one store together while one after the other is killed, and nobody
may be able to tell: the books of a bank, and the order of what was appended to lists."""
# SPDX-License-Identifier: Apache-2.0
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "etcd"))

from histories import FAULTS_MAX, Transfers, append_faults, bank_faults, events_of, lists_of
from members import ETCD, Members
from processes import ends_with_this_thread

LOAD = os.environ["POSSE_DOCUMENTS_LOAD"]
POSSE = os.environ["POSSE"]
SECONDS = int(os.environ.get("POSSE_DOCUMENTS_SECONDS", "10"))
# Where the histories of a run that failed stay.
KEEP = os.environ.get("POSSE_DOCUMENTS_KEEP")
PROCESSES = 3
KILL_EVERY_S = 0.5
ACCOUNTS, LISTS = 20, 5
# Of etcd: minutes of revisions.
QUOTA = 8 << 30
# As many as an account takes operations: what was under way when its process died is decided within
# seconds each, and who repeats an old one looks through all that its account has done since.
LAST_CLIENTS = 16
PREPARED_WITHIN_S, LAST_WITHIN_S = 60, 600
AUDITED_WITHIN_S = 300


def setUpModule():
    """Told to end, it ends what it has started: a `with` block sees this as an exception."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


class Run:
    """Processes of one workload on one store, each with a history of its own."""

    def __init__(self, workload, store, folder):
        self.workload, self.store, self.folder = workload, store, folder
        self.documents = ACCOUNTS if workload == "bank" else LISTS
        self.started = self.kills = self.asked_last = 0
        self.last_s = 0.0
        self.living = []

    def start(self, *more):
        self.started += 1
        process = subprocess.Popen(ends_with_this_thread(
            LOAD, "--store", self.store, "--workload", self.workload, "--documents",
            self.documents, "--process", self.started, "--history",
            self.folder / f"{self.workload}-{self.started}", *more))
        self.living.append(process)
        return process

    def end(self):
        for process in self.living:
            process.kill()
            process.wait()
        self.living.clear()

    def crash(self, seconds):
        """Kills the oldest one every half second. One that has ended by itself is a fault."""
        if self.start("--prepare", "--seconds", 0).wait(PREPARED_WITHIN_S) != 0:
            raise AssertionError("the first process fails")
        self.living.clear()
        began = time.monotonic()
        for _ in range(PROCESSES):
            self.start("--seconds", 86400)
        audits = [began + seconds / 3, began + seconds * 2 / 3]
        while time.monotonic() < began + seconds:
            if audits and time.monotonic() > audits[0]:
                audits.pop(0)
                self.audit()
            time.sleep(KILL_EVERY_S)
            for process in self.living:
                if process.poll() is not None:
                    raise AssertionError(f"a process has ended by itself: {process.returncode}")
            oldest = self.living.pop(0)
            oldest.kill()
            oldest.wait()
            self.kills += 1
            self.start("--seconds", 86400)
        self.end()

    def audit(self, *more):
        """Reads everything while processes die, or behind them: it is sound."""
        words = [POSSE, "audit", "--store", self.store, "--json", *more]
        ran = subprocess.run(words, check=False, capture_output=True, timeout=AUDITED_WITHIN_S)
        books = json.loads(ran.stdout or b"{}")
        if ran.returncode != 0 or not books["sound"]:
            raise AssertionError(f"the audit: {ran.returncode}, {books}, {ran.stderr}")
        replayed = books["replayed"]
        if replayed["verified"] != replayed["documents"]:
            raise AssertionError(f"the audit: {books}")
        return books

    def audit_at_rest(self):
        self.audit()
        books = self.audit("--repair")
        if not books["finished"]:
            raise AssertionError(f"the repair: {books}")
        return books["replayed"]["documents"]

    def events(self):
        return events_of(self.folder.glob(f"{self.workload}-*"))

    def last(self):
        """What the last process has to do: repeat what nobody knows about, and read everything."""
        events = self.events()
        if self.workload == "bank":
            self.finish(list(Transfers(events).unresolved()))
            self.finish([{}])
        else:
            self.finish([{"list": name} for name in lists_of(events)])

    def finish(self, wanted):
        """Has a last process do all that is wanted, several at once."""
        file = self.folder / f"last-{self.workload}"
        file.write_text("".join(json.dumps(one) + "\n" for one in wanted))
        began = time.monotonic()
        if self.start("--last", file, "--clients", LAST_CLIENTS).wait(LAST_WITHIN_S) != 0:
            raise AssertionError("the last process fails")
        self.living.clear()
        self.last_s += time.monotonic() - began
        self.asked_last += len(wanted)

    def figures(self, events):
        fates = {}
        for event in events:
            if fate := event.get("fate"):
                fate = f"{fate} {event['code']}" if "code" in event else fate
                fates[fate] = fates.get(fate, 0) + 1
        told = ", ".join(f"{count} {fate}" for fate, count in sorted(fates.items()))
        return (f"{self.workload} on {self.store.partition(':')[0]}: {self.kills} kills, {told}, "
                f"{self.asked_last} asked last in {self.last_s:.1f} s")


class WorkloadTest:
    """Both workloads; where the store is, is another class's."""

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="posse-documents-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def judge(self, run, events, faults):
        print(run.figures(events), f"{len(faults)} faults", sep=", ", file=sys.stderr, flush=True)
        if faults and KEEP:
            shutil.copytree(self.folder, KEEP, dirs_exist_ok=True)
        self.assertEqual(faults[:FAULTS_MAX], [])
        happened = sum(event.get("fate") == "happened" for event in events)
        self.assertGreater(happened, 5 * run.kills)

    def run_workload(self, workload):
        run = Run(workload, self.store(), self.folder)
        self.addCleanup(run.end)
        run.crash(SECONDS)
        run.last()
        return run, run.events()

    def test_the_books_of_a_bank_are_right(self):  # I12
        run, events = self.run_workload("bank")
        self.judge(run, events, list(bank_faults(events, run.documents)))
        self.assertEqual(run.audit_at_rest(), ACCOUNTS)

    def test_lists_are_appended_to_one_operation_after_the_other(self):  # I12
        run, events = self.run_workload("append")
        self.judge(run, events, append_faults(events))
        self.assertGreater(run.audit_at_rest(), LISTS)


class LmdbWorkloadTest(WorkloadTest, unittest.TestCase):
    def store(self):
        return f"lmdb:{self.folder / 'store'}"


@unittest.skipUnless(ETCD, "there is no etcd here")
class EtcdWorkloadTest(WorkloadTest, unittest.TestCase):
    def store(self):
        members = Members(self.folder, 3, ("--quota-backend-bytes", str(QUOTA)))
        self.addCleanup(members.end)
        members.start()
        members.wait_for_leader()
        return f"etcd://{','.join(member.address for member in members.all)}"


if __name__ == "__main__":
    unittest.main()
