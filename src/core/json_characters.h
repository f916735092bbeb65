/// Which characters stand in JSON text as they are, eight at a time.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace posse {

/// Text that JSON shows as it is: no quote, no backslash, nothing below a space, and none of the
/// bytes whose bits are in `also_not`, eight times.
class PlainText {
 public:
  static constexpr std::uint64_t ones = 0x0101010101010101;
  static constexpr std::uint64_t high_bits = ones << 7U;

  static bool is(std::string_view text, std::uint64_t also_not = 0) {
    const char* at = text.data();
    const char* const end = at + text.size();
    if (text.size() >= sizeof(std::uint64_t)) {
      for (; at + sizeof(std::uint64_t) < end; at += sizeof(std::uint64_t)) {
        if (has_special(load<std::uint64_t>(at), also_not)) return false;
      }
      return !has_special(load<std::uint64_t>(end - sizeof(std::uint64_t)), also_not);
    }
    if (text.size() >= sizeof(std::uint32_t)) {
      const std::uint64_t last = load<std::uint32_t>(end - sizeof(std::uint32_t));
      return !has_special(last << 32U | load<std::uint32_t>(at), also_not);
    }
    return std::none_of(at, end, [&](char c) {
      const auto byte = static_cast<unsigned char>(c);
      return byte < ' ' || c == '"' || c == '\\' || (byte & also_not & 0xFFU) != 0;
    });
  }

 private:
  template <class Number>
  static Number load(const char* from) {
    Number number{};
    std::memcpy(&number, from, sizeof number);
    return number;
  }

  /// Subtracting borrows from the high bit of a byte that is too small. A byte with a high bit of
  /// its own is part of a longer character, and is fine.
  static constexpr bool has_special(std::uint64_t eight, std::uint64_t also_not) {
    const std::uint64_t controls = eight - ones * ' ';
    const std::uint64_t quotes = (eight ^ (ones * '"')) - ones;
    const std::uint64_t backslashes = (eight ^ (ones * '\\')) - ones;
    return (((controls | quotes | backslashes) & ~eight & high_bits) | (eight & also_not)) != 0;
  }
};

}  // namespace posse
