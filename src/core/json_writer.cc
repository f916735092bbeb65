/// JSON text.
// SPDX-License-Identifier: Apache-2.0
#include "core/json_writer.h"

#include <algorithm>

namespace posse {
namespace {

bool is_plain(char c) {
  return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\';
}

}  // namespace

void JsonWriter::separate() {
  if (comma_) text_ += ',';
  comma_ = true;
}

void JsonWriter::open(char bracket) {
  separate();
  text_ += bracket;
  comma_ = false;
}

void JsonWriter::close(char bracket) {
  text_ += bracket;
  comma_ = true;
}

void JsonWriter::name(std::string_view name) {
  value(name);
  text_ += ':';
  comma_ = false;
}

void JsonWriter::null() {
  separate();
  text_ += "null";
}

void JsonWriter::value(std::string_view text) {
  separate();
  if (std::all_of(text.begin(), text.end(), is_plain)) {
    text_ += '"';
    text_ += text;
    text_ += '"';
  } else {
    text_ += boost::json::serialize(boost::json::string_view(text));
  }
}

void JsonWriter::value(const boost::json::object& object) {
  begin_object();
  for (const auto& [field_name, field_value] : object) {
    name(field_name);
    if (const auto* text = field_value.if_string())
      value(std::string_view(*text));
    else if (const auto* number = field_value.if_int64())
      value(*number);
    else if (const auto* count = field_value.if_uint64())
      value(*count);
    else if (const auto* inner = field_value.if_object())
      value(*inner);
    else {
      separate();
      text_ += boost::json::serialize(field_value);
    }
  }
  end_object();
}

}  // namespace posse
