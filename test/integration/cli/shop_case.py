"""What the tests of the program share: a store of its own for each, and ways to call it."""
# SPDX-License-Identifier: Apache-2.0
import json
import os
import shutil
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

POSSE = os.environ["POSSE"]
SCRIBBLE = os.environ["POSSE_SCRIBBLE"]
DEAD_BUYER = os.environ["POSSE_DEAD_BUYER"]
HOLDER = os.environ["POSSE_LMDB_ACTOR"]
LOAD = os.environ["POSSE_DOCUMENTS_LOAD"]

# No command may take longer; whatever hangs, hangs here and not in CTest.
PATIENCE_S = 60


class Ran:
    """A command that has ended."""

    def __init__(self, done):
        self.code = done.returncode
        self.out = done.stdout.decode(errors="surrogateescape")
        self.err = done.stderr.decode(errors="surrogateescape")

    def json(self):
        return json.loads(self.out)


class ShopCase(unittest.TestCase):
    """A test with a fresh LMDB store."""

    def setUp(self):
        self.root = Path(tempfile.mkdtemp(prefix="posse-cli-"))
        self.addCleanup(shutil.rmtree, self.root, ignore_errors=True)
        self.store = self.root / "store"
        self.children = []
        self.addCleanup(self.end_children)

    def end_children(self):
        for child in self.children:
            if child.poll() is None:
                child.kill()
            child.communicate()

    def start(self, *words, program=POSSE, stderr=subprocess.PIPE):
        """Starts a program that is ended with the test at the latest."""
        child = subprocess.Popen([program, *map(str, words)], stdin=subprocess.PIPE,
                                 stdout=subprocess.PIPE, stderr=stderr)
        self.children.append(child)
        return child

    def run_bare(self, *words, stdin=b"", **env):
        """Runs `posse` with exactly these words."""
        environment = {**os.environ, **env}
        if "POSSE_STORE" not in env:
            environment.pop("POSSE_STORE", None)
        words = [word if isinstance(word, bytes) else str(word) for word in words]
        return Ran(subprocess.run([POSSE, *words], input=stdin, capture_output=True, check=False,
                                  timeout=PATIENCE_S, env=environment))

    def posse(self, *words, **more):
        """Runs `posse` on the test's store."""
        return self.run_bare(*words, "--store", f"lmdb:{self.store}", **more)

    def good(self, *words, **more):
        """Runs `posse` on the test's store; it must succeed and say nothing on standard error."""
        ran = self.posse(*words, **more)
        self.assertEqual((ran.code, ran.err), (0, ""), (words, ran.out))
        return ran

    def fill(self, funds=1000):
        """ann sells lamps at 40; bob has `funds`."""
        for name in ("ann", "bob"):
            self.good("account", "create", name)
        self.good("deposit", "bob", funds, "--reference", "r1")
        self.good("campaign", "create", "lamps", "--owner", "ann", "--price", 40)

    def buy(self, *words, buyer="bob", max_price=40, campaign="lamps"):
        return self.posse("buy", campaign, "--as", buyer, "--max-price", max_price, *words)

    def account(self, name):
        return self.good("account", "show", name, "--json").json()

    def audit(self):
        return self.posse("audit", "--json").json()

    def scribble(self, key, value):
        """Puts bytes at a key as no node would."""
        done = subprocess.run([SCRIBBLE, self.store, "put", key], input=value, check=False)
        self.assertEqual(done.returncode, 0, key)

    def document(self, key):
        return subprocess.run([SCRIBBLE, self.store, "get", key], capture_output=True,
                              check=True).stdout

    def dump(self):
        """Every document of the store, with its version."""
        return subprocess.run([SCRIBBLE, self.store, "dump"], capture_output=True,
                              check=True).stdout

    def dump_at_rest(self):
        """The same, once the nodes have finished behind their answers what was asked of them."""
        for _ in range(20):
            before = self.dump()
            time.sleep(0.2)
            if self.dump() == before:
                return before
        raise AssertionError("the store does not come to rest")

    def dead_buyer(self, signal, moment, buyer="bob", max_price=40, campaign="lamps"):
        """Starts a buyer that is sent a signal before or after it claims."""
        return self.start(self.store, signal, moment, campaign, buyer, max_price,
                          program=DEAD_BUYER)

    def documents(self):
        """Twenty accounts of a bank, as documents."""
        done = subprocess.run(
            [LOAD, "--store", f"lmdb:{self.store}", "--workload", "bank", "--documents", "20",
             "--process", "1", "--history", self.root / "history", "--prepare", "--seconds", "0"],
            check=False, timeout=PATIENCE_S)
        self.assertEqual(done.returncode, 0)

    def declare(self, key, intent, **more):
        """Puts a hold of somebody who is dead now into a document."""
        document = json.loads(self.document(key))
        document["holds"].append({"intent": intent, "sequence": document["settled"][0][1],
                                  "first": 2, "last": 9, "issued": 0, "reserve": {}, **more})
        self.scribble(key, json.dumps(document, separators=(",", ":")).encode())
