/// Text, numbers, nesting, size.
// SPDX-License-Identifier: Apache-2.0
#include "journal/content.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "core/json_writer.h"
#include "core/limits.h"
#include "journal/participant.h"

namespace posse {
namespace json = boost::json;
namespace {

bool is_value_readable(const json::value& value, int nesting) {
  if (const auto* text = value.if_string()) return is_utf8(*text);
  if (const auto* number = value.if_double()) return std::isfinite(*number);
  if (const auto* object = value.if_object()) return is_readable(*object, nesting);
  const auto* list = value.if_array();
  const auto is_fine = [&](const auto& item) { return is_value_readable(item, nesting - 1); };
  return list == nullptr || (nesting > 0 && std::all_of(list->begin(), list->end(), is_fine));
}

void make_value_as_read(json::value& value) {
  if (const auto* count = value.if_uint64(); count != nullptr && *count <= INT64_MAX)
    value = static_cast<std::int64_t>(*count);
  if (auto* object = value.if_object()) make_as_read(*object);
  if (auto* list = value.if_array()) {
    for (json::value& item : *list) make_value_as_read(item);
  }
}

/// Names and numbers that a hold sets aside, as JSON text.
std::size_t bytes_of(const std::map<std::string, std::int64_t>& numbers) {
  constexpr std::size_t number = 22;
  std::size_t bytes = 0;
  for (const auto& [field, amount] : numbers) bytes += json_size(field) + number;
  return bytes;
}

std::size_t bytes_of(const Participant& participant) {
  std::size_t bytes = json_size(participant.data);
  for (const Hold& hold : participant.holds)
    bytes += bytes_of(hold.reserve) + bytes_of(hold.floors);
  return bytes;
}

}  // namespace

bool is_utf8(std::string_view text) {
  std::uint8_t bits = 0;
  for (const char c : text) bits |= static_cast<std::uint8_t>(c);
  if (bits < 0x80) return true;
  json::error_code wrong;
  json::parse(json::serialize(json::string_view(text)), wrong);
  return !wrong;
}

bool is_readable(const json::object& object, int nesting) {
  const auto is_fine = [&](const auto& field) {
    return is_utf8(field.key()) && is_value_readable(field.value(), nesting - 1);
  };
  return nesting > 0 && std::all_of(object.begin(), object.end(), is_fine);
}

void make_as_read(json::object& object) {
  for (auto& field : object) make_value_as_read(field.value());
}

std::optional<Refusal> unkeepable(const Key& key, const Participant& participant) {
  if (!is_readable(participant.data)) {
    return Refusal{.code = "malformed",
                   .detail = key.text() + " would not be UTF-8 text and finite numbers, at most " +
                             std::to_string(nesting_max) + " levels deep",
                   .more = {}};
  }
  if (bytes_of(participant) <= data_bytes_max) return {};
  return Refusal{
      .code = "too_large",
      .detail = key.text() + " would have more than " + std::to_string(data_bytes_max) + " bytes",
      .more = {}};
}

}  // namespace posse
