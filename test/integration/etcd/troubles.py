"""What goes wrong between nodes and an etcd of three members, one kind after the other."""
# SPDX-License-Identifier: Apache-2.0
import random
import time
from contextlib import ExitStack
from dataclasses import dataclass

from fault_proxy import TO_CLIENT, TO_SERVER, Fault

BOTH_WAYS = (TO_SERVER, TO_CLIENT)


@dataclass(frozen=True)
class Event:
    """Something that went wrong, and when, on the monotonic clock."""

    kind: str
    began: float
    ended: float


class Troubles:
    """Makes trouble for `nodes()`, by their process ids, and their etcd: each kind once in an order
    that `seed` draws, then each once more. No member is down before all others are well again.
    `wait_for_a_sale()` comes before and after the death of a leader, so that one can say what
    followed from it alone."""

    def __init__(self, etcd, nodes, wait_for_a_sale, seed):
        self.members, self.clients, self.peers = etcd.members, etcd.clients, etcd.peers
        self.nodes = nodes
        self.wait_for_a_sale = wait_for_a_sale
        self.chance = random.Random(seed)
        self.events = []
        self.deaths = []  # of leaders
        self.kinds = {
            "leader killed": self.leader_killed,
            "member stopped": self.member_stopped,
            "two members stopped": self.two_members_stopped,
            "member parted from the others": self.member_parted,
            "node cut off": self.node_cut_off,
            "node unheard": self.node_unheard,
            "requests swallowed": self.requests_swallowed,
            "answers swallowed": self.answers_swallowed,
            "everything late": self.everything_late,
            "compaction": self.members.compact,
        }

    def go_on_while(self, wanted):
        """Each kind happens once at least."""
        while True:
            for kind in self.chance.sample(sorted(self.kinds), len(self.kinds)):
                if len(self.events) >= len(self.kinds) and not wanted():
                    return
                self._happens(kind)

    def _happens(self, kind):
        began = time.monotonic()
        self.kinds[kind]()
        self.members.wait_until_whole()
        self.events.append(Event(kind, began, time.monotonic()))
        self._wait(0.2, 1.0)

    def _wait(self, least, most):
        time.sleep(self.chance.uniform(least, most))

    def leader_killed(self):
        self.wait_for_a_sale()
        leader = self.members.wait_for_leader()
        leader.kill()
        self.deaths.append(time.monotonic())
        self._wait(1, 3)
        self.members.restart(leader)
        self.wait_for_a_sale()

    def member_stopped(self):
        self._stopped(self.chance.sample(self.members.all, 1), 0.5, 4)

    def two_members_stopped(self):
        """Nobody can write then: everything must wait, and go on."""
        self._stopped(self.chance.sample(self.members.all, 2), 0.3, 1)

    def _stopped(self, members, least, most):
        for member in members:
            member.stop()
        try:
            self._wait(least, most)
        finally:
            for member in members:
                member.go_on()

    def member_parted(self):
        """Nodes can still ask it, and it may think for a while that it leads."""
        member = self.chance.choice(self.members.all)
        with ExitStack() as faults:
            for proxied, proxy in zip(self.members.all, self.peers):
                whose = None if proxied is member else member.process.pid
                faults.enter_context(proxy.suffering(Fault(whose, cut=True)))
            self._wait(1, 4)

    def _a_node_suffers(self, **how):
        nodes = self.nodes()
        if not nodes:  # just killed
            return
        with ExitStack() as faults:
            fault = Fault(self.chance.choice(nodes), **how)
            for proxy in self.clients:
                faults.enter_context(proxy.suffering(fault))
            self._wait(1, 5)

    def node_cut_off(self):
        self._a_node_suffers(cut=True)

    def node_unheard(self):
        """As cut off, but neither side is told."""
        self._a_node_suffers(swallows=BOTH_WAYS)

    def _a_member_suffers(self, fault):
        with self.chance.choice(self.clients).suffering(fault):
            self._wait(0.2, 2)

    def requests_swallowed(self):
        self._a_member_suffers(Fault(swallows=[TO_SERVER]))

    def answers_swallowed(self):
        self._a_member_suffers(Fault(swallows=[TO_CLIENT]))

    def everything_late(self):
        with ExitStack() as faults:
            fault = Fault(delay=self.chance.uniform(0.02, 0.2))
            for proxy in self.clients:
                faults.enter_context(proxy.suffering(fault))
            self._wait(0.5, 2)
