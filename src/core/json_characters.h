/// Which characters stand in JSON text as they are, eight at a time.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <bit>
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
    return std::none_of(at, end, [&](char c) { return is_special(c, also_not); });
  }

  /// Puts the text at `to`, where there is room for it. False if it is not such text; then only a
  /// part of it may be there.
  static bool copy(std::string_view text, char* to) {
    const char* at = text.data();
    const char* const end = at + text.size();
    if (text.size() >= sizeof(std::uint64_t)) {
      char* const to_end = to + text.size();
      for (; at + sizeof(std::uint64_t) < end; at += sizeof(std::uint64_t)) {
        if (!copy_plain<std::uint64_t>(at, to)) return false;
        to += sizeof(std::uint64_t);
      }
      return copy_plain<std::uint64_t>(end - sizeof(std::uint64_t), to_end - sizeof(std::uint64_t));
    }
    if (text.size() >= sizeof(std::uint32_t)) {
      return copy_plain<std::uint32_t>(at, to) &&
             copy_plain<std::uint32_t>(end - sizeof(std::uint32_t),
                                       to + text.size() - sizeof(std::uint32_t));
    }
    for (; at != end; ++at, ++to) {
      if (is_special(*at, 0)) return false;
      *to = *at;
    }
    return true;
  }

  /// How many characters stand before the first that is not in such text.
  static std::size_t length(std::string_view text, std::uint64_t also_not) {
    std::size_t at = 0;
    for (; at + sizeof(std::uint64_t) <= text.size(); at += sizeof(std::uint64_t)) {
      const std::uint64_t special = specials(load<std::uint64_t>(text.data() + at), also_not);
      if (special == 0) continue;
      // The lowest mark is the first character's, and a true one; see below.
      constexpr bool is_first_low = std::endian::native == std::endian::little;
      if (is_first_low) return at + static_cast<std::size_t>(std::countr_zero(special)) / 8;
      break;
    }
    while (at < text.size() && !is_special(text[at], also_not)) ++at;
    return at;
  }

 private:
  static constexpr bool is_special(char c, std::uint64_t also_not) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < ' ' || c == '"' || c == '\\' || (byte & also_not & 0xFFU) != 0;
  }

  /// Whether the bytes of a `Number` are plain. They are copied.
  template <class Number>
  static bool copy_plain(const char* from, char* to) {
    const auto number = load<Number>(from);
    std::memcpy(to, &number, sizeof number);
    constexpr std::uint64_t spaces = ones * ' ';
    const std::uint64_t eight = sizeof number == sizeof eight ? number : spaces << 32U | number;
    return !has_special(eight, 0);
  }

  template <class Number>
  static Number load(const char* from) {
    Number number{};
    std::memcpy(&number, from, sizeof number);
    return number;
  }

  static constexpr bool has_special(std::uint64_t eight, std::uint64_t also_not) {
    return specials(eight, also_not) != 0;
  }

  /// The high bits of those among eight bytes that are special; where there is one, perhaps of
  /// bytes above it too. Subtracting borrows from the high bit of a byte that is too small, and
  /// then from those above. A byte with a high bit of its own is part of a longer character, and is
  /// fine.
  static constexpr std::uint64_t specials(std::uint64_t eight, std::uint64_t also_not) {
    const std::uint64_t controls = eight - ones * ' ';
    const std::uint64_t quotes = (eight ^ (ones * '"')) - ones;
    const std::uint64_t backslashes = (eight ^ (ones * '\\')) - ones;
    return ((controls | quotes | backslashes) & ~eight & high_bits) | (eight & also_not);
  }
};

}  // namespace posse
