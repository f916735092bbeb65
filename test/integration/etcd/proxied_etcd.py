"""An etcd of three members, with a proxy before each for its clients and one for its peers."""
# SPDX-License-Identifier: Apache-2.0
from contextlib import ExitStack

from fault_proxy import Proxies
from members import Members


# As script/cluster starts them, and docs/operating.md advises.
TIMINGS = ("--pre-vote", "--heartbeat-interval", "50", "--election-timeout", "500")


class ProxiedEtcd:
    """Up within the `with` block. `clients` and `peers` are in the order of the members."""

    def __init__(self, folder):
        self.members = Members(folder, options=TIMINGS)
        self.clients, self.peers = [], []
        self._parts = ExitStack()

    def __enter__(self):
        with ExitStack() as parts:
            proxies = parts.enter_context(Proxies())
            parts.enter_context(self.members)
            for member in self.members.all:
                self.clients.append(proxies.before(lambda member=member: member.port))
                self.peers.append(proxies.before(lambda member=member: member.peer_port))
            self.members.start(before=self._advertise)
            self._parts = parts.pop_all()
        return self

    def __exit__(self, *_):
        self._parts.close()

    def _advertise(self):
        for member, proxy in zip(self.members.all, self.peers):
            member.advertised = proxy.port

    @property
    def store(self):
        """As nodes name it."""
        return f"etcd://{','.join(proxy.address for proxy in self.clients)}/cluster"

    def last_words(self):
        return "\n".join(member.last_words() for member in self.members.all)
