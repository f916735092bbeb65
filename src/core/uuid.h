/// Idempotency keys: version 7 UUIDs (RFC 9562), which carry the time they were made.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "posse/random.h"
#include "posse/types.h"

namespace posse {

/// A version 7 UUID in its canonical form.
class Uuid {
 public:
  /// A new one, made at `now`.
  static Uuid make(Time now, Random& random);

  /// Empty if `text` is no version 7 UUID; upper case is accepted.
  static std::optional<Uuid> from(std::string_view text);

  const std::string& text() const { return text_; }
  Time made() const;

 private:
  explicit Uuid(std::string text) : text_(std::move(text)) {}

  std::string text_;  // 8-4-4-4-12 lower-case hexadecimal digits
};

}  // namespace posse
