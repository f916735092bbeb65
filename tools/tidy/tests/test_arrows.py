"""The arrows between folders."""
# SPDX-License-Identifier: Apache-2.0
import unittest

from rules import arrows
from tests.trees import messages

HEADERS = {path: "" for path in (
    "include/posse/store.h", "src/core/codec.h", "src/journal/steps.h", "src/live/cache.h",
    "src/patrol/round.h", "src/shop/shop.h", "src/stores/lmdb/store.h", "src/stores/memory/store.h",
    "src/stores/cluster/files.h",
    "src/system/clock.h", "src/node/http.h", "sim/world.h")}


def complaints(path, include):
    return messages(arrows, {**HEADERS, path: f"#include {include}\n"})


class ArrowsTest(unittest.TestCase):
    def test_lets_through_what_stands_left(self):
        for path, include in [
            ("src/core/a.cc", '"posse/store.h"'), ("src/journal/a.cc", '"core/codec.h"'),
            ("src/journal/a.cc", '"journal/steps.h"'), ("src/shop/a.cc", '"live/cache.h"'),
            ("src/stores/lmdb/a.cc", '"core/codec.h"'), ("src/cli/a.cc", '"stores/lmdb/store.h"'),
            ("src/cli/a.cc", '"sim/world.h"'), ("sim/a.cc", '"stores/memory/store.h"'),
            ("src/stores/etcd/a.cc", '"stores/cluster/files.h"'),
            ("src/open/a.cc", '"stores/cluster/files.h"'),
            ("src/node/a.cc", '"system/clock.h"'), ("test/unit/a.cc", '"node/http.h"'),
            ("examples/a.cc", '"posse/store.h"'),
            ("include/posse/a.h", "<boost/asio/awaitable.hpp>"), ("include/posse/a.h", "<map>"),
        ]:
            self.assertEqual(complaints(path, include), [], (path, include))

    def test_rejects_what_stands_right_or_beside(self):
        for path, include in [
            ("src/core/a.cc", '"journal/steps.h"'), ("src/journal/a.cc", '"live/cache.h"'),
            ("src/patrol/a.cc", '"shop/shop.h"'), ("src/shop/a.cc", '"patrol/round.h"'),
            ("src/shop/a.cc", '"system/clock.h"'), ("src/node/a.cc", '"stores/lmdb/store.h"'),
            ("src/stores/lmdb/a.cc", '"stores/memory/store.h"'),
            ("src/stores/cluster/a.cc", '"stores/lmdb/store.h"'),
            ("src/journal/a.cc", '"stores/cluster/files.h"'),
            ("src/stores/lmdb/a.cc", '"journal/steps.h"'), ("sim/a.cc", '"node/http.h"'),
            ("src/system/a.cc", '"journal/steps.h"'), ("include/posse/a.h", '"core/codec.h"'),
            ("include/posse/a.h", "<boost/beast.hpp>"), ("examples/a.cc", '"core/codec.h"'),
        ]:
            self.assertEqual(len(complaints(path, include)), 1, (path, include))

    def test_says_what_may_be_seen(self):
        self.assertEqual(complaints("src/live/a.cc", '"journal/steps.h"'), [
            "src/live/a.cc:1 live includes journal (journal/steps.h): live sees include/posse and "
            "core; reach it through an interface that stands left, or move the code"])

    def test_rejects_a_folder_that_it_does_not_know(self):
        self.assertIn("no arrow is known", complaints("src/web/a.cc", "<map>")[0])


if __name__ == "__main__":
    unittest.main()
