/// Writing JSON documents straight into their text.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include <boost/json.hpp>

namespace posse {

/// Appends one JSON document piece by piece, in the order of the calls, so that equal documents
/// have equal bytes. Several times faster than building boost::json values first, which shows:
/// a purchase writes five documents.
class JsonWriter {
 public:
  void begin_object() { open('{'); }
  void end_object() { close('}'); }
  void begin_array() { open('['); }
  void end_array() { close(']'); }

  /// The name of the next value.
  void name(std::string_view name);

  template <std::integral Number>
  void value(Number number) {
    separate();
    text_ += std::to_string(number);
  }
  void value(std::string_view text);
  void value(const boost::json::object& object);
  void null();

  template <class Value>
  void field(std::string_view field_name, const Value& field_value) {
    name(field_name);
    value(field_value);
  }

  std::string take() { return std::move(text_); }

 private:
  void separate();
  void open(char bracket);
  void close(char bracket);

  std::string text_;
  bool comma_ = false;  // something stands before the next value at its level
};

}  // namespace posse
