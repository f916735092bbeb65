"""An etcd whose quota is used up: nothing is sold, nothing is lost, and one gets out of it."""
# SPDX-License-Identifier: Apache-2.0
import subprocess
import tempfile
import time
import unittest
from contextlib import ExitStack
from pathlib import Path

from members import MemberError, Members
from steady_buyer import POSSE, SteadyBuyer, posse

QUOTA = 16 << 20


class Full(unittest.TestCase):
    def fill(self, member):
        with self.assertRaisesRegex(MemberError, "database space exceeded"):
            for _ in range(2 * QUOTA >> 18):
                member.put("fill", "x" * (1 << 18))

    def test_refuses_until_there_is_room_and_then_goes_on_by_itself(self):
        with ExitStack() as parts:
            folder = parts.enter_context(tempfile.TemporaryDirectory(prefix="posse-full-"))
            options = ["--quota-backend-bytes", str(QUOTA)]
            members = parts.enter_context(Members(Path(folder), 1, options))
            members.start()
            member = members.all[0]
            store = f"etcd://{member.address}/shop"
            buyer = parts.enter_context(SteadyBuyer(store))
            buyer.wait_for_a_sale()

            self.fill(member)
            full_since = time.monotonic()
            ran = subprocess.run([POSSE, "account", "create", "late", "--store", store],
                                 capture_output=True, check=False, timeout=30)
            self.assertEqual(ran.returncode, 3, ran.stdout)
            self.assertIn(b"database space exceeded; the quota is used up", ran.stderr)
            self.assertIn("the books are sound", posse("audit", "--store", store))
            time.sleep(1)
            self.assertIsNone(buyer.served_after(full_since))

            members.compact()
            member.defragment()
            members.disarm()
            buyer.wait_for_a_sale()
            buyer.end()
            self.assertEqual(buyer.wrong, [])
            slots = [bought.slot for bought in buyer.bought]
            self.assertEqual(slots, list(range(1, len(slots) + 1)))
            self.assertIn("nothing is unfinished", posse("audit", "--store", store))


if __name__ == "__main__":
    unittest.main()
