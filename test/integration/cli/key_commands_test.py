"""Tokens for programs, made, listed and deleted from the command line."""
# SPDX-License-Identifier: Apache-2.0
import os
import time
import unittest

from remote_case import REFUSED, UNDECIDED, UNREACHABLE, USAGE, RemoteCase, answer

UNKNOWN = "A" * 43


class Keys(RemoteCase):
    def places(self, node):
        """Ways to speak of bob's keys: at a node, and on the store."""
        token = self.open_shop(node)["bob"]
        return [lambda *words: self.at([node], *words, token=token),
                lambda *words: self.posse(*words, "--as", "bob")]

    def good_key(self, place, *words):
        ran = place("key", *words)
        self.assertEqual((ran.code, ran.err), (0, ""), (words, ran.out))
        return ran

    def ids(self, place):
        return [line.split()[0] for line in self.good_key(place, "list").out.splitlines()]

    def test_made_here_they_are_listed_there_and_work_until_they_are_deleted(self):
        node = self.node()
        places = self.places(node)
        for place in places:
            self.assertEqual(self.good_key(place, "list").out, "no keys\n")
        tokens = []
        for place in places:
            token = self.good_key(place, "create").out
            self.assertRegex(token, r"\A[A-Za-z0-9_-]{43}\n\Z")
            tokens.append(token.strip())
            shown = self.good_at([node], "account", "show", token=tokens[-1])
            self.assertIn("bob (person)", shown.out)
        ids = self.ids(places[0])
        self.assertEqual((ids, len(ids)), (self.ids(places[1]), 2))
        self.assertRegex(self.good_key(places[0], "list").out,
                         rf"\A{ids[0]} made 20\d\d-\S+Z\n{ids[1]} made 20\d\d-\S+Z\n\Z")
        for place, gone, kept in zip(places, ids, (ids[1:], ["no"])):
            self.assertEqual(self.good_key(place, "delete", gone).out, "")
            self.assertEqual(self.ids(places[0]), kept)
            self.assertEqual(self.ids(places[1]), kept)
        time.sleep(0.15)
        for token in tokens:
            self.said(self.at([node], "account", "show", token=token), REFUSED, "unauthorized")

    def test_as_json(self):
        for place in self.places(self.node()):
            before = [each["id"] for each in self.good_key(place, "list", "--json").json()["keys"]]
            made = self.good_key(place, "create", "--json").json()
            self.assertEqual(set(made), {"id", "key"})
            listed = self.good_key(place, "list", "--json").json()["keys"]
            self.assertEqual([each["id"] for each in listed], before + [made["id"]])
            self.assertEqual(set(listed[0]), {"id", "created_at"})

    def test_what_is_refused_and_changes_nothing(self):
        node = self.node()
        token = self.open_shop(node)["ann"]
        key = self.good_at([node], "key", "create", token=token).out.strip()
        mine = self.good_at([node], "key", "list", token=token).out.split()[0]
        bob = self.good_at([node], "login", "bob", stdin=b"correct horse\n").out.strip()
        self.said(self.at([node], "key", "create", token=key), REFUSED, "session_only", "log in")
        for identity in (mine, UNKNOWN):
            self.said(self.at([node], "key", "delete", identity, token=bob), REFUSED, "unknown_key")
            self.said(self.posse("key", "delete", identity, "--as", "bob"), REFUSED, "unknown_key")
        for words in (("create",), ("list",), ("delete", mine)):
            self.said(self.posse("key", *words, "--as", "nobody"), REFUSED, "unknown_account")
            self.said(self.posse("key", *words), USAGE, "--as")
            self.said(self.at([node], "key", *words), REFUSED, "unauthorized")
            self.said(self.at([node], "key", *words, "--as", "ann", token=bob), USAGE, "--as")
        for wrong in ("", "x", UNKNOWN + "A", "../../me", "%2e"):
            self.said(self.at([node], "key", "delete", wrong, token=token), USAGE, "ID")
        self.good_at([node], "account", "show", token=key)
        for _ in range(15):
            self.good("key", "create", "--as", "ann")
        self.said(self.posse("key", "create", "--as", "ann"), REFUSED, "too_many_keys", "16")
        self.said(self.at([node], "key", "create", token=token), REFUSED, "too_many_keys", "16")

    def test_what_nobody_answered(self):
        silent, other = self.fake(b""), self.fake(b"")
        self.said(self.at([silent, other], "key", "create", "--patience", 1), UNDECIDED,
                  "posse key list")
        self.assertEqual((len(silent.asked), len(other.asked)), (1, 0))
        self.said(self.at([silent], "key", "delete", UNKNOWN, "--patience", 1), UNDECIDED,
                  "delete it again")
        self.said(self.at([silent], "key", "list", "--patience", 1), UNREACHABLE, "no answer")
        for said in ({}, {"keys": 7}, {"keys": [{"id": "x"}]}):
            self.said(self.at([self.fake(answer(200, said))], "key", "list"), UNREACHABLE,
                      "no Posse node")
        for said in ({"id": "x"}, {"key": "x"}):
            self.said(self.at([self.fake(answer(201, said))], "key", "create"), UNDECIDED,
                      "posse key list")


if __name__ == "__main__":
    os.environ.pop("POSSE_NODE", None)
    unittest.main()
