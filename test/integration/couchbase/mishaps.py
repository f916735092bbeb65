"""What goes wrong between nodes and a proxied cluster, now and then, drawn from a seed."""
# SPDX-License-Identifier: Apache-2.0
import time
from collections import Counter

from couchbase_proxy import Fault
from packets import ADD, GET, REPLACE

# Busy, out of memory, not durable yet, no access: the last one the library repeats by itself.
REFUSALS = (0x86, 0x82, 0xA2, 0x24)


class Mishaps:
    """Of each kind, `met` counts how often."""

    kinds = ("cut", "lost", "refused", "map")

    def __init__(self, proxy, chance):
        self.proxy, self.chance = proxy, chance
        self.met = Counter()

    def go_on_while(self, is_time):
        while is_time():
            time.sleep(self.chance.uniform(0.2, 1))
            kind = self.chance.choice(self.kinds)
            getattr(self, kind)()
            self.met[kind] += 1
        self.proxy.heal()

    def cut(self):
        links = list(self.proxy.links)
        for link in links[:self.chance.randrange(len(links) + 1)]:
            self.proxy.cut(link)

    def lost(self):
        kind = self.chance.choice(["request lost", "answer lost", "cut before", "cut after"])
        self.proxy.heal()
        self.proxy.add(Fault(self.chance.choice([ADD, REPLACE]), "", kind,
                             times=self.chance.randrange(1, 10)))

    def refused(self):
        self.proxy.heal()
        opcode = self.chance.choice([ADD, REPLACE])
        self.proxy.add(Fault(opcode, "", "status", self.chance.choice(REFUSALS),
                             times=self.chance.randrange(1, 10)),
                       Fault(opcode, "", "answer lost", times=self.chance.randrange(1, 10)))

    def map(self):
        """A node is replaced while it executes writes whose answers are lost."""
        self.proxy.heal()
        self.proxy.add(Fault(self.chance.choice([ADD, REPLACE]), "", "answer lost",
                             times=self.chance.randrange(1, 10)), Fault(GET, "", "map"))
