"""The Couchbase cluster that the environment names, and a proxy before it."""
# SPDX-License-Identifier: Apache-2.0
import itertools
import os
import sys
import unittest
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from couchbase_proxy import CouchbaseProxy

SERVER = os.environ.get("POSSE_COUCHBASE_SERVER")
WANTED = ("POSSE_COUCHBASE_SERVER names no cluster, as in "
          "couchbase://USER@HOST:PORT,HOST:PORT/BUCKET?password_file=FILE")
_numbers = itertools.count(1)


class ClusterCase(unittest.TestCase):
    """Tests on a proxied cluster; without one they are left out."""

    def setUp(self):
        if not SERVER:
            self.skipTest(WANTED)
        self.url = urlsplit(SERVER)
        self.user, _, hosts = self.url.netloc.rpartition("@")
        self.nodes = [(host.rsplit(":", 1)[0], int(host.rsplit(":", 1)[1]))
                      for host in hosts.split(",")]
        self.proxy = self.opened(CouchbaseProxy(self.nodes))
        # Of its own, and so empty.
        self.prefix = f"test-{os.getpid()}-{next(_numbers)}"

    def opened(self, proxy):
        proxy.__enter__()
        self.addCleanup(proxy.__exit__)
        return proxy

    @property
    def password(self):
        return Path(parse_qs(self.url.query)["password_file"][0]).read_text().rstrip("\n")

    def store(self):
        """The URL of an empty store behind the proxy."""
        return (f"couchbase://{self.user}@{self.proxy.addresses}{self.url.path}"
                f"?{self.url.query}&prefix={self.prefix}")


def main():
    """`python3 servers.py COMMAND...`: runs a command with the proxied cluster in its
    environment."""
    case = ClusterCase()
    case.setUp()
    try:
        words = {**os.environ, "POSSE_COUCHBASE_SERVER": case.store().rsplit("&", 1)[0]}
        sys.exit(os.spawnvpe(os.P_WAIT, sys.argv[1], sys.argv[1:], words))
    finally:
        case.doCleanups()


if __name__ == "__main__":
    main()
