/// What buyers were told, kept outside the store, and held against the books afterwards.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "cli/host.h"
#include "cli/load.h"

namespace posse {

class Testimony final : public Witness {
 public:
  void sold(const Purchase& purchase, const Sale& sale, const Span& span) override;
  void refused(const Purchase& purchase, const Refusal& refusal, const Span& span) override;

  std::uint64_t sold() const { return sold_count_; }
  std::uint64_t refused() const { return refused_.size(); }

  /// Compares with the entries of all campaigns: each purchase that was acknowledged is there,
  /// with its buyer and price (I10), and none that was refused; and whoever asked after another
  /// had its answer has a later slot. Gives a sentence for each that is wrong, at most 100.
  /// Errors: the store's; `unreadable`.
  Task<Result<std::vector<std::string>>> contradictions(Host* host);

  /// Asks `till` again for up to `most` of the purchases that were acknowledged, as `buyers` at
  /// once: the same key has the same answer, at any till. Gives a sentence for each that is wrong.
  Task<std::vector<std::string>> asked_again(Host* host, Till* till, std::size_t buyers,
                                             std::size_t most) const;

 private:
  struct Acknowledged {
    Purchase purchase;
    Cents price{};
    Intent intent;
    Span span;
  };
  using Slots = std::map<std::uint64_t, Acknowledged>;
  using RequestBytes = std::array<std::uint8_t, 10>;

  /// What several who ask again share.
  struct Asking {
    Till& till;
    std::vector<const Slots::value_type*> left;
    std::vector<std::string> wrong;
  };

  std::vector<const Slots::value_type*> drawn(Random& random, std::size_t most) const;
  static Task<void> ask(Asking* asking, std::size_t buyer);
  void check(const Entry& entry, const Slots& slots, std::vector<std::string>& wrong) const;
  void check_order(const Slots& slots, std::vector<std::string>& wrong) const;

  std::map<Name, Slots> sold_;         // by campaign
  std::vector<RequestBytes> refused_;  // sorted once they are compared
  std::vector<std::string> twice_;     // slots that two buyers were told are theirs
  std::uint64_t sold_count_ = 0;
};

}  // namespace posse
