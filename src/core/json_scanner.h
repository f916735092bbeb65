/// Reading JSON text as JsonWriter writes it, piece by piece.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include <boost/json.hpp>

namespace posse {

/// Reads a document in the order in which its writer has written it, and makes values only of what
/// is asked for as a value. It knows neither spaces, escapes, characters beyond ASCII nor
/// fractions: what has them, or fields in another order, may be as good a document, and `Fields`
/// reads it and says what is wrong with it. From the first thing that is not as it is asked for,
/// is_good() is false and everything is empty. Lives shorter than the text.
class JsonScanner {
 public:
  explicit JsonScanner(std::string_view text) : at_(text.data()), end_(at_ + text.size()) {}

  bool is_good() const { return is_good_; }
  bool is_at_end() const { return at_ == end_; }
  void fail() { is_good_ = false; }

  /// The next characters are these.
  template <std::size_t Size>
  void expect(const char (&json)[Size]) {  // NOLINT(*-avoid-c-arrays)
    if (!skip(json)) fail();
  }

  /// Whether they are; then they are read.
  template <std::size_t Size>
  bool skip(const char (&json)[Size]) {  // NOLINT(*-avoid-c-arrays)
    if (!is_next(json)) return false;
    at_ += Size - 1;
    return true;
  }

  /// Whether they are; they stay to be read. Of literals the size is known, and comparing them is a
  /// few instructions.
  template <std::size_t Size>
  bool is_next(const char (&json)[Size]) const {  // NOLINT(*-avoid-c-arrays)
    return is_good_ && static_cast<std::size_t>(end_ - at_) >= Size - 1 &&
           std::memcmp(at_, json, Size - 1) == 0;
  }

  std::int64_t integer();

  /// A whole number that is not negative.
  std::uint64_t count() {
    const std::int64_t number = integer();
    if (number < 0) fail();
    return is_good_ ? static_cast<std::uint64_t>(number) : 0;
  }

  std::string_view text();

  /// Text that is base64url of so many bytes.
  void bytes(std::span<std::uint8_t> bytes);

  /// In memory of its own.
  boost::json::object object() { return object(levels_max); }

  /// What is still to be read.
  std::string_view rest() const { return {at_, static_cast<std::size_t>(end_ - at_)}; }

 private:
  static constexpr int levels_max = 16;

  boost::json::object object(int levels);
  boost::json::array array(int levels);
  boost::json::value value(int levels);

  const char* at_;
  const char* end_;
  bool is_good_ = true;
};

}  // namespace posse
