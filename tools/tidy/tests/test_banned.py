"""Banned calls and their replacements."""
# SPDX-License-Identifier: Apache-2.0
import unittest

from rules import banned
from tests.trees import cpp_messages


class BannedTest(unittest.TestCase):
    def test_rejects_clocks_chance_threads_and_order(self):
        for code in [
            "auto t = std::chrono::system_clock::now();", "auto t = Wall::now();",
            "asio::steady_timer timer(executor);", "std::jthread thread;", "std::mutex mutex;",
            "std::lock_guard lock(m);", "std::atomic<int> n;", "std::random_device seed;",
            "std::mt19937_64 engine;", "int n = rand();", "randombytes_buf(p, n);",
            'auto home = std::getenv("HOME");', "std::this_thread::sleep_for(1ms);",
            "std::unordered_map<int, int> seen;", "std::map<const Node*, int> nodes;",
            "std::set<Node *> nodes;", "co_spawn(executor, run(), asio::detached);",
            "#include <thread>", "#include <unordered_map>",
        ]:
            self.assertTrue(cpp_messages(banned, code + "\n"), code)

    def test_names_the_replacement(self):
        self.assertEqual(cpp_messages(banned, "auto t = steady_clock::now();\n"), [
            "src/core/sample.cc:1 now: use clock_.now() or clock_.steady() of posse/clock.h"])

    def test_lets_the_three_doors_and_near_misses_through(self):
        for code in [
            "auto t = clock_.now();", "auto bits = random_.bits();", "co_await clock_.sleep(1s);",
            "std::map<Key, Node*> nodes;", "auto brand(int n);", "order.rand();",
            "// std::mutex would be wrong here", 'say("std::thread");', "int64_t time(Entry e);",
        ]:
            self.assertEqual(cpp_messages(banned, code + "\n"), [], code)

    def test_drivers_and_the_node_may_have_threads_but_nothing_detached(self):
        path = "src/stores/lmdb/writer.cc"
        self.assertEqual(cpp_messages(banned, "std::jthread thread_;\n", path), [])
        self.assertEqual(len(cpp_messages(banned, "f(asio::detached);\n", path)), 1)


if __name__ == "__main__":
    unittest.main()
