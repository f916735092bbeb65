"""api/openapi.yaml: sound in itself, and the node does what it says, all of it."""
# SPDX-License-Identifier: Apache-2.0
import http.client
import re
import time
import unittest
from pathlib import Path

import jsonschema

from node_case import DESCRIPTION, PASSWORD, PATIENCE_S, NodeCase, new_key
from openapi_check import METHODS, Asked, Operation, must_fit

SOURCES = Path(__file__).resolve().parents[3] / "src" / "node"
ROUTE = re.compile(r"\brouter_?\.add\(\s*\"([A-Z]+)\",\s*\"([^\"]+)\"")

# What the store has not decided yet cannot be had from a store that answers.
NOT_HAD = {202}

TEXT = {"type": "string", "minLength": 1}
NAMED = {"type": "object", "additionalProperties": {"type": "object"}}
OPERATION = {
    "type": "object",
    "additionalProperties": False,
    "required": ["operationId", "tags", "summary", "responses"],
    "properties": {
        "operationId": {"type": "string", "pattern": "^[a-z][A-Za-z]*$"},
        "tags": {"type": "array", "minItems": 1, "items": TEXT},
        "summary": {"type": "string", "pattern": r"^[A-Z].*\.$"},
        "description": TEXT,
        "security": {"type": "array", "items": {"type": "object"}},
        "parameters": {"type": "array", "items": {"type": "object"}},
        "requestBody": {"type": "object"},
        "responses": {"type": "object", "minProperties": 1, "additionalProperties": False,
                      "required": ["default"],
                      "patternProperties": {"^([1-5][0-9][0-9]|default)$": {"type": "object"}}},
    },
}
FILE = {
    "type": "object",
    "additionalProperties": False,
    "required": ["openapi", "info", "paths", "components", "tags", "servers", "security"],
    "properties": {
        "openapi": {"type": "string", "pattern": r"^3\.1\.\d+$"},
        "info": {"type": "object", "required": ["title", "version", "license"]},
        "servers": {"type": "array", "items": {"type": "object", "required": ["url"]}},
        "security": {"type": "array", "items": {"type": "object"}},
        "tags": {"type": "array", "items": {"type": "object", "required": ["name"]}},
        "paths": {"type": "object", "additionalProperties": False, "patternProperties": {
            "^/": {"type": "object", "additionalProperties": False,
                   "properties": {"parameters": {"type": "array"},
                                  **{method: OPERATION for method in METHODS}}}}},
        "components": {"type": "object", "additionalProperties": False, "properties": {
            kind: NAMED for kind in ("schemas", "responses", "parameters", "headers",
                                     "requestBodies", "securitySchemes")}},
    },
}
RESPONSE = {
    "type": "object",
    "additionalProperties": False,
    "required": ["description"],
    "properties": {"description": TEXT, "headers": NAMED, "content": NAMED},
}
PARAMETER = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name", "in", "schema", "description"],
    "properties": {"name": TEXT, "in": {"enum": ["path", "query", "header"]},
                   "required": {"type": "boolean"}, "description": TEXT,
                   "schema": {"type": "object"}, "example": {}},
    "if": {"properties": {"in": {"const": "path"}}},
    "then": {"required": ["required"], "properties": {"required": {"const": True}}},
}
BODY = {
    "type": "object",
    "additionalProperties": False,
    "required": ["content", "required"],
    "properties": {"content": NAMED, "required": {"type": "boolean"}},
}


def nodes_of(node, path=()):
    """Every mapping in the file, with where it stands."""
    if isinstance(node, dict):
        yield path, node
    children = node.items() if isinstance(node, dict) else enumerate(node)
    for name, child in children:
        if isinstance(child, (dict, list)):
            yield from nodes_of(child, (*path, name))


class File(unittest.TestCase):
    def test_is_openapi(self):
        must_fit("the file", DESCRIPTION.document, FILE)
        for name, response in DESCRIPTION.document["components"]["responses"].items():
            must_fit(name, response, RESPONSE)
        for operation in DESCRIPTION.operations:
            for parameter in operation.parameters:
                must_fit(f"{operation}", parameter, PARAMETER)
            for status, response in operation.responses.items():
                must_fit(f"{operation} {status}", response, RESPONSE)
            if operation.body:
                must_fit(f"{operation}", operation.body, BODY)

    def test_has_schemas_that_are_json_schema(self):
        for name, schema in DESCRIPTION.document["components"]["schemas"].items():
            with self.subTest(schema=name):
                jsonschema.Draft202012Validator.check_schema(schema)
        for path, node in nodes_of(DESCRIPTION.document):
            if isinstance(node.get("schema"), dict):
                jsonschema.Draft202012Validator.check_schema(node["schema"])
            if isinstance(node.get("format"), str):
                self.assertIn(node["format"], ("int64", "date-time", "uuid", "password"), path)

    def test_refers_to_what_is_there_and_has_nothing_that_nobody_uses(self):
        used = {"#/components/responses/NotFound", "#/components/responses/MethodNotAllowed"}
        for path, node in nodes_of(DESCRIPTION.document):
            for reference in [node.get("$ref"), *(node.get("mapping") or {}).values()]:
                if reference is not None:
                    used.add("/".join(reference.split("/")[:4]))
                    self.assertIsNotNone(DESCRIPTION.at(reference), path)
        for kind, named in DESCRIPTION.document["components"].items():
            there = {f"#/components/{kind}/{name}" for name in named}
            if kind != "securitySchemes":
                self.assertEqual(there - used, set(), "nobody refers to these")

    def test_names_each_operation_once_and_only_tags_that_are_described(self):
        items = [item[method] for item in DESCRIPTION.document["paths"].values()
                 for method in METHODS if method in item]
        names = [item["operationId"] for item in items]
        self.assertEqual(len(names), len(set(names)), names)
        tags = {tag["name"] for tag in DESCRIPTION.document["tags"]}
        self.assertEqual({tag for item in items for tag in item["tags"]}, tags)
        schemes = set(DESCRIPTION.document["components"]["securitySchemes"])
        for item in [DESCRIPTION.document, *items]:
            for scheme in item.get("security", []):
                self.assertLessEqual(set(scheme), schemes)

    def test_has_a_parameter_for_each_name_in_a_path_and_no_other(self):
        for operation in DESCRIPTION.operations:
            named = set(re.findall(r"{(\w+)}", operation.path))
            described = [each["name"] for each in operation.parameters if each["in"] == "path"]
            self.assertEqual((set(described), len(described)), (named, len(named)), operation)

    def test_allows_no_member_that_it_does_not_name(self):
        for path, node in nodes_of(DESCRIPTION.document):
            if "examples" not in path and node.get("type") == "object":
                self.assertIn("additionalProperties", node, path)
                self.assertLessEqual(set(node.get("required", [])), set(node.get("properties", {})),
                                     path)

    def test_has_examples_that_fit(self):
        examples = 0
        for path, node in nodes_of(DESCRIPTION.whole(DESCRIPTION.document)):
            for name, example in (node.get("examples") or {}).items():
                must_fit(f"{path} {name}", example["value"], node["schema"])
                examples += 1
            if "example" in node:
                must_fit(f"{path}", node["example"], node["schema"])
        self.assertGreater(examples, 10)

    def test_describes_the_routes_of_the_node_and_no_others(self):
        known = {route for file in sorted(SOURCES.glob("*.cc")) if file.name != "page.cc"
                 for route in ROUTE.findall(file.read_text(encoding="utf-8"))}
        self.assertGreater(len(known), 20, "the pattern finds no routes any more")
        self.assertEqual({(each.method, each.path) for each in DESCRIPTION.operations}, known)


class Misdescribed(unittest.TestCase):
    """The check itself: what it must not let through."""

    def refuses(self, words, asked, *answer):
        class Answered:
            status, fields, text = answer
        with self.assertRaisesRegex(AssertionError, words):
            DESCRIPTION.check(asked, Answered)

    def test_answers_are_found_out(self):
        healthz, json_type = Asked("GET", "/healthz"), {"content-type": "application/json"}
        self.refuses("status", healthz, 200, json_type, '{"status":"dead"}')
        self.refuses("Additional", healthz, 200, json_type, '{"status":"alive","more":1}')
        self.refuses("no JSON", healthz, 200, json_type, "{")
        self.refuses("content type", healthz, 200, {"content-type": "text/html"}, "{}")
        self.refuses("not described", healthz, 404, json_type, '{"status":"alive"}')
        self.refuses("not described", Asked("GET", "/nothing"), 200, json_type, "{}")
        self.refuses("not described", Asked("PUT", "/v1/me"), 200, json_type, "{}")
        self.refuses("no body", Asked("DELETE", "/v1/me/keys/" + "A" * 43), 204, {}, "x")
        self.refuses("Set-Cookie is missing", Asked("DELETE", "/v1/sessions"), 204, {}, "")

    def test_problems_are_found_out(self):
        problem = '{"type":"about:blank","title":"x","status":%d,"code":"%s","detail":"x"}'
        fields = {"content-type": "application/problem+json", "retry-after": "1"}
        order = Asked("POST", "/v1/campaigns/lamps/purchases")
        self.refuses("sold", order, 409, fields, problem % (409, "sold"))
        self.refuses("price", order, 409, fields, problem % (409, "price_moved"))
        self.refuses("404 was expected", order, 404, fields, problem % (409, "unknown_campaign"))
        self.refuses("Retry-After", order, 503, {**fields, "retry-after": "soon"},
                     problem % (503, "busy"))

    def test_requests_that_should_not_have_been_accepted_are_found_out(self):
        json_type = {"content-type": "application/json"}
        me = {**json_type, "set-cookie": ""}
        name = '{"name":"anna\\n","password":"correct horse"}'
        new = DESCRIPTION.at("#/paths/~1v1~1accounts/post/responses/201/content/application~1json"
                             "/examples/new/value")
        account = str(new).replace("'", '"')
        for words, body in (("name", name), ("bytes", name.replace("\\n", "").replace(
                "correct ", "")), ("there is no body", None)):
            self.refuses(words, Asked("POST", "/v1/accounts", body, json_type), 201, me, account)
        self.refuses("query", Asked("GET", "/healthz?x=1"), 200, json_type, '{"status":"alive"}')


class Node(NodeCase):
    def setUp(self):
        super().setUp()
        self.seen = set()

    def described(self, asked, answered):
        operation = super().described(asked, answered)
        if isinstance(operation, Operation):
            self.seen.add((str(operation), answered.status))
        return operation

    def test_does_all_that_is_described(self):
        node = self.node()
        tokens = self.open_shop(node)
        self.sells(node, tokens)
        self.pays(node, tokens)
        self.follows(node)
        self.operates(node, tokens)
        self.ends(node, tokens)
        for path in ("/healthz", "/readyz", "/metrics", "/v1/openapi.yaml"):
            if self.ask_quietly(node, path):
                self.good_ask(200, node, "HEAD", path)
        wanted = {(str(each), int(status)) for each in DESCRIPTION.operations
                  for status in each.responses if status < "4"}
        missed = sorted(f"{name} {status}" for name, status in wanted - self.seen
                        if status not in NOT_HAD)
        self.assertEqual(missed, [], "described, and never seen")

    def ask_quietly(self, node, path):
        """Whether it is there at all; what is not is missed at the end, with all the others."""
        try:
            return self.ask(node, "GET", path).status == 200
        except AssertionError:
            return False

    def sells(self, node, tokens):
        ann, bob = tokens["ann"], tokens["bob"]
        hours = "/v1/campaigns/hours"
        self.good_ask(201, node, "POST", "/v1/campaigns",
                      {"id": "hours", "title": "Hours ☀", "slot_seconds": 3600, "capacity": 2,
                       "pricing": {"kind": "doubling", "floor": 1, "cooldown_seconds": 0},
                       "opens_at": "2026-01-31T12:00:00Z", "closes_at": "2999-01-31T12:00:00.5Z"},
                      token=ann)
        self.good_ask(200, node, "PATCH", hours, {"title": "H", "capacity": 3}, token=ann)
        for price in (1, 2):
            sale = self.ask(node, "POST", hours + "/purchases",
                            {"max_price": 9, "content": "\n🎂", "buyer": "bob"}, token=bob,
                            Idempotency_Key=new_key().upper())
            self.assertEqual((sale.status, sale.json()["price"]), (201, price), sale.text)
        self.wait_until(lambda: self.good_ask(200, node, "GET", "/v1/me", token=bob)
                        .json()["holds"] == [])
        self.wait_until(lambda: self.ask(node, "GET", hours + "/current").status == 200)
        self.wait_until(lambda: self.ask(node, "GET", hours + "/slots/2").status == 200)
        for path in ("", "?limit=1&after=", "?limit=200&after=hours"):
            self.good_ask(200, node, "GET", "/v1/campaigns" + path)
        for path in ("", "?after=1", "?after=9999"):
            self.good_ask(200, node, "GET", hours + "/receipts" + path)
        for path in ("", "?before=1", "?before=0"):
            self.good_ask(200, node, "GET", "/v1/me/purchases" + path, token=bob)

    def wait_until(self, is_so):
        """The books follow the answers."""
        began = time.monotonic()
        while not is_so():
            self.assertLess(time.monotonic() - began, PATIENCE_S)

    def pays(self, node, tokens):
        for name in ("deposits", "withdrawals"):
            payment = {"account": "bob", "amount": 5, "reference": "once"}
            for status in (201, 200):
                self.good_ask(status, node, "POST", f"/v1/{name}", payment, token=tokens["root"])
            self.good_ask(409, node, "POST", f"/v1/{name}", {**payment, "amount": 6},
                          token=tokens["root"])
            self.good_ask(404, node, "POST", f"/v1/{name}", {**payment, "account": "nobody"},
                          token=tokens["root"])
        self.good_ask(402, node, "POST", "/v1/withdrawals",
                      {"account": "bob", "amount": 2**63 - 1, "reference": "all"},
                      token=tokens["root"])
        self.good_ask(409, node, "POST", "/v1/deposits",
                      {"account": "bob", "amount": 2**63 - 1, "reference": "all"},
                      token=tokens["root"])
        self.good_ask(200, node, "GET", "/v1/me/earnings", token=tokens["ann"])
        for call in ("harvest", "resolve"):
            self.good_ask(200, node, "POST", f"/v1/me/{call}", token=tokens["ann"])

    def follows(self, node):
        lamps = "/v1/campaigns/lamps"
        tag = self.good_ask(200, node, "GET", lamps).fields["etag"]
        self.good_ask(304, node, "GET", lamps, If_None_Match=tag)
        connection = http.client.HTTPConnection(node.address, timeout=PATIENCE_S)
        connection.request("GET", lamps + "/events", headers={"Last-Event-ID": "0"})
        response = connection.getresponse()

        class Stream:
            status = response.status
            fields = {name.lower(): value for name, value in response.getheaders()}
            text = ""
        while "data: " not in Stream.text or not Stream.text.endswith("\n\n"):
            Stream.text += response.readline().decode()
        connection.close()
        self.described(Asked("GET", lamps + "/events", None, {"last-event-id": "0"}), Stream)

    def operates(self, node, tokens):
        root = tokens["root"]
        for path in ("/v1/accounts", "/v1/accounts?after=", "/v1/accounts?after=bob", "/v1/nodes"):
            self.good_ask(200, node, "GET", path, token=root)
            self.good_ask(403, node, "GET", path, token=tokens["ann"])
        self.good_ask(200, node, "GET", "/v1/audit", token=root)
        self.good_ask(202, node, "POST", "/v1/audit", token=root)
        self.wait_until(lambda: self.good_ask(200, node, "GET", "/v1/audit", token=root)
                        .json()["state"] == "done")

    def ends(self, node, tokens):
        for body in (None, {}):
            made = self.good_ask(201, node, "POST", "/v1/me/keys", body, token=tokens["bob"])
        self.good_ask(200, node, "GET", "/v1/me/keys", token=tokens["bob"])
        self.good_ask(204, node, "DELETE", "/v1/me/keys/" + made.json()["id"], token=tokens["bob"])
        changed = self.good_ask(200, node, "PUT", "/v1/me/password",
                                {"password": PASSWORD, "new_password": PASSWORD[::-1]},
                                token=tokens["bob"])
        self.good_ask(204, node, "DELETE", "/v1/sessions", token=changed.json()["token"])

    def test_refuses_in_described_words(self):
        node = self.node()
        tokens = self.open_shop(node)
        self.good_ask(409, node, "POST", "/v1/accounts", {"name": "bob", "password": PASSWORD})
        for closed, code in (({"opens_at": "2999-01-01T00:00:00Z"}, "not_open"),
                             ({"capacity": 1}, "sold_out")):
            name = code.replace("_", "-")
            self.good_ask(201, node, "POST", "/v1/campaigns",
                          {"id": name, "pricing": {"kind": "fixed", "price": 0}, **closed},
                          token=tokens["ann"])
            answers = [self.ask(node, "POST", f"/v1/campaigns/{name}/purchases", {"max_price": 0},
                                token=tokens["bob"], Idempotency_Key=new_key()) for _ in range(2)]
            self.assertEqual(answers[-1].json()["code"], code)
            self.good_ask(200, node, "GET", f"/v1/campaigns/{name}")
        for path in ("/v1/campaigns?limit=0", "/v1/campaigns?after=_", "/v1/campaigns?after=%zz",
                     "/v1/campaigns/lamps/receipts?after=-1", "/v1/campaigns/lamps/slots/x"):
            self.good_ask(400, node, "GET", path)
        for rest in ("", "/events", "/receipts", "/slots/1", "/current"):
            self.good_ask(404, node, "GET", "/v1/campaigns/none" + rest)
        self.good_ask(414, node, "GET", "/" + "x" * 2048)
        self.good_ask(413, node, "POST", "/v1/accounts", "x" * 17_000)
        for method in ("PUT", "POST", "OPTIONS"):
            self.good_ask(405, node, method, "/v1/campaigns/lamps")

    def test_answers_its_own_description(self):
        self.assertEqual(self.good_ask(200, self.node(), "GET", "/v1/openapi.yaml").text,
                         DESCRIPTION.text)


if __name__ == "__main__":
    unittest.main()
