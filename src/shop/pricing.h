/// Price policies: pure functions of the last sale and the time.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>

#include <boost/json.hpp>

#include "posse/types.h"

namespace posse {

/// The sale before the one that is being priced.
struct LastSale {
  Cents price{};
  Time sold_at{};
  Time ends_at{};  ///< End of its slot; `sold_at` if slots have no length.
};

/// What the next slot costs. A policy is a name in the campaign's settings; a new one is a new
/// class and a line in read_pricing().
class Pricing {
 public:
  virtual ~Pricing() = default;

  /// The price at `now`, which is not before the last sale. Never negative.
  virtual Cents price(const std::optional<LastSale>& last, Time now) const = 0;

  /// Whether the price is another one at another time.
  virtual bool depends_on_time() const = 0;

  /// As it stands in settings: `{"kind":…}` and the policy's own fields.
  virtual boost::json::object to_json() const = 0;
};

/// Always the same price.
std::unique_ptr<Pricing> fixed_pricing(Cents price);

/// Each sale doubles the price paid; then it falls in a straight line and reaches `floor` when the
/// slot just sold ends, or after `cooldown` if slots have no length. Rounded up; the double of
/// what a Cents can hold is the most it can hold.
std::unique_ptr<Pricing> doubling_pricing(Cents floor, std::chrono::seconds cooldown);

/// A policy, or the sentence that says which field is wrong and what it must be.
std::variant<std::unique_ptr<Pricing>, std::string> read_pricing(const boost::json::object& json);

}  // namespace posse
