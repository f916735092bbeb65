/// Strings.
// SPDX-License-Identifier: Apache-2.0
#include "sim/puppet.h"

#include <algorithm>
#include <exception>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

#include "core/assert.h"
#include "core/limits.h"

namespace posse::sim {
namespace {

/// Whoever sleeps at all sleeps as long as the longest patience: so waits are over at the second
/// look, which is allowed, and no state differs by how often somebody looked. Where time passes by
/// itself, sleeps of a tick and more wait for it, and shorter ones take half of the patience, which
/// is little beside a tick.
constexpr std::chrono::milliseconds nap_min = patience;

constexpr std::chrono::milliseconds start_of_wall_time{1'764'000'000'000};

/// No two clocks agree: each process is this much behind the one before it.
constexpr std::chrono::minutes clocks_apart{1};

/// Sells one slot.
class ScarceComposer final : public Composer {
 public:
  std::optional<Refusal> refuses(const Ground& ground, const Entry& entry,
                                 const Operation& /*operation*/) const override {
    if (ground.tip.slot == Slot{} && entry.operations.empty()) return {};
    return Refusal{.code = "sold_out", .detail = "the only slot is sold", .more = {}};
  }
  void append(const Ground& /*ground*/, Entry& entry, Operation operation) const override {
    entry.operations.push_back(std::move(operation));
  }
  void undo(Operation& /*operation*/) const override {}
};

Answer answer_to_the_dead(const Call& call) {
  const bool sleeps = call.kind == Call::Kind::sleep;
  return {.kind = sleeps ? Answer::Kind::woken : Answer::Kind::failed, .item = {}};
}

}  // namespace

/// Store and clock whose calls wait to be answered.
class Puppet::Doors final : public Store, public Clock {
 public:
  struct Asked {
    std::shared_ptr<const Call> call;
    Event answered;
    std::optional<Answer> answer;
  };

  Doors(std::uint64_t seed, Steady tick)
      : wall_(start_of_wall_time - clocks_apart * seed), tick_(tick) {}

  Task<Result<std::optional<Document>>> get(Key key) override {
    Call call{.kind = Call::Kind::get, .key = std::move(key)};
    const auto answer = co_await ask(std::move(call));
    co_return as_read(answer);
  }

  Task<Result<Written>> add(Key key, Bytes value) override {
    Call call{.kind = Call::Kind::add, .key = std::move(key), .value = std::move(value)};
    const auto answer = co_await ask(std::move(call));
    co_return as_written(answer);
  }

  Task<Result<Written>> cas(Key key, Version version, Bytes value) override {
    Call call{.kind = Call::Kind::cas,
              .key = std::move(key),
              .expected = version,
              .value = std::move(value)};
    const auto answer = co_await ask(std::move(call));
    co_return as_written(answer);
  }

  Time now() override { return Time{wall_ + steady()}; }
  Steady steady() override { return answered_ + slept_; }

  Task<void> sleep(std::chrono::milliseconds pause) override {
    const bool waits = tick_ > Steady{} && pause >= tick_;
    Call call{
        .kind = Call::Kind::sleep, .pause = pause, .due = waits ? answered_ + pause : Steady{}};
    co_await ask(std::move(call));
    if (!waits) slept_ += std::max(pause, tick_ > Steady{} ? nap_min / 2 : nap_min);
  }

  void answer(std::size_t number, const Answer& given) {
    Asked& asked = *asked_.at(number);
    POSSE_ASSERT(!asked.answer);
    asked.answer = given;
    answered_ = std::max(answered_, given.at);
    asked.answered.set();
  }

  void bury() {
    is_buried_ = true;
    for (const Pending& pending : this->pending()) {
      answer(pending.number, answer_to_the_dead(*pending.call));
    }
  }

  std::vector<Pending> pending() const {
    std::vector<Pending> pending;
    for (std::size_t number = 0; number < asked_.size(); ++number) {
      if (!asked_[number]->answer) pending.push_back({number, asked_[number]->call});
    }
    return pending;
  }

 private:
  Task<Answer> ask(Call call) {
    auto asked = std::make_shared<Asked>();
    asked->call = std::make_shared<const Call>(std::move(call));
    if (is_buried_) co_return answer_to_the_dead(*asked->call);
    asked_.push_back(asked);
    co_await asked->answered.wait();
    co_return *asked->answer;
  }

  std::vector<std::shared_ptr<Asked>> asked_;
  std::chrono::milliseconds wall_;
  Steady tick_;
  Steady answered_{};
  Steady slept_{};
  bool is_buried_ = false;
};

Puppet::Puppet(boost::asio::io_context& io, const Making& making)
    : io_(io),
      doors_(std::make_unique<Doors>(making.seed, making.tick)),
      random_(making.seed),
      watch_list_(std::make_unique<WatchList>(WatchList::Doors{*doors_, *doors_, random_})),
      journal_(std::make_unique<Journal>(
          Journal::Doors{*doors_, *doors_, random_, io.get_executor()}, *watch_list_)),
      requests_(io.get_executor()) {
  journal_->compose_with("stage", std::make_unique<PlainComposer>());
  journal_->compose_with("scarce", std::make_unique<ScarceComposer>());
  const auto ended = [](const std::exception_ptr& thrown) {
    if (thrown) std::rethrow_exception(thrown);
  };
  boost::asio::co_spawn(io_, run(making.script), ended);
  go_on();
}

Puppet::~Puppet() {
  doors_->bury();
  go_on();
  POSSE_ASSERT(ended_);
}

Task<void> Puppet::run(Script script) {
  co_await boost::asio::this_coro::throw_if_cancelled(false);
  const Actor actor{.store = *doors_,
                    .clock = *doors_,
                    .journal = *journal_,
                    .watch_list = *watch_list_,
                    .random = random_,
                    .told = told_,
                    .requests = requests_};
  co_await script(actor);
  co_await requests_.join();
  co_await journal_->close();
  ended_ = true;
}

void Puppet::answer(std::size_t number, const Answer& answer) {
  doors_->answer(number, answer);
  go_on();
}

void Puppet::go_on() {
  io_.restart();
  io_.poll();
}

std::vector<Pending> Puppet::pending() const {
  return doors_->pending();
}

}  // namespace posse::sim
