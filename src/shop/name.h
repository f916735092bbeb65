/// Names of accounts and campaigns, and the keys of their documents.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "core/sequence.h"
#include "posse/types.h"

namespace posse {

/// A letter or digit, then up to 63 of a-z 0-9 . _ -
class Name {
 public:
  Name() = default;

  /// Empty if `text` is no name.
  static std::optional<Name> from(std::string_view text);

  /// What a name must be, for refusals.
  static constexpr std::string_view rule =
      "must be 1 to 64 of a-z 0-9 . _ - and start with a letter or digit";

  const std::string& text() const { return text_; }

  friend auto operator<=>(const Name&, const Name&) = default;

 private:
  explicit Name(std::string_view text) : text_(text) {}

  std::string text_;
};

/// What the keys of accounts begin with.
inline constexpr std::string_view account_family = "account/";

inline Key account_key(const Name& account) {
  return Key{std::string(account_family) + account.text()};
}
inline Sequence campaign_sequence(const Name& campaign) {
  return Sequence{"campaign/" + campaign.text()};
}

}  // namespace posse
