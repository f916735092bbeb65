"""What processes have written down, and what is wrong with it: a bank's books, and lists that must
have been read and appended to one operation after the other."""
# SPDX-License-Identifier: Apache-2.0
import json
from collections import Counter, defaultdict

FIRST_BALANCE = 100
DIGEST_FACTOR, DIGEST_MODULUS = 1_000_003, 1 << 32
NEVER = float("inf")
# Of a run with a thousand faults, the first few tell as much.
FAULTS_MAX = 20


def events_of(files):
    """All events by time. A line that was being written when its process died is none."""
    events = []
    for file in files:
        for line in file.read_text().splitlines():
            try:
                events.append(json.loads(line))
            except ValueError:
                continue
    return sorted(events, key=lambda event: event["t"])


def digests(items):
    """The digest of each beginning of a list, that of none first."""
    mixed = 0
    yield mixed
    for item in items:
        mixed = (mixed * DIGEST_FACTOR + item) % DIGEST_MODULUS
        yield mixed


class Transfers:
    """What a bank's history says of each transfer, whoever asked for it and how often."""

    def __init__(self, events):
        self.asked = {}
        self.fates = defaultdict(list)
        self.open = Counter()
        for event in events:
            op = event["op"]
            if event.get("ask") == "transfer":
                # Whoever asks last, when all others are dead, hears what became of it for ever.
                self.open[op] = 1 if event.get("last") else self.open[op] + 1
                self.asked[op] = event
            elif op in self.asked:
                self.open[op] -= 0 if event["fate"] == "pending" else 1
                self.fates[op].append(event)

    def happened(self):
        return [op for op in self.asked
                if any(fate["fate"] == "happened" for fate in self.fates[op])]

    def unresolved(self):
        """What nobody has heard to have happened, and somebody has not heard about."""
        known = set(self.happened())
        for op, asked in self.asked.items():
            if op not in known and self.open[op] > 0:
                yield asked

    def faults(self):
        for op in self.happened():
            first = sum(fate["fate"] == "happened" and not fate["repeated"] and
                        not fate.get("asked") for fate in self.fates[op])
            if first > 1:
                yield f"transfer {op} happened {first} times"


def bank_faults(events, documents):
    """What is wrong with a bank of `documents` accounts; the last event must be a read of all."""
    transfers = Transfers(events)
    yield from transfers.faults()
    for asked in transfers.unresolved():
        yield f"nobody knows what became of transfer {asked['op']}"
    yield from _read_faults(events, documents)
    if events[-1].get("fate") != "read":
        yield "the last event is no read"
        return
    expected = [[FIRST_BALANCE, 0] for _ in range(documents)]
    for op in transfers.happened():
        asked = transfers.asked[op]
        for account, amount in ((asked["from"], -asked["amount"]), (asked["to"], asked["amount"])):
            expected[account][0] += amount
            expected[account][1] += 1
    for account, (balance, moves) in enumerate(expected):
        found = events[-1]["balances"][account], events[-1]["moves"][account]
        if found != (balance, moves):
            yield f"account {account}: {balance} by {moves} transfers are right, {found} are there"


def _read_faults(events, documents):
    moved = 0
    for event in events:
        if event.get("fate") != "read":
            continue
        if any(balance is None or balance < 0 for balance in event["balances"]):
            yield f"{event['op']} sees {event['balances']}"
        elif len(event["balances"]) == documents:
            total = sum(event["balances"])
            if total != FIRST_BALANCE * documents or sum(event["moves"]) % 2:
                yield f"{event['op']} sees {total} in all, {sum(event['moves'])} halves moved"
            moved = max(moved, sum(event["moves"]))
    if moved == 0:
        yield "no read has seen a transfer"


class Operation:
    """One that took place: a read that was answered, or an append that somebody has seen."""

    def __init__(self, name, asked, ended, seen, item=None, to=()):
        self.name, self.asked, self.ended = name, asked, ended
        self.seen, self.item, self.to = seen, item, to


class Lists:
    """Operations of a history, the lists as they are in the end, and all that is wrong with both.
    An operation comes after another one that it has read from or written behind, that has read what
    was before it, or that had ended before it began. If there is no circle in it, they can have
    taken place one after the other, each between question and answer."""

    def __init__(self, events):
        self.operations = []
        self.lists = {}
        self.faults = []
        self.at = defaultdict(list)  # item: where it stands
        self._gather(events)
        self._count_items()
        self._compare_reads()

    def _gather(self, events):
        asked, fates = {}, {}
        for event in events:
            if "items" in event:
                self.lists[event["list"]] = event["items"]
            elif "ask" in event:
                asked[event["op"]] = event
            else:
                fates[event["op"]] = event
        for name, items in self.lists.items():
            for position, item in enumerate(items):
                self.at[item].append((name, position))
        for op, event in asked.items():
            self._add(event, fates.get(op))

    def _add(self, event, fate):
        said = fate["fate"] if fate else "pending"
        ended = fate["t"] if fate and said in ("happened", "read") else NEVER
        if event["ask"] == "read" and said == "read":
            self.operations.append(Operation(event["op"], event["t"], ended, fate["seen"]))
        if event["ask"] != "append":
            return
        item = event["item"]
        if said in ("refused", "error") and item in self.at:
            self.faults.append(f"{event['op']} was {said}, and {item} is in {self.at[item]}")
        if said == "happened" or item in self.at:
            self.operations.append(Operation(event["op"], event["t"], ended, event["seen"], item,
                                             event["to"]))

    def _count_items(self):
        known = set()
        for one in self.operations:
            if one.item is None:
                continue
            known.add(one.item)
            for name in sorted({*one.to, *(name for name, _ in self.at[one.item])}):
                found = sum(name == where for where, _ in self.at[one.item])
                if found != (name in one.to):
                    self.faults.append(f"{one.name}: {one.item} is {found} times in {name}")
        for item in set(self.at) - known:
            self.faults.append(f"nobody has asked for {item}")

    def _compare_reads(self):
        beginnings = {name: list(digests(items)) for name, items in self.lists.items()}
        for one in self.operations:
            for name, (length, digest) in one.seen.items():
                known = beginnings.get(name, [0])
                if length >= len(known) or known[length] != digest:
                    self.faults.append(f"{one.name} saw {length} items of {name} that are not its "
                                       "first")

    def edges(self):
        """Numbers of operations: the second comes after the first."""
        writer = {}
        for number, one in enumerate(self.operations):
            for name, position in self.at.get(one.item, ()):
                writer[name, position] = number
        for (name, position), number in writer.items():
            if (name, position - 1) in writer:
                yield writer[name, position - 1], number
        for number, one in enumerate(self.operations):
            for name, (length, _) in one.seen.items():
                if (name, length - 1) in writer:
                    yield writer[name, length - 1], number
                if (name, length) in writer and writer[name, length] != number:
                    yield number, writer[name, length]

    def successors(self):
        """As lists. A chain of moments behind the operations says which had ended before which
        began: each ending is followed by the next one, and by what is asked before that."""
        found = [[] for _ in self.operations]
        for first, second in self.edges():
            found[first].append(second)
        moments = [(one.asked, 1, number) for number, one in enumerate(self.operations)]
        moments += [(one.ended, 0, number) for number, one in enumerate(self.operations)
                    if one.ended != NEVER]
        newest = None
        for _, is_question, number in sorted(moments):
            if is_question:
                if newest is not None:
                    found[newest].append(number)
                continue
            found.append([])
            if newest is not None:
                found[newest].append(len(found) - 1)
            newest = len(found) - 1
            found[number].append(newest)
        return found

    def circle(self):
        """The names of operations that would each have to come before the other; empty if none."""
        successors = self.successors()
        before = [0] * len(successors)
        for some in successors:
            for one in some:
                before[one] += 1
        free = [number for number, count in enumerate(before) if count == 0]
        while free:
            for one in successors[free.pop()]:
                before[one] -= 1
                if before[one] == 0:
                    free.append(one)
        return self._one_circle(successors, before)

    def _one_circle(self, successors, before):
        """Whatever still waits for another one stands in a circle or behind one. Back along what it
        waits for, one comes round."""
        waiting = {number for number, count in enumerate(before) if count > 0}
        if not waiting:
            return []
        predecessor = {one: number for number in waiting for one in successors[number]
                       if one in waiting}
        path, places = [next(iter(waiting))], {}
        while path[-1] not in places:
            places[path[-1]] = len(path) - 1
            path.append(predecessor[path[-1]])
        return [self.operations[number].name for number in path[places[path[-1]]:-1]
                if number < len(self.operations)][::-1]


def append_faults(events):
    lists = Lists(events)
    circle = lists.circle()
    if circle:
        lists.faults.append(f"each of these comes before the next, and the last before the first: "
                            f"{' '.join(circle)}")
    return lists.faults


def lists_of(events):
    """Every list that somebody has asked for."""
    return sorted({name for event in events for name in event.get("lists", ())})
