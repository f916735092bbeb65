/// JSON text.
// SPDX-License-Identifier: Apache-2.0
#include "core/json_writer.h"

#include <array>
#include <utility>

#include "core/digest.h"

namespace posse {
namespace {

std::size_t size_of_value(const boost::json::value& some) {
  constexpr std::size_t digits_max = 20;
  std::array<char, digits_max> digits{};
  if (const auto* text = some.if_string()) return json_size(std::string_view(*text));
  if (const auto* object = some.if_object()) return json_size(*object);
  if (const auto* number = some.if_int64()) {
    const char* const end = std::to_chars(digits.begin(), digits.end(), *number).ptr;
    return static_cast<std::size_t>(end - digits.data());
  }
  return boost::json::serialize(some).size();
}

}  // namespace

std::size_t json_size(std::string_view text) {
  constexpr std::size_t quotes = 2;
  if (PlainText::is(text)) return text.size() + quotes;
  return boost::json::serialize(boost::json::string_view(text)).size();
}

std::size_t json_size(const boost::json::object& object) {
  constexpr std::size_t braces = 2;
  constexpr std::size_t colon_and_comma = 2;
  std::size_t size = braces;
  for (const auto& [name, value] : object) {
    size += json_size(std::string_view(name)) + size_of_value(value) + colon_and_comma;
  }
  return object.empty() ? size : size - 1;  // no comma behind the last one
}

void JsonWriter::value(std::span<const std::uint8_t> bytes) {
  separate();
  const std::size_t letters = text_size(bytes.size());
  char* const at = room(letters + 2);
  *at = '"';
  write_text(bytes, at + 1);
  at[letters + 1] = '"';
  size_ += letters + 2;
}

void JsonWriter::all(const boost::json::object& object) {
  begin_object();
  for (const auto& [field_name, field_value] : object) field(field_name, field_value);
  end_object();
}

void JsonWriter::any(const boost::json::value& some) {
  if (const auto* text = some.if_string())
    value(std::string_view(*text));
  else if (const auto* number = some.if_int64())
    value(*number);
  else if (const auto* count = some.if_uint64())
    value(*count);
  else if (const auto* object = some.if_object())
    value(*object);
  else
    json(boost::json::serialize(some));
}

std::string JsonWriter::take() {
  text_.resize(std::exchange(size_, 0));
  comma_ = false;
  return std::move(text_);
}

void JsonWriter::grow(std::size_t bytes) {
  constexpr std::size_t least = 256;
  text_.resize(std::max({least, 2 * text_.size(), size_ + bytes}));
}

void JsonWriter::escaped(std::string_view text) {
  append(boost::json::serialize(boost::json::string_view(text)));
}

void JsonWriter::json(std::string_view text) {
  separate();
  append(text);
}

void JsonWriter::append(std::string_view json) {
  std::copy(json.begin(), json.end(), room(json.size()));
  size_ += json.size();
}

}  // namespace posse
