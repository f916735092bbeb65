/// Documents as a busy shop has them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include "core/limits.h"
#include "journal/entry.h"
#include "journal/participant.h"
#include "sim/random.h"

namespace posse::bench {

inline const Key account_of_sample{"account/bench-4711"};
inline const Sequence campaign_of_sample{"campaign/concert"};
inline constexpr Time time_of_sample{std::chrono::milliseconds{1'764'000'000'000}};

/// A purchase by one of many accounts.
inline Operation sample_operation(std::size_t number, Random& random) {
  const std::string buyer = "bench-" + std::to_string(number * 7919 % 100'000);
  Operation operation;
  operation.intent = Intent::attempt(request_key(buyer, "purchase", time_of_sample), random);
  operation.effects = {add_effect(Key{"account/" + buyer}, "balance", -40, 0)};
  operation.line = {{"buyer", buyer}, {"price", 40}};
  return operation;
}

inline Entry sample_entry(std::size_t operations) {
  SeededRandom random(1);
  Tip tip = empty_tip(campaign_of_sample);
  tip.entry = EntryNumber{1000};
  tip.slot = Slot{20'000};
  Entry entry = next_entry(campaign_of_sample, tip, time_of_sample);
  for (std::size_t i = 0; i < operations; ++i)
    entry.operations.push_back(sample_operation(i, random));
  entry.state = {{"price", 40}};
  return entry;
}

/// An account that remembers `settled` purchases, and waits for one.
inline Participant sample_participant(std::size_t settled) {
  SeededRandom random(2);
  Participant participant;
  participant.data = {{"role", "person"}, {"balance", 73'050}, {"created_at", 1'764'000'000'000}};
  const auto intent = [&random] {
    return Intent::attempt(request_key("bench-4711", "purchase", time_of_sample), random);
  };
  participant.holds.push_back({.intent = intent(),
                               .sequence = campaign_of_sample,
                               .first = EntryNumber{1001},
                               .last = EntryNumber{1064},
                               .issued = time_of_sample,
                               .reserve = {{"balance", -40}}});
  for (std::size_t i = 0; i < settled; ++i) {
    participant.settled.push_back({.intent = intent(),
                                   .sequence = campaign_of_sample,
                                   .entry = EntryNumber{900 + i},
                                   .issued = time_of_sample});
  }
  return participant;
}

}  // namespace posse::bench
