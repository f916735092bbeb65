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
  std::int64_t number = 0;
  const auto read = std::from_chars(at_, end_, number);
  // A zero stands alone, and has no sign.
  if (read.ec != std::errc() || is_next("-0") || (is_next("0") && read.ptr != at_ + 1)) fail();
  if (!is_good_) return 0;
  at_ = read.ptr;
  return number;
}

std::string_view JsonScanner::text() {
  expect("\"");
  const auto* quote =
      static_cast<const char*>(std::memchr(at_, '"', static_cast<std::size_t>(end_ - at_)));
  if (quote == nullptr) fail();
  if (!is_good_) return {};
  const std::string_view text(at_, static_cast<std::size_t>(quote - at_));
  if (!PlainText::is(text, PlainText::high_bits)) fail();
  at_ = quote + 1;
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
