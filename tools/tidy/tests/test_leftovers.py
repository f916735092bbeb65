"""Reminders, dead code, drawers, numbered names."""
# SPDX-License-Identifier: Apache-2.0
import unittest

from rules import leftovers
from tests.trees import cpp_messages, messages


class LeftoversTest(unittest.TestCase):
    def test_rejects_reminders_in_every_text(self):
        for path in ("src/core/a.cc", "docs/a.md", "script/a", "CMakeLists.txt"):
            self.assertEqual(len(messages(leftovers, {path: "# TODO: mend\n"})), 1, path)
        self.assertEqual(len(messages(leftovers, {"README.md": "This does, for now.\n"})), 1)

    def test_rejects_what_is_switched_off_or_has_a_better_form(self):
        for code in ["#if 0", "TEST(A, DISABLED_B) {}", "GTEST_SKIP();", "using namespace std;",
                     "out << std::endl;", "assert(a);", "#include <cassert>"]:
            self.assertEqual(len(cpp_messages(leftovers, code + "\n")), 1, code)
        for code in ["static_assert(a);", "using namespace std::chrono_literals;",
                     "POSSE_ASSERT(a);", "#if 0x10 == 16"]:
            self.assertEqual(cpp_messages(leftovers, code + "\n"), [], code)

    def test_rejects_code_in_comments_but_no_prose(self):
        for comment in ["// x = y;", "// int x = 0;", "// settle(a, b);", "// account->settle(a);",
                        "// if (a) {", "// } else {", "// }", "// return x;", "// #include <map>",
                        "// co_await get(key);", "// auto a = f(b);"]:
            self.assertEqual(len(cpp_messages(leftovers, comment + "\n")), 1, comment)
        for comment in ["// Refused or unknown: read it again;", "// if somebody was first (late);",
                        "/// f(x);", "// the store did it (see below);", "// with a = 1, b = 2",
                        "// as get() says", "// SPDX-License-Identifier: Apache-2.0"]:
            self.assertEqual(cpp_messages(leftovers, comment + "\n"), [], comment)

    def test_rejects_drawers_and_numbers_as_names(self):
        for path in ["src/util/a.h", "src/core/string_utils.h", "test/helpers.py",
                     "src/node/session_manager.cc", "src/core/receive2.cc"]:
            self.assertEqual(len(messages(leftovers, {path: ""})), 1, path)
        for path in ["src/core/base64.cc", "docs/decisions/0001-store.md", "src/core/sha256.h"]:
            self.assertEqual(messages(leftovers, {path: ""}), [], path)
        self.assertEqual(len(cpp_messages(leftovers, "void receive2(int a);\n")), 1)
        self.assertEqual(len(cpp_messages(leftovers, "class Shop2 {\n};\n")), 1)
        self.assertEqual(cpp_messages(leftovers, "int read_u64();\nint to_base64(int a);\n"), [])


if __name__ == "__main__":
    unittest.main()
