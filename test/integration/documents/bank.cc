/// Transfers between a few accounts, some asked twice, and reads of all of them at once.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <utility>

#include "workload.h"

namespace posse::testing {
namespace json = boost::json;
namespace {

constexpr std::int64_t first_balance = 100;
constexpr std::size_t effects_max = 16;

/// An error says nothing of a transfer that somebody asked for before: it is asked for again. Where
/// the store is well, it is answered long before.
constexpr int last_asks_max = 20;
constexpr std::chrono::milliseconds pause{500};

struct Transfer {
  std::string name;
  std::uint64_t from = 0;
  std::uint64_t to = 0;
  std::int64_t amount = 0;
};

Key account(std::uint64_t number) {
  return Key("bank/" + std::to_string(number));
}

/// `moves` counts the transfers of an account, so that no two of them can hide each other.
Change change_of(const Transfer& transfer) {
  const Key from = account(transfer.from);
  const Key to = account(transfer.to);
  return {
      .request = transfer.name,
      .effects = {add_effect(from, "balance", -transfer.amount, 0), add_effect(from, "moves", 1),
                  add_effect(to, "balance", transfer.amount), add_effect(to, "moves", 1)}};
}

class Bank final : public Workload {
 public:
  explicit Bank(Stage& stage) : stage_(stage) {}

  Task<void> prepare() override {
    for (std::size_t first = 0; first < stage_.plan.documents; first += effects_max) {
      const std::size_t end = std::min(first + effects_max, stage_.plan.documents);
      Change change;
      for (std::size_t i = first; i < end; ++i) {
        json::object value{{"balance", first_balance}, {"moves", 0}};
        change.effects.push_back(create_effect(account(i), std::move(value)));
      }
      co_await change_and_tell(&stage_, "accounts", std::move(change));
    }
  }

  Task<void> step() override {
    // A read of all has them for itself: of many, nobody would transfer anything.
    const std::uint64_t dice = stage_.below(64);
    if (dice < 3) {
      std::vector<std::uint64_t> numbers = dice == 0 ? all() : some();
      co_await read(std::move(numbers));
      co_return;
    }
    Transfer transfer = dice < 8 ? recent() : new_transfer();
    co_await ask(std::move(transfer));
  }

  /// Asks for a transfer again until there is an answer, which is the one for ever; or reads all if
  /// there is none.
  Task<void> finish(json::object what) override {
    if (!what.contains("op")) {
      std::vector<std::uint64_t> numbers = all();
      co_await read(std::move(numbers));
      co_return;
    }
    Transfer transfer{.name = std::string(what.at("op").as_string()),
                      .from = what.at("from").to_number<std::uint64_t>(),
                      .to = what.at("to").to_number<std::uint64_t>(),
                      .amount = what.at("amount").to_number<std::int64_t>()};
    for (int asked = 0; asked < last_asks_max; ++asked) {
      const bool is_known = co_await ask(transfer);
      if (is_known) co_return;
      co_await stage_.clock.sleep(pause);
    }
  }

 private:
  std::uint64_t any() const { return stage_.below(stage_.plan.documents); }

  std::vector<std::uint64_t> all() const {
    std::vector<std::uint64_t> numbers(stage_.plan.documents);
    for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = i;
    return numbers;
  }

  std::vector<std::uint64_t> some() const { return {any(), any(), any(), any(), any()}; }

  Transfer new_transfer() {
    const std::uint64_t from = any();
    const std::uint64_t step = 1 + stage_.below(stage_.plan.documents - 1);
    Transfer made{.name = stage_.new_name(),
                  .from = from,
                  .to = (from + step) % stage_.plan.documents,
                  .amount = 1 + static_cast<std::int64_t>(stage_.below(40))};
    recent_.at(next_++ % recent_.size()) = made;
    return made;
  }

  /// One that may have been answered, or be under way.
  Transfer recent() {
    Transfer again = recent_.at(stage_.below(recent_.size()));
    return again.name.empty() ? new_transfer() : again;
  }

  Task<bool> ask(Transfer transfer) {
    stage_.history.tell({{"op", transfer.name},
                         {"ask", "transfer"},
                         {"from", transfer.from},
                         {"to", transfer.to},
                         {"amount", transfer.amount},
                         {"last", !stage_.plan.last.empty()}});
    Change change = change_of(transfer);
    co_return co_await change_and_tell(&stage_, transfer.name, std::move(change));
  }

  Task<void> read(std::vector<std::uint64_t> numbers) {
    const std::string name = stage_.new_name();
    json::array asked(numbers.begin(), numbers.end());
    stage_.history.tell({{"op", name}, {"ask", "read"}, {"accounts", std::move(asked)}});
    std::vector<Key> keys;
    for (const std::uint64_t number : numbers) keys.push_back(account(number));
    const auto readings = co_await read_and_tell(&stage_, name, std::move(keys));
    if (readings.empty()) co_return;
    json::array balances;
    json::array moves;
    for (const Reading& reading : readings) {
      balances.push_back(reading.value ? reading.value->at("balance") : json::value());
      moves.push_back(reading.value ? reading.value->at("moves") : json::value());
    }
    stage_.history.tell({{"op", name},
                         {"fate", "read"},
                         {"balances", std::move(balances)},
                         {"moves", std::move(moves)}});
  }

  Stage& stage_;
  std::array<Transfer, 32> recent_;
  std::size_t next_ = 0;
};

}  // namespace

std::unique_ptr<Workload> make_bank(Stage& stage) {
  return std::make_unique<Bank>(stage);
}

}  // namespace posse::testing
