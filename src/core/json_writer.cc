/// JSON text.
// SPDX-License-Identifier: Apache-2.0
#include "core/json_writer.h"

#include <utility>

#include "core/digest.h"

namespace posse {

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
  json(boost::json::serialize(boost::json::string_view(text)));
}

void JsonWriter::json(std::string_view text) {
  separate();
  std::copy(text.begin(), text.end(), room(text.size()));
  size_ += text.size();
}

}  // namespace posse
