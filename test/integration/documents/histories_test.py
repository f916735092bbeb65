"""The judge of histories: what it must find, made by hand."""
# SPDX-License-Identifier: Apache-2.0
import unittest

from histories import append_faults, bank_faults, digests


class ListHistory:
    """Events, one each nanosecond."""

    def __init__(self):
        self.events = []
        self.lists = {}

    def tell(self, **event):
        self.events.append({"t": len(self.events), **event})

    def seen(self, **lists):
        return {name: [len(items), list(digests(items))[-1]] for name, items in lists.items()}

    def asks(self, op, **lists):
        self.tell(op=op, ask="read", lists=list(lists))

    def saw(self, op, **lists):
        self.tell(op=op, fate="read", seen=self.seen(**lists))

    def reads(self, op, **lists):
        self.asks(op, **lists)
        self.saw(op, **lists)

    def asks_to_append(self, op, item, to, **lists):
        self.tell(op=op, ask="append", item=item, to=to, seen=self.seen(**lists))

    def appended(self, op):
        self.tell(op=op, fate="happened", repeated=False)

    def appends(self, op, item, to, **lists):
        self.asks_to_append(op, item, to, **lists)
        self.appended(op)

    def judge(self, **lists):
        for name, items in lists.items():
            self.tell(list=name, items=items)
        return append_faults(self.events)


class ListsTest(unittest.TestCase):
    def setUp(self):
        self.history = ListHistory()

    def test_one_after_the_other_is_right(self):
        self.history.appends("a", 1, ["x", "y"], x=[], y=[])
        self.history.reads("b", x=[1], y=[1])
        self.history.appends("c", 2, ["x"], x=[1], y=[1])
        self.assertEqual(self.history.judge(x=[1, 2], y=[1]), [])

    def test_at_the_same_time_either_order_is_right(self):
        self.history.asks_to_append("a", 1, ["x"], x=[])
        self.history.asks("b", x=[])
        self.history.asks("c", x=[])
        self.history.saw("b", x=[])
        self.history.saw("c", x=[1])
        self.history.appended("a")
        self.assertEqual(self.history.judge(x=[1]), [])

    def test_what_was_killed_may_have_happened_or_not(self):
        self.history.asks_to_append("a", 1, ["x"], x=[])
        self.history.asks_to_append("b", 2, ["x"], x=[])
        self.assertEqual(self.history.judge(x=[2]), [])

    def test_a_lost_update(self):
        self.history.asks_to_append("a", 1, ["x"], x=[])
        self.history.asks_to_append("b", 2, ["x"], x=[])
        self.history.appended("a")
        self.history.appended("b")
        self.assertTrue(self.history.judge(x=[2]))

    def test_an_update_of_what_was_not_there_any_more(self):
        self.history.asks_to_append("a", 1, ["x"], x=[])
        self.history.asks_to_append("b", 2, ["x"], x=[])
        self.history.appended("a")
        self.history.appended("b")
        self.assertIn("a b", " ".join(self.history.judge(x=[1, 2])).replace("b a", "a b"))

    def test_write_skew(self):
        self.history.asks_to_append("a", 1, ["x"], x=[], y=[])
        self.history.asks_to_append("b", 2, ["y"], x=[], y=[])
        self.history.appended("a")
        self.history.appended("b")
        self.assertEqual(len(self.history.judge(x=[1], y=[2])), 1)

    def test_a_stale_read(self):
        self.history.appends("a", 1, ["x"], x=[])
        self.history.reads("b", x=[])
        self.assertEqual(len(self.history.judge(x=[1])), 1)

    def test_a_read_of_two_moments(self):
        self.history.asks("c", x=[], y=[])
        self.history.appends("a", 1, ["x"], x=[])
        self.history.appends("b", 2, ["y"], y=[])
        self.history.saw("c", x=[], y=[2])
        self.assertEqual(len(self.history.judge(x=[1], y=[2])), 1)

    def test_two_reads_that_disagree_about_the_order(self):
        for op, item, name in (("a", 1, "x"), ("b", 2, "y")):
            self.history.asks_to_append(op, item, [name], **{name: []})
        for op in "cd":
            self.history.asks(op, x=[], y=[])
        self.history.saw("c", x=[1], y=[])
        self.history.saw("d", x=[], y=[2])
        self.assertEqual(len(self.history.judge(x=[1], y=[2])), 1)

    def test_half_of_an_operation(self):
        self.history.asks_to_append("a", 1, ["x", "y"], x=[], y=[])
        self.assertTrue(self.history.judge(x=[1], y=[]))

    def test_an_item_twice(self):
        self.history.appends("a", 1, ["x"], x=[])
        self.assertTrue(self.history.judge(x=[1, 1]))

    def test_an_item_of_nobody(self):
        self.assertTrue(self.history.judge(x=[7]))

    def test_a_refused_one_that_happened(self):
        self.history.asks_to_append("a", 1, ["x"], x=[])
        self.history.tell(op="a", fate="refused", code="changed")
        self.assertTrue(self.history.judge(x=[1]))

    def test_a_list_that_never_was(self):
        self.history.appends("a", 1, ["x"], x=[])
        self.history.reads("b", x=[2])
        self.assertTrue(self.history.judge(x=[1]))


class BankTest(unittest.TestCase):
    def setUp(self):
        self.events = []

    def tell(self, **event):
        self.events.append({"t": len(self.events), **event})

    def asks(self, op, amount):
        self.tell(op=op, ask="transfer", amount=amount, **{"from": 0, "to": 1})

    def happens(self, op, amount, repeated=False):
        self.asks(op, amount)
        self.tell(op=op, fate="happened", repeated=repeated)

    def judge(self, *accounts):
        balances, moves = zip(*accounts)
        self.tell(op="last", fate="read", balances=list(balances), moves=list(moves))
        return list(bank_faults(self.events, len(accounts)))

    def test_books_that_are_right(self):
        self.happens("a", 10)
        self.happens("a", 10, repeated=True)
        self.asks("b", 200)
        self.tell(op="b", fate="refused", code="insufficient_funds")
        self.assertEqual(self.judge((90, 1), (110, 1)), [])

    def test_a_transfer_that_is_lost(self):
        self.happens("a", 10)
        self.happens("b", 20)
        self.assertTrue(self.judge((90, 1), (110, 1)))

    def test_a_transfer_that_happened_twice(self):
        self.happens("a", 10)
        self.happens("a", 10)
        self.assertTrue(self.judge((90, 1), (110, 1)))

    def test_a_refused_one_that_happened(self):
        self.happens("a", 10)
        self.asks("b", 20)
        self.tell(op="b", fate="refused", code="insufficient_funds")
        self.assertTrue(self.judge((70, 2), (130, 2)))

    def test_one_that_nobody_has_heard_about(self):
        self.happens("a", 10)
        self.asks("b", 20)
        self.assertTrue(self.judge((90, 1), (110, 1)))

    def test_one_that_was_refused_to_the_last_who_asked(self):
        self.happens("a", 10)
        self.asks("b", 200)
        self.tell(op="b", ask="transfer", amount=200, last=True, **{"from": 0, "to": 1})
        self.tell(op="b", fate="refused", code="insufficient_funds")
        self.assertEqual(self.judge((90, 1), (110, 1)), [])

    def test_half_of_a_transfer_that_was_read(self):
        self.happens("a", 10)
        self.tell(op="c", fate="read", balances=[90, 100], moves=[1, 0])
        self.assertEqual(len(self.judge((90, 1), (110, 1))), 1)

    def test_less_than_nothing(self):
        self.happens("a", 110)
        self.assertTrue(self.judge((-10, 1), (210, 1)))


if __name__ == "__main__":
    unittest.main()
