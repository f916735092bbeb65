"""People, their keys and passwords, and for whom a purchase is meant."""
# SPDX-License-Identifier: Apache-2.0
import json
import time
import unittest

from node_case import PASSWORD, NodeCase, new_key

KEYS_MAX = 16
KEYS = "/v1/me/keys"
NEW_PASSWORD = "battery staple"


class PeopleCase(NodeCase):
    def make_key(self, node, token):
        return self.good_ask(201, node, "POST", KEYS, token=token).json()

    def listed(self, node, token):
        return [each["id"] for each in
                self.good_ask(200, node, "GET", KEYS, token=token).json()["keys"]]

    def refused(self, answered, status, code):
        self.assertEqual((answered.status, answered.json()["code"]), (status, code), answered.text)
        detail = answered.json()["detail"]
        self.assertNotIn("\n", detail)
        return detail

    def change(self, node, token, old=PASSWORD, new=NEW_PASSWORD):
        return self.ask(node, "PUT", "/v1/me/password", {"password": old, "new_password": new},
                        token=token)

    def log_in(self, node, name, password):
        return self.ask(node, "POST", "/v1/sessions", {"name": name, "password": password})

    def access(self, name):
        return json.loads(self.document(f"access/{name}"))


class Keys(PeopleCase):
    def test_are_listed_newest_last_and_without_their_tokens(self):
        nodes = [self.node() for _ in range(2)]
        token = self.person(nodes[0], "bob")
        self.assertEqual(self.listed(nodes[0], token), [])
        made = [self.make_key(node, token) for node in nodes]
        for node in nodes:
            answer = self.good_ask(200, node, "GET", KEYS, token=token)
            self.assertEqual([each["id"] for each in answer.json()["keys"]],
                             [each["id"] for each in made])
            for each in made:
                self.assertNotIn(each["key"], answer.text)
        self.assertEqual(self.listed(nodes[1], made[0]["key"]), [each["id"] for each in made])
        self.assertEqual(self.listed(nodes[0], self.person(nodes[0], "ann")), [])
        self.good_ask(401, nodes[0], "GET", KEYS)

    def test_end_when_deleted_and_leave_the_list(self):
        nodes = [self.node() for _ in range(2)]
        token = self.person(nodes[0], "bob")
        kept, gone = [self.make_key(nodes[0], token) for _ in range(2)]
        for node in nodes:
            self.good_ask(200, node, "GET", "/v1/me", token=gone["key"])
        self.good_ask(204, nodes[0], "DELETE", f"{KEYS}/{gone['id']}", token=token)
        time.sleep(0.15)
        for node in nodes:
            self.good_ask(401, node, "GET", "/v1/me", token=gone["key"])
            self.good_ask(200, node, "GET", "/v1/me", token=kept["key"])
        self.assertEqual(self.listed(nodes[1], token), [kept["id"]])
        self.good_ask(204, nodes[1], "DELETE", f"{KEYS}/{gone['id']}", token=token)
        self.good_ask(404, nodes[1], "DELETE", f"{KEYS}/{new_id()}", token=token)

    def test_have_a_bound(self):
        node = self.node()
        token = self.person(node, "bob")
        made = [self.make_key(node, token)["id"] for _ in range(KEYS_MAX)]
        full = self.ask(node, "POST", KEYS, token=token)
        self.assertIn(str(KEYS_MAX), self.refused(full, 409, "too_many_keys"))
        self.assertEqual(self.listed(node, token), made)
        self.good_ask(204, node, "DELETE", f"{KEYS}/{made[3]}", token=token)
        made = made[:3] + made[4:] + [self.make_key(node, token)["id"]]
        self.assertEqual(self.listed(node, token), made)

    def test_make_no_keys_and_change_no_password(self):
        node = self.node()
        token = self.person(node, "bob")
        key = self.make_key(node, token)
        self.assertIn("log in", self.refused(self.ask(node, "POST", KEYS, token=key["key"]),
                                             403, "session_only"))
        self.refused(self.change(node, key["key"]), 403, "session_only")
        self.assertEqual(self.listed(node, token), [key["id"]])
        self.assertEqual(self.log_in(node, "bob", PASSWORD).status, 201)

    def test_may_end_themselves(self):
        node = self.node()
        token = self.person(node, "bob")
        key = self.make_key(node, token)
        self.good_ask(204, node, "DELETE", "/v1/sessions", token=key["key"])
        time.sleep(0.15)
        self.good_ask(401, node, "GET", "/v1/me", token=key["key"])
        self.assertEqual(self.listed(node, token), [])

    def test_that_are_not_listed_can_be_deleted(self):
        """As they were made before there were lists."""
        node = self.node()
        token = self.person(node, "bob")
        key = self.make_key(node, token)
        document = json.loads(self.document(f"session/{key['id']}"))
        del document["generation"]
        self.scribble(f"session/{key['id']}", json.dumps(document).encode())
        self.scribble("access/bob", b'{"v":1,"generation":0,"keys":[]}')
        time.sleep(0.15)
        self.good_ask(200, node, "GET", "/v1/me", token=key["key"])
        self.good_ask(204, node, "DELETE", f"{KEYS}/{key['id']}", token=token)
        time.sleep(0.15)
        self.good_ask(401, node, "GET", "/v1/me", token=key["key"])

    def test_that_were_never_finished_can_be_deleted(self):
        """As a crash between the list and the key leaves one; it must not come afterwards."""
        node = self.node()
        token = self.person(node, "bob")
        unborn = new_id()
        access = {"v": 1, "generation": 0, "keys": [{"id": unborn, "created_at": 1}]}
        self.scribble("access/bob", json.dumps(access).encode())
        self.assertEqual(self.listed(node, token), [unborn])
        self.good_ask(204, node, "DELETE", f"{KEYS}/{unborn}", token=token)
        self.assertEqual(self.listed(node, token), [])
        self.assertEqual(json.loads(self.document(f"session/{unborn}"))["ended"], 1)

    def test_that_cannot_be_read_are_left_alone(self):
        node = self.node()
        token = self.person(node, "bob")
        key = {"id": new_id(), "created_at": 1}
        for wrong in ({"v": 2}, {"generation": -1}, {"keys": [{**key, "id": "x"}]},
                      {"keys": [key] * (KEYS_MAX + 1)}, {"keys": [{**key, "more": 1}]}):
            access = json.dumps({"v": 1, "generation": 0, "keys": [key], **wrong}).encode()
            self.scribble("access/bob", access)
            time.sleep(0.15)
            broken = self.ask(node, "GET", "/v1/me", token=token)
            self.assertIn("access/bob", self.refused(broken, 500, "books_unreadable"))
            self.assertEqual(self.document("access/bob"), access)


def new_id():
    """A digest that no token has."""
    return "A" * 26 + new_key().replace("-", "")[-16:] + "A"


class Passwords(PeopleCase):
    def test_a_change_ends_every_session_but_no_key(self):
        nodes = [self.node() for _ in range(2)]
        before = self.person(nodes[0], "bob")
        elsewhere = self.log_in(nodes[1], "bob", PASSWORD).json()["token"]
        ann = self.person(nodes[0], "ann")
        key = self.make_key(nodes[0], before)["key"]
        for token in (before, elsewhere, key):
            self.good_ask(200, nodes[1], "GET", "/v1/me", token=token)
        changed = self.change(nodes[0], before)
        self.assertEqual(changed.status, 200, changed.text)
        fresh = changed.json()["token"]
        self.assertIn(fresh, changed.fields["set-cookie"])
        for node in nodes:  # at once
            self.good_ask(200, node, "GET", "/v1/me", token=fresh)
        time.sleep(0.15)
        for node in nodes:
            for token in (before, elsewhere):
                self.good_ask(401, node, "GET", "/v1/me", token=token)
            for token in (fresh, key, ann):
                self.good_ask(200, node, "GET", "/v1/me", token=token)
        self.refused(self.log_in(nodes[1], "bob", PASSWORD), 401, "wrong_credentials")
        again = self.log_in(nodes[1], "bob", NEW_PASSWORD).json()["token"]
        for node in nodes:
            self.good_ask(200, node, "GET", "/v1/me", token=again)
        self.assertTrue(self.audit()["sound"])

    def test_a_change_asked_again_goes_on(self):
        node = self.node()
        token = self.person(node, "bob")
        first = self.change(node, token).json()["token"]
        again = self.change(node, first)
        self.assertEqual(again.status, 200, again.text)
        self.assertEqual(self.access("bob")["generation"], 2)
        time.sleep(0.15)
        self.good_ask(401, node, "GET", "/v1/me", token=first)
        self.good_ask(200, node, "GET", "/v1/me", token=again.json()["token"])
        self.assertEqual(self.log_in(node, "bob", NEW_PASSWORD).status, 201)

    def test_a_change_that_stopped_half_way_is_finished_by_the_same_request(self):
        """The hash is changed, and the sessions have not ended."""
        node = self.node()
        before = self.person(node, "bob")
        token = self.change(node, before).json()["token"]
        access = self.document("access/bob")
        self.scribble("access/bob", b'{"v":1,"generation":0,"keys":[]}')
        time.sleep(0.15)
        self.good_ask(200, node, "GET", "/v1/me", token=before)
        self.assertEqual(self.change(node, before).status, 200)
        self.assertEqual(self.document("access/bob"), access)
        time.sleep(0.15)
        self.good_ask(401, node, "GET", "/v1/me", token=before)
        self.good_ask(200, node, "GET", "/v1/me", token=token)

    def test_a_session_of_before_there_were_generations_counts_until_a_change(self):
        node = self.node()
        token = self.person(node, "bob")
        key = next(line for line in self.dump().decode().split() if line.startswith("session/"))
        document = json.loads(self.document(key))
        self.assertEqual(document.pop("generation"), 0)
        self.scribble(key, json.dumps(document).encode())
        time.sleep(0.15)
        self.good_ask(200, node, "GET", "/v1/me", token=token)
        self.assertEqual(self.change(node, token).status, 200)
        time.sleep(0.15)
        self.good_ask(401, node, "GET", "/v1/me", token=token)

    def test_a_new_one_has_the_bounds_of_the_first(self):
        node = self.node()
        token = self.person(node, "bob")
        for new in ("short12", "x" * 257, None, 12345678):
            refused = self.change(node, token, new=new)
            self.assertIn("new_password", self.refused(refused, 400, "bad_request"))
        for body in ({"password": PASSWORD}, {"new_password": NEW_PASSWORD}, None):
            self.assertIn(self.ask(node, "PUT", "/v1/me/password", body, token=token).status,
                          (400, 415))
        self.good_ask(401, node, "PUT", "/v1/me/password",
                      {"password": PASSWORD, "new_password": NEW_PASSWORD})
        self.assertEqual(self.log_in(node, "bob", PASSWORD).status, 201)

    def test_guesses_are_slowed_down_as_at_a_login(self):
        node = self.node()
        token = self.person(node, "bob")
        ann = self.person(node, "ann")
        for guess in ("wrong horse 1", "wrong horse 2"):  # two each: old and new are wrong
            self.refused(self.change(node, token, guess, "also wrong"), 401, "wrong_credentials")
        self.refused(self.log_in(node, "bob", "wrong horse"), 401, "wrong_credentials")
        self.refused(self.change(node, token), 429, "too_many_attempts")
        self.refused(self.log_in(node, "bob", PASSWORD), 429, "too_many_attempts")
        self.assertEqual(self.change(node, ann).status, 200)
        time.sleep(1.1)
        self.assertEqual(self.change(node, token).status, 200)
        self.assertEqual(self.log_in(node, "bob", NEW_PASSWORD).status, 201)


class Buyers(PeopleCase):
    def test_another_one_buys_nothing_and_leaves_the_key_free(self):
        node = self.node()
        tokens = self.open_shop(node)
        key = new_key()
        for token in (tokens["bob"], self.make_key(node, tokens["bob"])["key"]):
            other = self.buy_at(node, token, key, buyer="ann")
            detail = self.refused(other, 409, "other_buyer")
            self.assertIn("`ann`", detail)
        me = self.good_ask(200, node, "GET", "/v1/me", token=tokens["bob"]).json()
        self.assertEqual((me["balance"], me["spendable"], me["holds"]), (1000, 1000, []))
        self.assertEqual(self.good_ask(200, node, "GET", "/v1/campaigns/lamps").json()["tip"]
                         ["slot"], 0)
        sales = [self.buy_at(node, tokens["bob"], key, **more)
                 for more in ({"buyer": "bob"}, {"buyer": "bob"}, {})]
        self.assertEqual([sale.status for sale in sales], [201] * 3)
        self.assertEqual([sale.json()["repeated"] for sale in sales], [False, True, True])
        self.assertEqual({sale.json()["slot"] for sale in sales}, {1})
        self.refused(self.buy_at(node, tokens["bob"], key, buyer="ann"), 409, "other_buyer")
        self.assertIn("buyer", self.refused(
            self.buy_at(node, tokens["bob"], buyer="Bob"), 400, "bad_request"))
        self.assertEqual(self.account("bob")["spendable"], 960)
        self.assertTrue(self.audit()["sound"])


if __name__ == "__main__":
    unittest.main()
