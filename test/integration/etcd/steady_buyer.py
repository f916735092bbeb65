"""One who buys without a pause at one node that nobody kills, and notes when he was served."""
# SPDX-License-Identifier: Apache-2.0
import http.client
import json
import os
import subprocess
import threading
import time
from dataclasses import dataclass

from processes import ends_with_this_thread

POSSE = os.environ["POSSE"]
PASSWORD = "correct horse"
PRICE = 40
# A node that has not answered by then is asked again, with the same key.
PATIENCE_S = 5
PAUSE_S = 0.01
# However bad it was before.
SALE_WITHIN_S = 30


class ShopError(Exception):
    """The program or a node does not do as it is asked."""


def posse(*words, stdin=b""):
    ran = subprocess.run([POSSE, *map(str, words)], input=stdin, capture_output=True, check=False,
                         timeout=60)
    if ran.returncode != 0:
        raise ShopError(f"posse {' '.join(map(str, words))}: {ran.stderr.decode()}")
    return ran.stdout.decode()


def new_key():
    """A version 7 UUID (RFC 9562)."""
    more = os.urandom(10).hex()
    digits = f"{int(time.time() * 1000):012x}7{more[:3]}8{more[3:6]}{more[6:18]}"
    return "-".join([digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:32]])


@dataclass(frozen=True)
class Bought:
    """A purchase: when it was asked for first and when it was answered, on the monotonic clock."""

    asked: float
    answered: float
    slot: int


class SteadyBuyer:
    """A node of its own on the store, and a buyer who is its only customer in a campaign of his
    own. The `with` block ends both."""

    def __init__(self, store):
        self.store = store
        self.bought = []
        self.wrong = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._buy_on, daemon=True)

    def __enter__(self):
        password = PASSWORD.encode()
        posse("account", "create", "steady", "--password-stdin", "--store", self.store,
              stdin=password)
        posse("deposit", "steady", 10**12, "--reference", "steady", "--store", self.store)
        posse("account", "create", "owner", "--store", self.store)
        posse("campaign", "create", "steady", "--owner", "owner", "--price", PRICE,
              "--store", self.store)
        self.node = subprocess.Popen(
            ends_with_this_thread(POSSE, "node", "--listen", "127.0.0.1:0", "--log-level", "error",
                                  "--json", "--store", self.store), stdout=subprocess.PIPE)
        try:
            self.address = json.loads(self.node.stdout.readline())["url"].removeprefix("http://")
            self._token = self._ask("/v1/sessions", {"name": "steady", "password": PASSWORD})[1][
                "token"]
        except BaseException:
            self.node.kill()
            self.node.communicate()
            raise
        self._thread.start()
        return self

    def __exit__(self, *_):
        self.end()

    def end(self):
        """The last purchase is answered, and the node leaves as it should."""
        self._over.set()
        self._thread.join()
        self.node.terminate()
        try:
            self.node.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            self.node.kill()
            self.node.communicate()

    def _ask(self, path, body, **fields):
        connection = http.client.HTTPConnection(self.address, timeout=PATIENCE_S)
        try:
            fields = {name.replace("_", "-"): value for name, value in fields.items()}
            connection.request("POST", path, json.dumps(body),
                               {"Content-Type": "application/json", **fields})
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()

    def _buy_on(self):
        while not self._over.is_set():
            key, asked = new_key(), time.monotonic()
            while not (slot := self._slot_for(key)):
                if self._over.is_set() and time.monotonic() - asked > SALE_WITHIN_S:
                    self.wrong.append("the last purchase was never answered")
                    return
                time.sleep(PAUSE_S)
            self.bought.append(Bought(asked, time.monotonic(), slot))
            time.sleep(PAUSE_S)

    def _slot_for(self, key):
        """The slot bought with `key`; None while that is not known."""
        try:
            status, said = self._ask("/v1/campaigns/steady/purchases", {"max_price": PRICE},
                                     Authorization=f"Bearer {self._token}", Idempotency_Key=key)
        except (OSError, http.client.HTTPException, ValueError):
            return None
        if status == 201:
            return said["slot"]
        if status not in (202, 503):
            self.wrong.append(f"{status}: {said}")
        return None

    def longest_wait(self, began, ended):
        """The longest time between two answers, of the times that meet `began` to `ended`."""
        answers = [bought.answered for bought in self.bought]
        gaps = zip(answers, answers[1:])
        return max((to - since for since, to in gaps if since <= ended and to >= began), default=0)

    def served_after(self, moment):
        """When a purchase was answered that was asked for after `moment`; None if none was."""
        return next((bought.answered for bought in self.bought if bought.asked >= moment), None)

    def wait_for_a_sale(self):
        began = time.monotonic()
        while self.served_after(began) is None:
            if time.monotonic() - began > SALE_WITHIN_S:
                raise ShopError(f"nothing is sold within {SALE_WITHIN_S} s")
            time.sleep(PAUSE_S)
