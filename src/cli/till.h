/// Where buyers pay: straight in the shop, or at its nodes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "shop/shop.h"

namespace posse {

class Till {
 public:
  virtual ~Till() = default;

  /// Buys a slot. Buyers are numbered from 0, and each asks for one thing at a time.
  virtual Task<Result<Answer<Sale>>> buy(std::size_t buyer, Purchase purchase) = 0;
};

/// In the shop of this process.
class ShopTill final : public Till {
 public:
  explicit ShopTill(Shop& shop) : shop_(shop) {}

  Task<Result<Answer<Sale>>> buy(std::size_t /*buyer*/, Purchase purchase) override {
    return shop_.purchases().buy(std::move(purchase));
  }

 private:
  Shop& shop_;
};

}  // namespace posse
