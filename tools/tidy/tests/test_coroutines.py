"""What g++ 12 gets wrong around co_await, by its text."""
# SPDX-License-Identifier: Apache-2.0
import unittest

from rules import coroutines
from tests.trees import cpp_messages


def complaints(statements):
    return cpp_messages(coroutines, "enum class Slot { };\nvoid f() {\n" + statements + "\n}\n")


class CoroutinesTest(unittest.TestCase):
    def test_rejects_what_is_destroyed_twice_or_decided_wrongly(self):
        for statements in [
            "co_await buy({.slot = 7});", "co_await buy(Order{key});",
            "co_return T{co_await a(), s};", "v.push_back(T{co_await a()});",
            "co_await run([this] { return 1; });",
            "co_await run(a, [x] { return x; });", "auto x = co_await a() ? b : c;",
            "auto x = (co_await a() && b) || c;", "auto x = new T(co_await a());",
            "if (auto a = co_await buy({}); !a) co_return a.error();",
            "try { g(); } catch (const E& e) { co_await a(); }",
        ]:
            self.assertEqual(len(complaints(statements)), 1, statements)

    def test_lets_the_good_forms_through(self):
        for statements in [
            "auto order = Order{key, 1};\nco_await buy(std::move(order));",
            "if (!co_await a()) co_return Error{Errc::contended, key};",
            "co_return Error{Errc::contended, key};", "auto [a, b] = co_await both();",
            "co_await get(keys[0]);", "co_await get(Slot{number(slot) + 1});",
            "co_await run([] { return 1; });", "for (auto x : co_await all()) { use({x}); }",
            "auto each = [this](Key key) -> Task<int> { co_return co_await get(key); };",
            "while (i < n && co_await more()) { use(T{1}); }",
            "switch (co_await a()) { case Write::done: co_return T{1}; }",
        ]:
            self.assertEqual(complaints(statements), [], statements)

    def test_names_the_line_and_the_way_out(self):
        self.assertEqual(complaints("auto x =\n    co_await buy({1});"), [
            "src/core/sample.cc:4 a braced temporary in an expression that awaits: "
            "name it on the line before and pass std::move(name)"])


if __name__ == "__main__":
    unittest.main()
