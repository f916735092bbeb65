"""The node as people and their programs use it: over HTTP, on a real store."""
# SPDX-License-Identifier: Apache-2.0
import http.client
import json
import signal
import threading
import time
import unittest

from node_case import NodeCase, new_key


class Events:
    """Follows a campaign; `seen` has each event's data with the moment it came."""

    def __init__(self, node, **fields):
        self.seen = []
        self.ended = threading.Event()
        self.connection = http.client.HTTPConnection(node.address, timeout=20)
        self.connection.request("GET", "/v1/campaigns/lamps/events",
                                headers={n.replace("_", "-"): v for n, v in fields.items()})
        self.response = self.connection.getresponse()
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        try:
            for line in self.response:
                if line.startswith(b"data: "):
                    self.seen.append((time.monotonic(), json.loads(line[6:])))
        except (OSError, http.client.HTTPException, ValueError):
            pass
        self.ended.set()

    def wait_for(self, entry, patience_s=5):
        began = time.monotonic()
        while time.monotonic() - began < patience_s:
            for moment, data in self.seen:
                if data["head"]["entry"] >= entry:
                    return moment
            time.sleep(0.005)
        raise AssertionError(f"entry {entry} does not come: {self.seen}")


class Session(NodeCase):
    def test_a_shop_from_sign_up_to_log_out(self):  # S9 S11 S16
        node = self.node()
        tokens = self.open_shop(node)
        key = new_key()
        sale = self.buy_at(node, tokens["bob"], key, content="hello")
        self.assertEqual(sale.status, 201, sale.text)
        self.assertEqual((sale.json()["slot"], sale.json()["price"]), (1, 40))
        me = self.good_ask(200, node, "GET", "/v1/me", token=tokens["bob"]).json()
        self.assertEqual((me["name"], me["spendable"]), ("bob", 960))
        self.settled(node, tokens["bob"])
        self.harvested(node, tokens["ann"], 40)
        line = self.good_ask(200, node, "GET", "/v1/campaigns/lamps/receipts").json()["receipts"][0]
        self.assertEqual(line["lines"][0]["buyer"], "bob")
        self.good_ask(204, node, "DELETE", "/v1/sessions", token=tokens["bob"])
        time.sleep(0.15)  # it has ended everywhere within 100 ms
        self.good_ask(401, node, "GET", "/v1/me", token=tokens["bob"])
        self.assertTrue(self.audit()["sound"])

    def test_looks_up_what_is_sold(self):
        node = self.node()
        tokens = self.open_shop(node, funds=10_000)
        for number in range(1, 41):
            sale = self.buy_at(node, tokens["bob"], content=f"number {number}")
            self.assertEqual(sale.status, 201, sale.text)
        self.settled(node, tokens["bob"])
        self.harvested(node, tokens["ann"], 1600)
        slots = "/v1/campaigns/lamps/slots/"
        for number in (1, 17, 40):
            slot = self.good_ask(200, node, "GET", f"{slots}{number}").json()
            self.assertEqual((slot["slot"], slot["content"]), (number, f"number {number}"))
        self.assertEqual(self.good_ask(404, node, "GET", slots + "41").json()["code"], "unsold")
        self.good_ask(400, node, "GET", slots + "0")
        current = self.good_ask(404, node, "GET", "/v1/campaigns/lamps/current").json()
        self.assertEqual(current["code"], "nothing_on_show")
        bought, query = [], ""
        while query is not None:
            page = self.good_ask(200, node, "GET", "/v1/me/purchases" + query,
                                 token=tokens["bob"]).json()
            bought += [slot["slot"] for slot in page["purchases"]]
            query = None if page["next"] is None else f"?before={page['next']}"
        self.assertEqual(bought, list(range(40, 0, -1)))
        self.good_ask(401, node, "GET", "/v1/me/purchases")

    def test_shows_the_slot_of_the_moment(self):
        node = self.node()
        tokens = self.open_shop(node)
        self.good_ask(201, node, "POST", "/v1/campaigns",
                      {"id": "hours", "pricing": {"kind": "fixed", "price": 1},
                       "slot_seconds": 3600}, token=tokens["ann"])
        for _ in range(2):
            self.good_ask(201, node, "POST", "/v1/campaigns/hours/purchases", {"max_price": 1},
                          token=tokens["bob"], Idempotency_Key=new_key())
        self.settled(node, tokens["bob"])
        self.harvested(node, tokens["ann"], 2)
        current = self.good_ask(200, node, "GET", "/v1/campaigns/hours/current").json()
        self.assertEqual(current["slot"], 1)

    def test_changes_a_campaign_for_its_owner_only(self):
        nodes = [self.node() for _ in range(2)]
        tokens = self.open_shop(nodes[0])
        lamps = "/v1/campaigns/lamps"
        change = {"pricing": {"kind": "fixed", "price": 41}, "title": "Lamps"}
        self.good_ask(403, nodes[0], "PATCH", lamps, change, token=tokens["bob"])
        self.good_ask(401, nodes[0], "PATCH", lamps, change)
        self.good_ask(400, nodes[0], "PATCH", lamps, {"capacity": 5}, token=tokens["ann"])
        self.good_ask(400, nodes[0], "PATCH", lamps, {"owner": "bob"}, token=tokens["ann"])
        self.assertEqual(self.buy_at(nodes[1], tokens["bob"]).status, 201)
        changed = self.good_ask(200, nodes[0], "PATCH", lamps, change, token=tokens["ann"]).json()
        self.assertEqual((changed["price"], changed["title"]), (41, "Lamps"))
        time.sleep(0.15)
        moved = self.buy_at(nodes[1], tokens["bob"])
        self.assertEqual((moved.status, moved.json()["price"]), (409, 41))
        self.assertEqual(self.buy_at(nodes[1], tokens["bob"], max_price=41).status, 201)
        self.settled(nodes[1], tokens["bob"])
        self.assertTrue(self.audit()["sound"])

    def test_takes_an_end_away_but_never_sets_one(self):
        node = self.node()
        ann = self.open_shop(node)["ann"]
        self.good_ask(201, node, "POST", "/v1/campaigns",
                      {"id": "few", "pricing": {"kind": "fixed", "price": 1}, "capacity": 3,
                       "closes_at": "2099-01-01T00:00:00Z"}, token=ann)
        few = "/v1/campaigns/few"
        self.good_ask(400, node, "PATCH", few, {"capacity": 2}, token=ann)
        endless = self.good_ask(200, node, "PATCH", few, {"capacity": None, "closes_at": None},
                                token=ann).json()
        self.assertEqual((endless["capacity"], endless["closes_at"]), (None, None))
        self.good_ask(400, node, "PATCH", few, {"capacity": 3}, token=ann)
        self.good_ask(400, node, "PATCH", few, {"title": None}, token=ann)

    def test_keys_are_for_programs_and_end_when_asked(self):
        node = self.node()
        tokens = self.open_shop(node)
        made = self.good_ask(201, node, "POST", "/v1/me/keys", token=tokens["bob"]).json()
        self.assertEqual(self.buy_at(node, made["key"]).status, 201)
        mine = "/v1/me/keys/" + made["id"]
        self.good_ask(404, node, "DELETE", mine, token=tokens["ann"])
        self.good_ask(404, node, "DELETE", mine + "x", token=tokens["bob"])
        self.good_ask(204, node, "DELETE", mine, token=tokens["bob"])
        time.sleep(0.15)
        self.good_ask(401, node, "GET", "/v1/me", token=made["key"])

    def settled(self, node, token):
        """Waits until the books have what was sold: they are settled behind the answer."""
        began = time.monotonic()
        while time.monotonic() - began < 5:
            me = self.good_ask(200, node, "GET", "/v1/me", token=token).json()
            if me["holds"] == [] and me["balance"] == me["spendable"]:
                return
            self.assertIn("being decided", me["pending"])
        self.fail(me)

    def harvested(self, node, token, balance):
        """The head, up to which sellers are paid, follows the books."""
        began = time.monotonic()
        while time.monotonic() - began < 5:
            harvest = self.good_ask(200, node, "POST", "/v1/me/harvest", token=token).json()
            if harvest["balance"] == balance:
                return
        self.fail(harvest)

    def test_a_key_gets_one_answer_on_every_node(self):  # I10
        nodes = [self.node() for _ in range(3)]
        token = self.open_shop(nodes[0])["bob"]
        key = new_key()
        answers = [self.buy_at(node, token, key) for node in nodes]
        self.assertEqual([answer.status for answer in answers], [201] * 3)
        self.assertEqual({answer.json()["intent"] for answer in answers},
                         {answers[0].json()["intent"]})
        reused = self.buy_at(nodes[1], token, key, content="another order")
        self.assertEqual((reused.status, reused.json()["code"]), (409, "key_reused"))
        self.settled(nodes[2], token)
        self.assertEqual(self.account("bob")["balance"], 960)

    def test_shows_a_sale_of_another_node_at_once(self):  # S1 S2
        nodes = [self.node() for _ in range(2)]
        token = self.open_shop(nodes[0])["bob"]
        events = Events(nodes[1])
        events.wait_for(0)
        delays = []
        for entry in range(1, 9):
            self.assertEqual(self.buy_at(nodes[0], token).status, 201)
            sold = time.monotonic()
            delays.append(events.wait_for(entry) - sold)
        print("events came after", " ".join(f"{1000 * each:.0f}" for each in delays), "ms")
        self.assertLess(sorted(delays)[4], 0.25)

    def test_goes_on_where_an_event_stream_ended(self):
        node = self.node()
        token = self.open_shop(node)["bob"]
        self.assertEqual(self.buy_at(node, token).status, 201)
        Events(node).wait_for(1)
        again = Events(node, Last_Event_ID="1")
        again.wait_for(1)
        self.assertEqual([data["head"]["entry"] for _, data in again.seen], [1])

    def test_answers_with_a_tag_until_something_changes(self):
        node = self.node()
        token = self.open_shop(node)["bob"]
        first = self.good_ask(200, node, "GET", "/v1/campaigns/lamps")
        tag = first.fields["etag"]
        same = self.good_ask(304, node, "GET", "/v1/campaigns/lamps", If_None_Match=tag)
        self.assertEqual((same.text, same.fields["etag"]), ("", tag))
        for tags in ("*", f'"other", {tag}', tag.removeprefix("W/")):
            self.good_ask(304, node, "GET", "/v1/campaigns/lamps", If_None_Match=tags)
        for tags in ("", "lamps", '"other"', f"{tag[:-1]}0\""):
            self.good_ask(200, node, "GET", "/v1/campaigns/lamps", If_None_Match=tags)
        self.assertEqual(self.buy_at(node, token).status, 201)
        time.sleep(0.3)
        self.good_ask(200, node, "GET", "/v1/campaigns/lamps", If_None_Match=tag)

    def test_reads_names_of_schemes_and_types_without_case(self):
        node = self.node()
        token = self.open_shop(node)["bob"]
        self.good_ask(200, node, "GET", "/v1/me", Authorization=f"bearer {token}")
        self.good_ask(401, node, "GET", "/v1/me", Authorization=f"Basic {token}")
        for media, status in (("Application/JSON ; charset=utf-8", 201), ("text/json", 415)):
            sale = self.buy_at_with(node, token, media)
            self.assertEqual(sale.status, status, (media, sale.text))

    def buy_at_with(self, node, token, media):
        return self.ask(node, "POST", "/v1/campaigns/lamps/purchases", {"max_price": 40},
                        token=token, Idempotency_Key=new_key(), Content_Type=media)

    def test_tells_what_a_stream_is_without_opening_it(self):
        node = self.node()
        self.open_shop(node)
        head = self.good_ask(200, node, "HEAD", "/v1/campaigns/lamps/events")
        self.assertEqual(head.fields["content-type"], "text/event-stream")
        self.assertNotIn("content-length", head.fields)
        self.assertEqual(head.text, "")

    def test_ends_when_asked_and_ends_its_streams(self):
        node = self.node()
        self.open_shop(node)
        events = Events(node)
        events.wait_for(0)
        idle = http.client.HTTPConnection(node.address, timeout=10)
        idle.connect()
        began = time.monotonic()
        node.send_signal(signal.SIGTERM)
        self.assertEqual(node.wait(timeout=10), 0)
        self.assertLess(time.monotonic() - began, 2)
        self.assertTrue(events.ended.wait(2))
        idle.close()

    def test_a_taken_port_is_one_sentence(self):
        node = self.node()
        second = self.posse("node", "--listen", node.address)
        self.assertEqual(second.code, 3, second.err)
        self.assertIn(node.address, second.err)
        self.assertEqual(second.err.count("\n"), 1)


class Kills(NodeCase):
    def test_no_sale_is_lost_or_made_twice_while_nodes_are_killed(self):  # S4 S10 I1 I10
        nodes = [self.node() for _ in range(3)]
        tokens = self.open_shop(nodes[0], funds=10_000_000)
        people = [tokens["bob"]] * 6
        until = time.monotonic() + 12
        told = {}

        def shop(number, token):
            turn = number
            while time.monotonic() < until:
                key = new_key()
                while True:  # the same order, on any node, until it is answered
                    turn += 1
                    try:
                        answer = self.buy_at(nodes[turn % 3], token, key)
                    except (OSError, http.client.HTTPException):
                        time.sleep(0.02)
                        continue
                    if answer.status == 201:
                        told[key] = answer.json()["slot"]
                    if answer.status not in (202, 429, 503):
                        break
                    time.sleep(0.02)

        threads = [threading.Thread(target=shop, args=each) for each in enumerate(people)]
        for thread in threads:
            thread.start()
        kills = 0
        while time.monotonic() < until - 1:
            time.sleep(1)
            victim = kills % 3
            nodes[victim].kill()
            nodes[victim].wait()
            nodes[victim] = self.node(nodes[victim].address)
            kills += 1
        for thread in threads:
            thread.join(60)
        for node in nodes:
            node.send_signal(signal.SIGTERM)
            self.assertEqual(node.wait(timeout=10), 0)
        print(kills, "kills,", len(told), "purchases acknowledged")
        self.assertGreaterEqual(kills, 5)
        self.assertGreater(len(told), 50)
        self.assertEqual(len(set(told.values())), len(told), "a slot was sold twice")
        self.good("patrol", "--once")
        sold = self.good("campaign", "show", "lamps", "--json").json()["tip"]["slot"]
        self.assertEqual(sold, len(told))
        self.assertEqual(self.account("bob")["balance"], 10_000_000 - 40 * sold)
        self.assertTrue(self.audit()["sound"])


if __name__ == "__main__":
    unittest.main()
