/// The clock of one life of a node: it may be off, too fast or too slow, and jump.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>

#include "core/event.h"
#include "posse/clock.h"
#include "sim/timeline.h"

namespace posse::sim {

/// Lets something happen to a node after a pause: not while it stands still, and not when it is
/// dead by then.
using Later = std::function<void(Moment, std::function<void()>)>;

class NodeClock final : public Clock {
 public:
  /// `rate` is in quarters of true time.
  NodeClock(const Timeline& timeline, Later later, std::uint32_t rate)
      : timeline_(timeline), later_(std::move(later)), rate_(rate) {}

  Time now() override;
  Steady steady() override;
  Task<void> sleep(std::chrono::milliseconds pause) override;

  void jump(std::chrono::milliseconds by) { off_ += by; }

  /// Its node is dead: whoever sleeps wakes, and whoever wants to sleep has slept already.
  void die();

 private:
  const Timeline& timeline_;
  Later later_;
  std::int64_t rate_;
  std::chrono::milliseconds off_{};
  Steady slept_dead_{};
  bool dead_ = false;
  std::uint64_t sleepers_ = 0;
  std::map<std::uint64_t, std::shared_ptr<Event>> asleep_;
};

}  // namespace posse::sim
