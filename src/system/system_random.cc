/// Random numbers from libsodium.
// SPDX-License-Identifier: Apache-2.0
#include "system/system_random.h"

#include <sodium.h>

#include "core/assert.h"

namespace posse {

SystemRandom::SystemRandom() : used_(stock_.size()) {
  const int status = sodium_init();
  POSSE_ASSERT(status >= 0);
}

std::uint64_t SystemRandom::bits() {
  if (used_ == stock_.size()) {
    randombytes_buf(stock_.data(), stock_.size() * sizeof(std::uint64_t));
    used_ = 0;
  }
  return stock_.at(used_++);
}

}  // namespace posse
