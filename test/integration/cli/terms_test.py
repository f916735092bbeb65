"""Owners change the terms of their campaigns, on the store and at nodes."""
# SPDX-License-Identifier: Apache-2.0
import os
import time
import unittest

from remote_case import REFUSED, UNDECIDED, USAGE, RemoteCase

CHANGE = ("campaign", "change", "lamps")


class TermsCase(RemoteCase):
    def shown(self, *nodes):
        """The campaign as the store and each of these nodes show it, which is the same."""
        time.sleep(0.15)  # known everywhere within 100 ms
        shown = [self.good("campaign", "show", "lamps", "--json").json(),
                 *(self.good_at([node], "campaign", "show", "lamps", "--json").json()
                   for node in nodes)]
        for campaign in shown:
            del campaign["as_of"]
            self.assertEqual(campaign, shown[0])
        return shown[0]


class Changes(TermsCase):
    def test_change_what_they_name_and_nothing_else(self):
        nodes = [self.node(), self.node()]
        token = self.open_shop(nodes[0])["ann"]
        at_nodes = lambda *words: self.good_at(nodes, *CHANGE, *words, token=token)
        on_store = lambda *words: self.good(*CHANGE, "--owner", "ann", *words)
        before = self.shown(*nodes)
        for change in (at_nodes, on_store):
            for words, terms in (
                    (("--title", "Lamps \u00e4"), {"title": "Lamps \u00e4"}),
                    (("--title", ""), {"title": ""}),
                    (("--price", 39), {"pricing": {"kind": "fixed", "price": 39}, "price": 39}),
                    (("--floor", 7, "--cooldown", 60),
                     {"pricing": {"kind": "doubling", "floor": 7, "cooldown_seconds": 60},
                      "price": 7}),
                    (("--price", 40), {"pricing": before["pricing"], "price": 40}),
                    (("--closes-at", "2126-01-31T12:00:00Z"),
                     {"closes_at": "2126-01-31T12:00:00.000Z"}),
                    (("--closes-at", "none"), {"closes_at": None})):
                said = change(*words)
                self.assertEqual(said.out, self.good("campaign", "show", "lamps").out)
                before = {**before, **terms}
                self.assertEqual(self.shown(*nodes), before, words)
        self.assertEqual(at_nodes("--title", "L", "--json").json()["title"], "L")
        self.assertEqual(on_store("--title", "M", "--json").json()["title"], "M")

    def test_a_capacity_can_only_grow(self):
        node = self.node()
        tokens = self.open_shop(node)
        self.good_at([node], "campaign", "create", "beds", "--price", 1, "--capacity", 2,
                     token=tokens["ann"])
        beds = ("campaign", "change", "beds")
        self.good_at([node], *beds, "--capacity", 3, "--owner", "ann", token=tokens["ann"])
        self.said(self.at([node], *beds, "--capacity", 2, token=tokens["ann"]), USAGE, "capacity",
                  "3 now")
        self.said(self.posse(*beds, "--capacity", 2, "--owner", "ann"), USAGE, "capacity", "3 now")
        self.good(*beds, "--capacity", "none", "--owner", "ann")
        shown = self.good("campaign", "show", "beds", "--json").json()
        self.assertIsNone(shown["capacity"])


class Refusals(TermsCase):
    def test_only_owners_change_what_is_there(self):
        node = self.node()
        tokens = self.open_shop(node)
        before = self.shown(node)
        title = ("--title", "mine")
        self.said(self.at([node], *CHANGE, *title, token=tokens["bob"]), REFUSED, "not_the_owner")
        self.said(self.at([node], *CHANGE, *title, token=tokens["root"]), REFUSED, "not_the_owner")
        self.said(self.posse(*CHANGE, *title, "--owner", "bob"), REFUSED, "not_the_owner")
        self.said(self.at([node], *CHANGE, *title, "--owner", "ann", token=tokens["bob"]), USAGE,
                  "--owner", "`ann`", "`bob`")
        self.said(self.at([node], *CHANGE, *title), REFUSED, "unauthorized")
        beds = ("campaign", "change", "beds", *title)
        self.said(self.at([node], *beds, token=tokens["ann"]), REFUSED, "unknown_campaign")
        self.said(self.posse(*beds, "--owner", "ann"), REFUSED, "unknown_campaign")
        self.assertEqual(self.shown(node), before)

    def test_bad_words_are_told_before_anybody_is_asked(self):
        node = self.fake(b"")
        for words, part in (((), "--title"), (("--price", -1), "--price"), (("--price", ""), "--"),
                            (("--price", 1, "--floor", 1, "--cooldown", 1), "either --price"),
                            (("--floor", 5), "--cooldown"), (("--cooldown", 5), "either --price"),
                            (("--price", 1, "--cooldown", 5), "--cooldown"),
                            (("--floor", 0, "--cooldown", 5), "from 1 to"),
                            (("--floor", 1, "--cooldown", 315360001), "315360000"),
                            (("--capacity", 0), "from 1 to"), (("--capacity", "no"), "--capacity"),
                            (("--closes-at", "never"), "2026-01-31T12:00:00Z")):
            self.said(self.at([node], *CHANGE, *words), USAGE, part)
            self.said(self.posse(*CHANGE, "--owner", "ann", *words), USAGE, part)
        self.said(self.posse(*CHANGE, "--title", "x"), USAGE, "--owner")
        self.said(self.at([node], "campaign", "change", "Lamps", "--title", "x"), USAGE, "ID")
        self.assertEqual(node.asked, [])

    def test_a_change_is_asked_once(self):
        """Again, it could undo what somebody else has changed since."""
        silent, other = self.fake(b""), self.fake(b"")
        ran = self.at([silent, other], *CHANGE, "--title", "x", "--patience", 1)
        self.said(ran, UNDECIDED, "look at the campaign")
        self.assertEqual((len(silent.asked), len(other.asked)), (1, 0))


if __name__ == "__main__":
    os.environ.pop("POSSE_NODE", None)
    unittest.main()
