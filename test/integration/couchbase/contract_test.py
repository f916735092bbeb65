"""The contract suites through libcouchbase, on a proxied cluster."""
# SPDX-License-Identifier: Apache-2.0
import os
import re
import subprocess
import unittest

from servers import ClusterCase

CONTRACT = os.environ.get("POSSE_COUCHBASE_CONTRACT")
SECONDS_MAX = 240


class Contract(ClusterCase):
    def test_all_of_it(self):
        words = {**os.environ, "POSSE_COUCHBASE_SERVER": self.store().rsplit("&", 1)[0]}
        ran = subprocess.run([CONTRACT], env=words, capture_output=True, check=False, text=True,
                             timeout=SECONDS_MAX)
        said = ran.stdout[-4000:] + ran.stderr
        self.assertEqual(ran.returncode, 0, said)
        print("\n" + re.search(r"\[  PASSED  \] .*", ran.stdout).group(0), flush=True)


if __name__ == "__main__":
    unittest.main()
