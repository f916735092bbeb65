/// Closed-loop buyers.
// SPDX-License-Identifier: Apache-2.0
#include "cli/load.h"

#include <utility>

#include "core/task_group.h"

namespace posse {
namespace {

using MonotonicClock = std::chrono::steady_clock;

/// A buyer whose call failed does not hammer the store.
constexpr std::chrono::milliseconds pause_after_failure{20};

}  // namespace

Load::Load(Host& host, Till& till, Witness& witness, LoadPlan plan)
    : host_(host), till_(till), witness_(witness), plan_(std::move(plan)) {}

Task<LoadResult> Load::run() {
  const Moment started = MonotonicClock::now();
  until_ = started + plan_.length;
  TaskGroup buyers(host_.io().get_executor());
  for (std::size_t i = 0; i < plan_.buyers; ++i) buyers.spawn(buyer(i));
  co_await buyers.join();
  result_.length = MonotonicClock::now() - started;
  co_return result_;
}

bool Load::over() const {
  if (stopped_ || (plan_.purchases > 0 && result_.sold >= plan_.purchases)) return true;
  return MonotonicClock::now() >= until_;
}

Task<void> Load::buyer(std::size_t number) {
  while (!over()) co_await buy_once(number);
}

Task<void> Load::buy_once(std::size_t buyer) {
  const Purchase purchase = next_purchase();
  Span span{.asked = MonotonicClock::now(), .answered = {}};
  const auto answer = co_await till_.buy(buyer, purchase);
  span.answered = MonotonicClock::now();
  if (!answer) {
    ++result_.failed;
    co_await host_.clock().sleep(pause_after_failure);
  } else if (const auto* sale = std::get_if<Sale>(&*answer)) {
    ++result_.sold;
    result_.latencies.add(
        std::chrono::duration_cast<std::chrono::microseconds>(span.answered - span.asked));
    witness_.sold(purchase, *sale, span);
  } else if (const auto* refusal = std::get_if<Refusal>(&*answer)) {
    ++result_.refused[refusal->code];
    witness_.refused(purchase, *refusal, span);
  } else {
    ++result_.undecided;
  }
}

Purchase Load::next_purchase() {
  Random& random = host_.random();
  const bool too_low = plan_.too_low_in > 0 && random.bits() % plan_.too_low_in == 0;
  const Cents max_price{too_low ? number(plan_.max_price) - 1 : number(plan_.max_price)};
  return {.campaign = plan_.campaigns[random.bits() % plan_.campaigns.size()],
          .buyer = plan_.accounts[random.bits() % plan_.accounts.size()],
          .max_price = max_price,
          .key = Uuid::make(host_.clock().now(), random),
          .content = {}};
}

}  // namespace posse
