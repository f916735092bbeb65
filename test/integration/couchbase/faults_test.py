"""What is told of a write when something goes wrong with it: the driver never says what is not so,
and its twin, libcouchbase as it comes, does."""
# SPDX-License-Identifier: Apache-2.0
import time
import unittest

from couchbase_proxy import Fault
from packets import ADD, GET, REPLACE
from probes import driver, twin
from servers import ClusterCase

NO_MEMORY, LATER, LOCKED, IN_PROGRESS = 0x82, 0x86, 0x09, 0xA2
# After these the library asks once more, whatever strategy it is given.
NO_BUCKET, NO_ACCESS, UNKNOWN_COLLECTION = 0x08, 0x24, 0x88
# The time that the server is told: nine tenths of 2.57 s, the same in either order of its bytes.
TOLD_MS = 2313
# The library's own 2.57 s, and a machine that is busy with something else.
ANSWER_WITHIN_S = 4.0


def was_executed(sent):
    return any(one.status == 0 for one in sent)


def is_a_lie(answer, sent):
    """Whether `answer` says of a write what cannot be said of it."""
    if answer.startswith("done"):
        return not was_executed(sent)
    return (answer.startswith("refused") or answer.startswith("failed")) and was_executed(sent)


class Faults(ClusterCase):
    """The driver in each of them."""

    def setUp(self):
        super().setUp()
        self.probe = driver(self)
        self.probe.__enter__()
        self.addCleanup(self.probe.__exit__)

    def written(self, key, *faults, more=()):
        """What a replace of the document `key` is told while `faults` happen, and what came to the
        server of it."""
        version = self.probe.ask(f"add {key} first").split()[1]
        self.proxy.heal()
        self.proxy.add(*faults)
        begin = time.monotonic()
        answers = self.probe.ask(f"cas {key} {version} second", *more)
        self.assertLess(time.monotonic() - begin, ANSWER_WITHIN_S)
        answer = answers[0] if more else answers
        sent = self.proxy.writes_of(key)
        self.assertFalse(is_a_lie(answer, sent), f"{answer}: {sent}")
        return answer, sent

    def added(self, key, *faults):
        self.proxy.heal()
        self.proxy.add(*faults)
        answer = self.probe.ask(f"add {key} first")
        sent = self.proxy.writes_of(key)
        self.assertFalse(is_a_lie(answer, sent), f"{answer}: {sent}")
        return answer, sent

    def test_a_request_that_is_lost(self):
        self.assertEqual(self.written("a", Fault(REPLACE, "a", "request lost"))[0], "unknown")
        self.assertEqual(self.added("b", Fault(ADD, "b", "request lost"))[0], "unknown")
        self.assertIn("first", self.probe.ask("get a"))

    def test_an_answer_that_is_lost(self):
        answer, sent = self.written("a", Fault(REPLACE, "a", "answer lost"))
        self.assertEqual((answer, len(sent)), ("unknown", 1))
        answer, sent = self.added("b", Fault(ADD, "b", "answer lost"))
        self.assertEqual((answer, len(sent)), ("unknown", 1))
        self.assertIn("second", self.probe.ask("get a"))

    def test_a_connection_that_is_cut(self):
        for when in ("cut before", "cut after"):
            with self.subTest(when):
                key = when.replace(" ", "-")
                answer, sent = self.written(key, Fault(REPLACE, key, when))
                self.assertEqual((answer, len(sent)), ("unknown", 1))
                answer, sent = self.added(key + "-new", Fault(ADD, key + "-new", when))
                self.assertEqual((answer, len(sent)), ("unknown", 1))

    def test_after_a_cut_others_go_on(self):
        self.written("a", Fault(REPLACE, "a", "cut after"))
        self.proxy.heal()
        begin = time.monotonic()
        while not self.probe.ask(f"add again-{time.monotonic()} x").startswith("done"):
            self.assertLess(time.monotonic() - begin, ANSWER_WITHIN_S)

    def test_refused_and_then_executed_without_an_answer(self):
        for status in (NO_MEMORY, LATER, LOCKED, IN_PROGRESS):
            with self.subTest(hex(status)):
                answer, sent = self.refused_and_lost(f"a{status}", status)
                # Asked once, and so the refusal is true.
                self.assertEqual([one.status for one in sent], [None])
                self.assertRegex(answer, "^failed Couchbase: ")

    def test_refused_and_then_executed_where_nobody_can_forbid_it(self):
        for status in (NO_BUCKET, NO_ACCESS, UNKNOWN_COLLECTION):
            with self.subTest(hex(status)):
                answer, sent = self.refused_and_lost(f"a{status}", status)
                self.assertEqual([one.status for one in sent], [None, 0])
                self.assertEqual(answer, "unknown")
                key = f"b{status}"
                self.assertRegex(self.written(key, Fault(REPLACE, key, "status", status))[0],
                                 "^done ")

    def refused_and_lost(self, key, status):
        return self.written(key, Fault(REPLACE, key, "status", status),
                            Fault(REPLACE, key, "answer lost"))

    def test_a_node_that_leaves_the_map(self):
        answer, sent = self.written("a", Fault(REPLACE, "a", "answer lost"), Fault(GET, "a", "map"),
                                    more=["get a"])
        # The library sends it to the other node, whatever it is told.
        self.assertEqual([one.status for one in sent], [0, 2])
        self.assertEqual(answer, "unknown")
        self.assertIn("second", self.probe.ask("get a"))

    def test_every_status_that_says_no(self):
        for status in (0x82, 0x85, 0x86, 0x09, 0xA0, 0xA1, 0xA2, 0xA4, 0x20):
            with self.subTest(hex(status)):
                key = f"s{status}"
                self.assertRegex(self.written(key, Fault(REPLACE, key, "status", status))[0],
                                 "^failed ")
                self.assertRegex(self.added(key + "-new", Fault(ADD, key + "-new", "status",
                                                                status))[0], "^failed ")
        self.assertEqual(self.written("e", Fault(REPLACE, "e", "status", 0x02))[0], "refused")
        self.assertEqual(self.written("g", Fault(REPLACE, "g", "status", 0x01))[0], "refused")
        self.assertEqual(self.added("f", Fault(ADD, "f", "status", 0x02))[0], "refused")
        self.assertRegex(self.written("l", Fault(REPLACE, "l", "status", 0x03))[0], "^failed ")

    def test_every_status_that_says_nothing(self):
        for status in (0x04, 0x05, 0x1F, 0x23, 0x80, 0x81, 0x83, 0x84, 0xA3, 0xCC, 0xFF, 0x1234):
            with self.subTest(hex(status)):
                key = f"s{status}"
                self.assertEqual(self.written(key, Fault(REPLACE, key, "status", status))[0],
                                 "unknown")
                self.proxy.heal()
                self.probe.ask("get settle")

    def test_the_server_is_told_the_time_right(self):
        _, sent = self.written("a", Fault(REPLACE, "a", "answer lost"))
        level, limit = sent[0].durability
        self.assertEqual(limit, TOLD_MS)
        self.assertEqual(level, 1)  # a majority

    def test_reads_are_asked_again(self):
        self.probe.ask("add a first")
        self.proxy.add(Fault(GET, "a", "cut before"), Fault(GET, "a", "status", LATER, times=3))
        self.assertIn("first", self.probe.ask("get a"))

    def test_a_connection_that_ends_while_nobody_asks(self):
        self.probe.ask("add a first")
        for link in list(self.proxy.links):
            self.proxy.cut(link)
        time.sleep(0.2)
        self.assertRegex(self.probe.ask("add b first"), "^done ")


class Twin(ClusterCase):
    """libcouchbase with its defaults, in the same faults: each lie is one of its traps."""

    def setUp(self):
        super().setUp()
        self.probe = twin(self)
        self.probe.__enter__()
        self.addCleanup(self.probe.__exit__)

    def lie(self, *faults, key="a", more=()):
        version = self.probe.ask(f"add {key} first").split()[1]
        self.proxy.heal()
        self.proxy.add(*faults)
        answers = self.probe.ask(f"cas {key} {version} second", *more)
        answer = answers[0] if more else answers
        sent = self.proxy.writes_of(key)
        self.assertTrue(is_a_lie(answer, sent), f"{answer}: {sent}")
        return answer, sent

    def test_it_repeats_a_write_after_a_cut_and_calls_it_refused(self):
        answer, sent = self.lie(Fault(REPLACE, "a", "cut after"))
        self.assertEqual((answer, [one.status for one in sent]), ("refused", [0, 2]))

    def test_it_repeats_a_write_when_its_node_leaves_the_map(self):
        answer, sent = self.lie(Fault(REPLACE, "a", "answer lost"), Fault(GET, "a", "map"),
                                more=["get a"])
        self.assertEqual((answer, [one.status for one in sent]), ("refused", [0, 2]))

    def test_it_tells_the_first_refusal_of_a_write_that_was_executed_then(self):
        for status in (NO_MEMORY, LATER, LOCKED, IN_PROGRESS, NO_ACCESS, NO_BUCKET):
            with self.subTest(hex(status)):
                key = f"a{status}"
                answer, sent = self.lie(Fault(REPLACE, key, "status", status),
                                        Fault(REPLACE, key, "answer lost"), key=key)
                self.assertRegex(answer, "^failed ")
                self.assertEqual([one.status for one in sent], [None, 0])

    def test_it_tells_the_server_a_time_that_nobody_has_asked_for(self):
        self.proxy.add(Fault(ADD, "b", "answer lost"))
        self.probe.ask("add b first")
        _, limit = self.proxy.writes_of("b")[0].durability
        self.assertEqual(limit, 0xCA08)  # 51.7 s, where 0x08CA, 2.25 s, was meant


if __name__ == "__main__":
    unittest.main()
