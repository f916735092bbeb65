/// Writing JSON documents straight into their text.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <charconv>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "core/json_characters.h"

namespace posse {

/// How many bytes JsonWriter makes of it.
std::size_t json_size(std::string_view text);
std::size_t json_size(const boost::json::object& object);

/// Appends one JSON document piece by piece, in the order of the calls, so that equal documents
/// have equal bytes. Several times faster than building boost::json values first, which shows:
/// a purchase writes five documents.
class JsonWriter {
 public:
  /// `expected`: about how many bytes it will come to.
  explicit JsonWriter(std::size_t expected = 0) : text_(expected, '\0') {}

  void begin_object() { open('{'); }
  void end_object() { close('}'); }
  void begin_array() { open('['); }
  void end_array() { close(']'); }

  /// The name of the next value.
  void name(std::string_view name) {
    value(name);
    *room(1) = ':';
    size_ += 1;
    comma_ = false;
  }
  /// The same of a literal, whose characters JSON shows as they are. Its size is known.
  template <std::size_t Size>
  void name(const char (&literal)[Size]) {  // NOLINT(*-avoid-c-arrays)
    separate();
    constexpr std::size_t letters = Size - 1;
    char* const at = room(letters + 3);
    *at = '"';
    std::memcpy(at + 1, literal, letters);
    std::memcpy(at + 1 + letters, "\":", 2);
    size_ += letters + 3;
    comma_ = false;
  }

  template <std::integral Number>
  void value(Number number) {
    constexpr std::size_t digits_max = 20;  // of the least 64-bit number, with its sign
    separate();
    char* const digits = room(digits_max);
    size_ +=
        static_cast<std::size_t>(std::to_chars(digits, digits + digits_max, number).ptr - digits);
  }
  void value(std::string_view text) {
    separate();
    char* const at = room(text.size() + 2);
    *at = '"';
    if (!PlainText::copy(text, at + 1)) return escaped(text);
    at[text.size() + 1] = '"';
    size_ += text.size() + 2;
  }
  // Nothing that would become one of these is meant.
  template <std::same_as<boost::json::object> Object>
  void value(const Object& object) {
    all(object);
  }
  template <std::same_as<boost::json::value> Value>
  void value(const Value& some) {
    any(some);
  }
  void value(std::span<const std::uint8_t> bytes);  ///< As text in base64url without padding.
  void null() { json("null"); }

  /// A value that is JSON already, or several with commas between them; not none.
  void json(std::string_view text);

  template <class Name, class Value>
  void field(const Name& field_name, const Value& field_value) {
    name(field_name);
    value(field_value);
  }

  std::size_t size() const { return size_; }
  std::string take();

 private:
  /// Where the next `bytes` go.
  char* room(std::size_t bytes) {
    if (text_.size() - size_ < bytes) grow(bytes);
    return text_.data() + size_;
  }
  void grow(std::size_t bytes);

  void separate() {
    if (comma_) {
      *room(1) = ',';
      size_ += 1;
    }
    comma_ = true;
  }
  void open(char bracket) {
    separate();
    *room(1) = bracket;
    size_ += 1;
    comma_ = false;
  }
  void close(char bracket) {
    *room(1) = bracket;
    size_ += 1;
    comma_ = true;
  }
  void all(const boost::json::object& object);
  void any(const boost::json::value& some);
  void escaped(std::string_view text);
  void append(std::string_view json);

  std::string text_;      // longer than what is written
  std::size_t size_ = 0;  // of what is written
  bool comma_ = false;    // something stands before the next value at its level
};

}  // namespace posse
