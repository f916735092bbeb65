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

  explicit MortalStore(Store& store);
  MortalStore(const MortalStore&) = delete;
  MortalStore& operator=(const MortalStore&) = delete;
  ~MortalStore() override;

  /// Asked for each write, until the node is dead.
  std::function<Fate(const Key&)> fate;
  /// Reads of these keys show nothing: the past.
  std::function<bool(const Key&)> denies;
  /// What others do before a write takes effect.
  std::function<Task<void>(Key)> meanwhile;

  Task<Result<std::optional<Document>>> get(Key key) override;
  Task<Result<Written>> add(Key key, Bytes value) override;
  Task<Result<Written>> cas(Key key, Version version, Bytes value) override;

  void revive();

 private:
  Fate decide(const Key& key);

  Store& store_;
  bool dead_ = false;
};

/// `shop` of AuditShop and `other`, over one store.
struct ShopWorld : AuditShop {
  ShopWorld();
  ShopWorld(const ShopWorld&) = delete;
  ShopWorld& operator=(const ShopWorld&) = delete;
  ~ShopWorld();

  MortalStore mortal{store};
  SeededRandom chance{12};
  Shop other{{mortal, store, clock, chance, io.get_executor()}, announcer};

  Uuid key();
  Purchase order(const std::string& campaign, const std::string& buyer, std::int64_t max_price);
  std::int64_t balance(const std::string& owner);
  static Payment payment(const std::string& owner, std::int64_t amount, std::string reference);
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
