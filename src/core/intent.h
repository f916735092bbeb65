/// The 128-bit name of one attempt at one operation.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "posse/random.h"
#include "posse/types.h"

namespace posse {

/// What makes a repeated request the same request: 80 bits of a digest over whose it is and how
/// its owner calls it. `issued` is when the owner says the key was made (a UUIDv7 carries it),
/// the epoch if the key does not tell: it only saves look-ups of spilled intents.
struct RequestKey {
  std::array<std::uint8_t, 10> bytes{};
  Time issued{};
};

/// The key under which `owner` calls this request `name`.
RequestKey request_key(std::string_view owner, std::string_view name, Time issued);

/// 128 bits: the request's 80, then 48 that no other attempt at it shares. So a repeated request
/// is recognised whichever attempt went through, and a slow driver of an earlier attempt can
/// never be taken for the driver of a later one.
class Intent {
 public:
  Intent() = default;
  explicit Intent(const std::array<std::uint8_t, 16>& bytes) : bytes_(bytes) {}

  /// A new attempt at `request`.
  static Intent attempt(const RequestKey& request, Random& random);

  /// Reads the 22 characters that text() gives; empty if they are anything else.
  static std::optional<Intent> from(std::string_view text);

  std::string text() const;
  std::span<const std::uint8_t> bytes() const { return bytes_; }
  bool is_of(const RequestKey& request) const;

  /// The 80 bits that all attempts at the same request share.
  std::array<std::uint8_t, 10> request() const;

  friend auto operator<=>(const Intent&, const Intent&) = default;

 private:
  std::array<std::uint8_t, 16> bytes_{};
};

}  // namespace posse
