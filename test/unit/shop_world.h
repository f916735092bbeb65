/// Two nodes of one shop in memory, the second of which can die at any call.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <utility>

#include "audit_shop.h"

namespace posse {

/// The store as a node sees it that may lose it, or lose an answer, for good.
class MortalStore final : public Store {
 public:
  enum class Fate : std::uint8_t { alive, dead_before, dead_after, answer_lost };

  explicit MortalStore(Store& store) : store_(store) {}

  /// Asked for each write, until the node is dead.
  std::function<Fate(const Key&)> fate;
  /// Reads of these keys show nothing: the past.
  std::function<bool(const Key&)> denies;
  /// What others do before a write takes effect.
  std::function<Task<void>(Key)> meanwhile;

  Task<Result<std::optional<Document>>> get(Key key) override {
    if (dead_) co_return down();
    if (denies && denies(key)) co_return std::optional<Document>();
    co_return co_await store_.get(std::move(key));
  }

  Task<Result<Written>> add(Key key, Bytes value) override {
    const Fate now = decide(key);
    if (now == Fate::dead_before) co_return down();
    if (meanwhile) co_await meanwhile(key);
    auto written = co_await store_.add(std::move(key), std::move(value));
    co_return answered(now, std::move(written));
  }

  Task<Result<Written>> cas(Key key, Version version, Bytes value) override {
    const Fate now = decide(key);
    if (now == Fate::dead_before) co_return down();
    if (meanwhile) co_await meanwhile(key);
    auto written = co_await store_.cas(std::move(key), version, std::move(value));
    co_return answered(now, std::move(written));
  }

  void revive() {
    dead_ = false;
    fate = {};
  }

 private:
  Fate decide(const Key& key) {
    if (dead_) return Fate::dead_before;
    const Fate now = fate ? fate(key) : Fate::alive;
    dead_ = now == Fate::dead_before || now == Fate::dead_after;
    return now;
  }

  static Result<Written> answered(Fate fate, Result<Written> written) {
    if (fate == Fate::dead_after) return down();
    if (fate == Fate::answer_lost) return Written{.answer = Write::unknown, .version = {}};
    return written;
  }

  static Error down() { return Error{Errc::unavailable, "the node is dead"}; }

  Store& store_;
  bool dead_ = false;
};

/// `shop` of AuditShop and `other`, over one store.
struct ShopWorld : AuditShop {
  MortalStore mortal{store};
  SeededRandom chance{12};
  Shop other{{mortal, store, clock, chance, io.get_executor()}, announcer};

  Uuid key() { return Uuid::make(clock.now(), random); }

  Purchase order(const std::string& campaign, const std::string& buyer, std::int64_t max_price) {
    return {.campaign = name(campaign),
            .buyer = name(buyer),
            .max_price = Cents{max_price},
            .key = key(),
            .content = {}};
  }

  std::int64_t balance(const std::string& owner) {
    const auto shown = run(shop.accounts().show(name(owner)));
    return number(std::get<AccountView>(*shown).balance);
  }

  static Payment payment(const std::string& owner, std::int64_t amount, std::string reference) {
    return {.account = name(owner), .amount = Cents{amount}, .reference = std::move(reference)};
  }
};

/// What was asked for, or a test that fails.
template <class T>
T granted(const Result<Answer<T>>& answer) {
  if (!answer) throw std::runtime_error(answer.error().detail);
  if (const auto* refusal = std::get_if<Refusal>(&*answer)) throw std::runtime_error(refusal->code);
  return std::get<T>(*answer);
}

/// The code of the refusal; empty if there is none.
template <class T>
std::string refused(const Result<Answer<T>>& answer) {
  const auto* refusal = answer ? std::get_if<Refusal>(&*answer) : nullptr;
  return refusal == nullptr ? "" : refusal->code;
}

/// The sentence of the refusal; empty if there is none.
template <class T>
std::string sentence(const Result<Answer<T>>& answer) {
  const auto* refusal = answer ? std::get_if<Refusal>(&*answer) : nullptr;
  return refusal == nullptr ? "" : refusal->detail;
}

}  // namespace posse
