"""The makers' Node client reads our documents and writes one for us: their formats agree. It runs
where Node finds the npm package `couchbase`."""
# SPDX-License-Identifier: Apache-2.0
import json
import os
import shutil
import subprocess
import unittest

from probes import driver
from servers import ClusterCase

POSSE = os.environ.get("POSSE")
NODE = shutil.which("node")
PEER = """
const { connect } = require('couchbase')
const [connection, username, password, bucket, prefix] = process.argv.slice(1)
async function main () {
  const cluster = await connect(connection, { username, password })
  const collection = cluster.bucket(bucket).defaultCollection()
  const account = await collection.get(prefix + '/account/anna')
  const swapped = await collection.replace(prefix + '/swapped', { by: 'peer' },
    { cas: (await collection.get(prefix + '/swapped')).cas })
  await collection.insert(prefix + '/new', { made: 'by the peer' })
  console.log(JSON.stringify({ account: account.content, swapped: swapped.cas.toString() }))
  await cluster.close()
}
main().catch(wrong => { console.error(wrong); process.exit(1) })
"""


def has_peer():
    looked = ["-e", "require.resolve('couchbase')"]
    return NODE and subprocess.run([NODE, *looked], capture_output=True,
                                   check=False).returncode == 0


class Peer(ClusterCase):
    def setUp(self):
        if not has_peer():
            self.skipTest("Node does not find the npm package couchbase")
        super().setUp()

    def peer(self):
        words = [f"couchbase://{self.proxy.addresses}", self.user, self.password,
                 self.url.path.strip("/"), self.prefix]
        ran = subprocess.run([NODE, "-e", PEER, *words], capture_output=True, check=False,
                             timeout=60, text=True)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        return json.loads(ran.stdout)

    def test_it_reads_what_we_write_and_we_read_what_it_writes(self):
        subprocess.run([POSSE, "account", "create", "anna", "--store", self.store()], check=True,
                       capture_output=True, timeout=60)
        with driver(self) as probe:
            version = probe.ask('add swapped {"by":"us"}').split()[1]
            said = self.peer()
            self.assertEqual(said["account"]["v"], 1)
            self.assertEqual(said["account"]["data"]["role"], "person")
            self.assertEqual(probe.ask(f"cas swapped {version} {{}}"), "refused")
            self.assertEqual(probe.ask("get swapped"), f"document {self.version_of(said)} "
                             '{"by":"peer"}')
            self.assertRegex(probe.ask("get new"), r'^document \d+ \{"made":"by the peer"\}$')

    @staticmethod
    def version_of(said):
        return int(said["swapped"])


if __name__ == "__main__":
    unittest.main()
