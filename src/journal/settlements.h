/// What has been settled on a participant.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/intent.h"
#include "core/json_scanner.h"
#include "core/sequence.h"
#include "posse/types.h"

namespace posse {

/// An intent whose effects have happened here, and the entry that committed it. `issued` is its
/// request key's time.
struct Settled {
  Intent intent;
  Sequence sequence;
  EntryNumber entry{};
  Time issued{};
};

/// Settlements, oldest first, as the JSON text that they are stored as: every purchase reads and
/// writes all those of its buyer, and wants to know of one whether it is there.
class Settlements {
 public:
  std::size_t size() const { return starts_.size(); }
  bool empty() const { return starts_.empty(); }

  /// Number `index`, from 0; there are more.
  Settled at(std::size_t index) const;
  std::vector<Settled> all() const;

  std::optional<Settled> find(const Intent& intent) const;

  /// Of the attempts at `request` that are here, the oldest.
  std::optional<Settled> find_of(const RequestKey& request) const;

  void push_back(const Settled& settled);

  /// Takes out the first `count`; there are as many.
  Settlements take_oldest(std::size_t count);

  /// Rows with commas between them.
  const std::string& text() const { return text_; }

  /// Reads the rows of a list that has begun, at most `rows_max`; anything else fails the scanner.
  static Settlements scan(JsonScanner& in, std::size_t rows_max);

 private:
  std::string_view row(std::size_t index) const;

  std::string text_;
  std::vector<std::uint32_t> starts_;  // of rows in the text
};

}  // namespace posse
