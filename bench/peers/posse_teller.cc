/// Transfers as changes of two documents in an LMDB store.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>
#include <variant>

#include "bench/peers/tellers.h"
#include "core/task_group.h"
#include "posse/documents.h"
#include "stores/lmdb/lmdb_store.h"
#include "system/system_clock.h"
#include "system/system_random.h"

namespace posse::bench {
namespace {

constexpr std::size_t effects_max = 16;
constexpr std::size_t makers = 64;

Key account(std::size_t number) {
  return Key("account-" + std::to_string(number));
}

std::unique_ptr<LmdbStore> open(const Place& place) {
  auto opened = LmdbStore::open({.executor = place.io->get_executor(), .directory = place.folder});
  if (!opened) give_up(opened.error().detail);
  return *std::move(opened);
}

std::int64_t balance_of(const Reading& reading) {
  if (!reading.value) give_up("an account is not there");
  return reading.value->at("balance").as_int64();
}

Effect put(std::size_t number, const Reading& reading, std::int64_t amount) {
  boost::json::object value = *reading.value;
  value["balance"] = balance_of(reading) + amount;
  return set_effect(account(number), std::move(value), reading.state);
}

std::vector<Effect> effects_of(Transfer transfer, const std::vector<Reading>& found) {
  return {put(transfer.from, found.front(), -transfer.amount),
          put(transfer.to, found.back(), transfer.amount)};
}

Plan plan_of(Transfer transfer) {
  const auto choose = [=](const std::vector<Reading>& found) -> std::variant<Choice, Refusal> {
    return Choice{.effects = effects_of(transfer, found)};
  };
  return {.keys = {account(transfer.from), account(transfer.to)}, .choose = choose};
}

class PosseTeller final : public Teller {
 public:
  PosseTeller(const Place& place, Writing writing)
      : executor_(place.io->get_executor()),
        writing_(writing),
        store_(open(place)),
        clock_(executor_),
        documents_({*store_, clock_, random_, executor_}) {}

  Task<void> prepare(std::size_t count, std::int64_t balance) override {
    TaskGroup making(executor_);
    for (std::size_t i = 0; i < makers; ++i) making.spawn(make(i, count, balance));
    co_await making.join();
  }

  Task<std::uint64_t> transfer(Transfer transfer) override {
    std::uint64_t repeats = 0;
    while (!co_await tried(transfer)) ++repeats;
    co_return repeats;
  }

  Task<std::vector<std::int64_t>> balances(std::size_t count) override {
    std::vector<std::int64_t> found;
    for (std::size_t i = 0; i < count; ++i) {
      Key key = account(i);
      const auto reading = co_await documents_.read(std::move(key));
      if (!reading) give_up(reading.error().detail);
      found.push_back(balance_of(*reading));
    }
    co_return found;
  }

  Task<void> close() override { co_await documents_.close(); }

 private:
  Task<void> make(std::size_t maker, std::size_t count, std::int64_t balance) {
    for (std::size_t at = maker * effects_max; at < count; at += makers * effects_max) {
      Change change;
      for (std::size_t i = at; i < std::min(count, at + effects_max); ++i) {
        boost::json::object value{{"balance", balance}};
        change.effects.push_back(create_effect(account(i), std::move(value)));
      }
      const bool happened = co_await happens(std::move(change));
      if (!happened) give_up("an account cannot be made");
    }
  }

  Task<bool> tried(Transfer transfer) {
    if (writing_ == Writing::plans) {
      Plan plan = plan_of(transfer);
      const auto fate = co_await documents_.atomically(std::move(plan));
      co_return happened(fate);
    }
    Change change;
    if (writing_ == Writing::sets) {
      std::vector<Key> keys{account(transfer.from), account(transfer.to)};
      const auto found = co_await documents_.read(std::move(keys));
      if (!found && found.error().code == Errc::contended) co_return false;
      if (!found) give_up(found.error().detail);
      change.effects = effects_of(transfer, *found);
      co_return co_await happens(std::move(change));
    }
    change.effects = {add_effect(account(transfer.from), "balance", -transfer.amount, 0),
                      add_effect(account(transfer.to), "balance", transfer.amount)};
    co_return co_await happens(std::move(change));
  }

  Task<bool> happens(Change change) {
    const auto fate = co_await documents_.atomically(std::move(change));
    co_return happened(fate);
  }

  /// Or is refused because others were first.
  static bool happened(const Result<Fate>& fate) {
    if (!fate && fate.error().code == Errc::contended) return false;
    if (!fate) give_up(fate.error().detail);
    if (std::holds_alternative<Pending>(*fate)) give_up("a transfer is pending");
    const auto* refusal = std::get_if<Refusal>(&*fate);
    const bool is_expected = refusal == nullptr || refusal->code == "changed" ||
                             refusal->code == "busy" || refusal->code == "too_many_holds";
    if (!is_expected) give_up(refusal->detail);
    return refusal == nullptr;
  }

  boost::asio::any_io_executor executor_;
  Writing writing_;
  std::unique_ptr<LmdbStore> store_;
  SystemClock clock_;
  SystemRandom random_;
  Documents documents_;
};

}  // namespace

std::unique_ptr<Teller> make_posse_teller(const Place& place, Writing writing) {
  return std::make_unique<PosseTeller>(place, writing);
}

}  // namespace posse::bench
