/// Scanning JSON text.
// SPDX-License-Identifier: Apache-2.0
#include "core/json_scanner.h"

#include <charconv>
#include <cstring>
#include <utility>

#include "core/digest.h"
#include "core/json_characters.h"

namespace posse {
namespace json = boost::json;

std::int64_t JsonScanner::integer() {
  constexpr std::ptrdiff_t fitting = 18;  // so many digits are a 64-bit number, whatever they are
  const bool is_negative = is_next("-");
  const char* const digits = is_negative ? at_ + 1 : at_;
  const char* end = digits;
  std::uint64_t sum = 0;
  for (; end != end_ && *end >= '0' && *end <= '9'; ++end) {
    sum = sum * 10 + static_cast<std::uint64_t>(*end - '0');
  }
  // A zero stands alone, and has no sign.
  const bool is_zero = end != digits && *digits == '0';
  if (end == digits || (is_zero && (is_negative || end != digits + 1))) fail();
  auto number = static_cast<std::int64_t>(is_negative ? 0 - sum : sum);
  if (end - digits > fitting && std::from_chars(at_, end, number).ec != std::errc()) fail();
  if (!is_good_) return 0;
  at_ = end;
  return number;
}

std::string_view JsonScanner::text() {
  expect("\"");
  if (!is_good_) return {};
  const std::string_view text = rest().substr(0, PlainText::length(rest(), PlainText::high_bits));
  at_ += text.size();
  expect("\"");
  return is_good_ ? text : std::string_view();
}

void JsonScanner::bytes(std::span<std::uint8_t> bytes) {
  if (!from_text(text(), bytes)) fail();
}

json::object JsonScanner::object(int levels) {
  json::object object;
  expect("{");
  if (levels == 0) fail();
  if (!is_good_ || skip("}")) return object;
  constexpr std::size_t usual = 4;
  object.reserve(usual);
  do {
    const std::string_view name = text();
    expect(":");
    json::value field = value(levels - 1);
    if (!is_good_ || !object.emplace(name, std::move(field)).second) fail();
  } while (skip(","));
  expect("}");
  return object;
}

json::array JsonScanner::array(int levels) {
  json::array array;
  expect("[");
  if (levels == 0) fail();
  if (!is_good_ || skip("]")) return array;
  do {
    array.push_back(value(levels - 1));
  } while (skip(","));
  expect("]");
  return array;
}

json::value JsonScanner::value(int levels) {
  if (is_next("\"")) return json::string(text());
  if (is_next("{")) return object(levels);
  if (is_next("[")) return array(levels);
  if (skip("true")) return true;
  if (skip("false")) return false;
  if (skip("null")) return nullptr;
  return integer();
}

}  // namespace posse
