"""Documents of many processes that are killed, on Couchbase, while calls go wrong."""
# SPDX-License-Identifier: Apache-2.0
import os
import random
import sys
import threading
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "documents"))

import workload_test
from servers import ClusterCase
from mishaps import Mishaps

SEED = int(os.environ.get("POSSE_COUCHBASE_SEED", str(random.randrange(10**6))))


class Documents(workload_test.WorkloadTest, ClusterCase):
    def setUp(self):
        ClusterCase.setUp(self)
        workload_test.WorkloadTest.setUp(self)

    def store(self):
        return ClusterCase.store(self)

    def run_workload(self, workload):
        print(f"POSSE_COUCHBASE_SEED={SEED}", file=sys.stderr, flush=True)
        mishaps = Mishaps(self.proxy, random.Random(SEED))
        # Over before the last process: whoever cannot read the documents at the end cannot judge.
        until = time.monotonic() + workload_test.SECONDS - 2
        thread = threading.Thread(target=mishaps.go_on_while,
                                  args=[lambda: time.monotonic() < until])
        thread.start()
        try:
            return super().run_workload(workload)
        finally:
            thread.join()
            print(dict(mishaps.met), file=sys.stderr, flush=True)


if __name__ == "__main__":
    unittest.main()
