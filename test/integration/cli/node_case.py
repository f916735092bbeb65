"""What the tests of the node share: nodes that run, and people who talk to them over HTTP."""
# SPDX-License-Identifier: Apache-2.0
import http.client
import json
import os
import time

from openapi_check import Asked, Description
from shop_case import ShopCase

DESCRIPTION = Description()
PASSWORD = "correct horse"
PATIENCE_S = 15


def new_key():
    """A version 7 UUID (RFC 9562)."""
    now = int(time.time() * 1000)
    more = os.urandom(10).hex()
    digits = f"{now:012x}7{more[:3]}8{more[3:6]}{more[6:18]}"
    return "-".join([digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:32]])


class Answered:
    def __init__(self, response):
        self.status = response.status
        self.fields = {name.lower(): value for name, value in response.getheaders()}
        self.text = response.read().decode()

    def json(self):
        return json.loads(self.text)


class NodeCase(ShopCase):
    """Nodes on the test's store; each test starts its own, on ports that are free."""

    def node(self, listen="127.0.0.1:0"):
        """Starts a node; its address is in `address`."""
        return self.started("--listen", listen, "--store", f"lmdb:{self.store}")

    def started(self, *words, **more):
        """Starts a node with these settings."""
        child = self.start("node", "--json", *words, **more)
        line = child.stdout.readline()
        self.assertTrue(line, child.stderr.read() if not line and child.stderr else "")
        said = json.loads(line)
        child.address, child.id = said["url"].removeprefix("http://"), said["id"]
        return child

    def ask(self, node, method, path, body=None, **fields):
        """One request on a connection of its own. `token` is a session's, `_` in names is `-`.
        The answer must be as api/openapi.yaml describes it."""
        fields = {name.replace("_", "-"): value for name, value in fields.items()}
        if token := fields.pop("token", None):
            fields["Authorization"] = f"Bearer {token}"
        if body is not None and not isinstance(body, (str, bytes)):
            body = json.dumps(body)
        if body is not None:
            fields.setdefault("Content-Type", "application/json")
        connection = http.client.HTTPConnection(node.address, timeout=PATIENCE_S)
        try:
            connection.request(method, path, body, fields)
            answered = Answered(connection.getresponse())
        finally:
            connection.close()
        lower = {name.lower(): value for name, value in fields.items()}
        self.described(Asked(method, path, body, lower), answered)
        return answered

    def described(self, asked, answered):
        return DESCRIPTION.check(asked, answered)

    def good_ask(self, status, *words, **more):
        answered = self.ask(*words, **more)
        self.assertEqual(answered.status, status, (words, answered.text))
        return answered

    def person(self, node, name, role="person"):
        """Signs `name` up and logs in; the token."""
        who = {"name": name, "password": PASSWORD}
        self.good_ask(201, node, "POST", "/v1/accounts", who)
        if role != "person":
            self.good("account", "role", name, role)
        return self.good_ask(201, node, "POST", "/v1/sessions", who).json()["token"]

    def open_shop(self, node, funds=1000):
        """ann sells lamps at 40, bob has `funds`, root is an operator; their tokens."""
        tokens = {name: self.person(node, name) for name in ("ann", "bob")}
        tokens["root"] = self.person(node, "root", "operator")
        self.good_ask(201, node, "POST", "/v1/deposits",
                      {"account": "bob", "amount": funds, "reference": "r1"}, token=tokens["root"])
        self.good_ask(201, node, "POST", "/v1/campaigns",
                      {"id": "lamps", "pricing": {"kind": "fixed", "price": 40}},
                      token=tokens["ann"])
        return tokens

    def buy_at(self, node, token, key=None, **body):
        return self.ask(node, "POST", "/v1/campaigns/lamps/purchases", {"max_price": 40, **body},
                        token=token, Idempotency_Key=key or new_key())
