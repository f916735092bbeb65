/// Asking who leads.
// SPDX-License-Identifier: Apache-2.0
#include "stores/etcd/leader.h"

#include <utility>

namespace posse::etcd {
namespace {

using namespace std::chrono_literals;

/// How often the leader is asked whether it still is, and everybody while none is known.
constexpr auto known_pause = 1s;
constexpr auto unknown_pause = 200ms;
constexpr auto answer_within = 500ms;

/// Longer than an election takes (etcd: 1 s to 2 s until a leader that is cut off steps down).
constexpr auto doubt_length = 3s;

}  // namespace

/// The answer of a member that is under way.
struct Leader::Question final : AnsweredFlight<etcdserverpb::StatusResponse> {
  explicit Question(std::size_t asked) : place(asked) {}

  std::size_t place;
};

Leader::Leader(Keeper& keeper, std::vector<Maintenance*> members, Ways ways)
    : keeper_(keeper),
      members_(std::move(members)),
      ways_(std::move(ways)),
      doubted_until_(members_.size()) {
  arm(0ms);
}

Leader::~Leader() {
  std::unique_lock lock(mutex_);
  is_ending_ = true;
  alarm_.Cancel();
  round_ended_.wait(lock, [this] { return !is_round_due_; });
  lock.unlock();
  flights_.end_all();
}

std::optional<std::size_t> Leader::place() const {
  const std::size_t place = place_;
  if (place == nobody) return {};
  return place;
}

void Leader::doubt(std::size_t place) {
  const std::lock_guard lock(mutex_);
  doubted_until_[place] = std::chrono::steady_clock::now() + doubt_length;
  place_.compare_exchange_strong(place, nobody);
}

void Leader::begin_round() {
  auto known = place();
  if (known && !keeper_.is_connected(*known)) known.reset();
  for (std::size_t asked = 0; asked < members_.size(); ++asked) {
    if (keeper_.is_connected(asked) && known.value_or(asked) == asked) ask(asked);
  }
  arm(known ? known_pause : unknown_pause);
}

/// The last thing that a round does: behind it there may be nothing left.
void Leader::arm(std::chrono::milliseconds pause) {
  const std::lock_guard lock(mutex_);
  is_round_due_ = !is_ending_;
  if (is_ending_) return round_ended_.notify_all();
  Completion* tag = &round_;
  alarm_.Set(&keeper_.queue(), std::chrono::system_clock::now() + pause, tag);
}

void Leader::ask(std::size_t place) {
  auto question = std::make_shared<Question>(place);
  question->context.set_deadline(std::chrono::system_clock::now() + answer_within);
  ways_.sign(question->context);
  question->landed = [this, question] {
    hear(*question);
    flights_.end(question);
  };
  flights_.begin(question);
  question->take_off(members_[place]->AsyncStatus(&question->context, {}, &keeper_.queue()));
}

void Leader::hear(const Question& question) {
  const std::uint64_t member = question.answer.header().member_id();
  const bool leads = question.status.ok() &&
                     ways_.knows(question.place, question.answer.header()) && member != 0 &&
                     question.answer.leader() == member;
  const std::lock_guard lock(mutex_);
  if (leads && doubted_until_[question.place] < std::chrono::steady_clock::now()) {
    place_ = question.place;
    return;
  }
  std::size_t place = question.place;
  place_.compare_exchange_strong(place, nobody);
}

}  // namespace posse::etcd
