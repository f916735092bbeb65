/// What all tellers have in common.
// SPDX-License-Identifier: Apache-2.0
#include "bench/peers/tellers.h"

namespace posse::bench {
namespace {

constexpr std::uint64_t amount_max = 100;

}  // namespace

Transfer some_transfer(Random& random, std::size_t count) {
  const std::size_t from = random.bits() % count;
  const std::size_t step = 1 + random.bits() % (count - 1);
  return {.from = from,
          .to = (from + step) % count,
          .amount = 1 + static_cast<std::int64_t>(random.bits() % amount_max)};
}

std::unique_ptr<Teller> make_teller(const std::string& name, const Place& place) {
  if (name == "postgres") return make_postgres_teller(place);
  if (name == "posse-plan") return make_posse_teller(place, Writing::plans);
  return make_posse_teller(place, name == "posse" ? Writing::adds : Writing::sets);
}

}  // namespace posse::bench
