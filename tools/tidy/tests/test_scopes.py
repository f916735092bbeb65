"""The brace walk: what it takes for a function, a scope, an expression."""
# SPDX-License-Identifier: Apache-2.0
import unittest

from rules.scopes import parameters_of, walk
from rules.source import Source


def functions(code):
    return [(f.name, f.first, f.last, f.parameters, f.deepest)
            for f in walk(Source("a.cc", code)).functions]


def expressions(code):
    return [" ".join(e.text.split()) for e in walk(Source("a.cc", code)).expressions]


class FunctionsTest(unittest.TestCase):
    def test_finds_functions_methods_and_declarations(self):
        code = """namespace posse {
class [[nodiscard]] A : public B {
 public:
  explicit A(int a, std::map<int, int> b) : a_{a}, b_(b) {}
  bool operator()(int a) const;
  int f() const { return 1; }
 private:
  int a_ = 0;
  std::vector<int> v_{1, 2};
};
template <class T, class U = int>
auto g(T t) -> std::optional<T> {
  return t;
}
}
"""
        self.assertEqual(functions(code), [
            ("A", 4, 4, 2, 0), ("operator_call", 5, 0, 1, 0), ("f", 6, 6, 0, 0),
            ("g", 11, 14, 1, 0)])

    def test_a_brace_at_the_end_of_a_constructors_list_is_no_body(self):
        code = "A::A(int a)\n    : a_{a} {\n  f();\n}\nvoid g() {}\n"
        self.assertEqual([f[:3] for f in functions(code)], [("A", 1, 4), ("g", 5, 5)])

    def test_counts_nesting_without_else_case_and_lambdas(self):
        code = """void f() {
  for (;;) {
    if (a) {
    } else if (b) {
      switch (c) {
        case 1: {
        }
      }
    }
  }
  auto each = [&](int x) {
    if (x) {
    }
  };
}
"""
        self.assertEqual(functions(code), [("f", 1, 15, 0, 3)])

    def test_a_table_is_no_function(self):
        self.assertEqual(functions("const std::map<int, int> table = {\n{1, 2},\n};\n"), [])
        self.assertEqual(functions("enum class A : int { one, two };\n"), [])

    def test_counts_parameters_at_the_top_level_only(self):
        self.assertEqual(parameters_of("void f(std::map<int, int> a, int (*b)(int, int))")[1], 2)
        self.assertEqual(parameters_of("int f(void)")[1], 0)
        self.assertEqual(parameters_of('[[nodiscard]] decltype(auto) f(int a = g(1, 2))')[1], 1)


class ExpressionsTest(unittest.TestCase):
    def test_splits_conditions_from_what_follows(self):
        code = "void f() { if (auto a = g(); !a) return h(); while (x) { k(); } }"
        self.assertEqual(expressions(code), ["auto a = g()", "!a", "return h()", "x", "k()"])

    def test_the_body_of_a_lambda_is_no_part_of_the_expression_around_it(self):
        code = "void f() { run([this] { co_await a(); }, 1); }"
        self.assertEqual(expressions(code), ["co_await a()", "run([this] , 1)"])

    def test_knows_what_stands_in_a_catch_block(self):
        code = "void f() { try { a(); } catch (const E& e) { if (x) { b(); } } c(); }"
        found = {e.text: e.in_catch for e in walk(Source("a.cc", code)).expressions}
        self.assertEqual((found["a()"], found["b()"], found["c()"]), (False, True, False))


if __name__ == "__main__":
    unittest.main()
