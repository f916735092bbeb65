/// Two nodes' shops over one store for unit tests.
// SPDX-License-Identifier: Apache-2.0
#include "shop_world.h"

namespace posse {
namespace {

Error dead() {
  return Error{Errc::unavailable, "the node is dead"};
}

Result<Written> answered(MortalStore::Fate fate, Result<Written> written) {
  if (fate == MortalStore::Fate::dead_after) return dead();
  if (fate == MortalStore::Fate::answer_lost) {
    return Written{.answer = Write::unknown, .version = {}};
  }
  return written;
}

}  // namespace

MortalStore::MortalStore(Store& store) : store_(store) {}
MortalStore::~MortalStore() = default;

Task<Result<std::optional<Document>>> MortalStore::get(Key key) {
  if (dead_) co_return dead();
  if (denies && denies(key)) co_return std::optional<Document>();
  co_return co_await store_.get(std::move(key));
}

Task<Result<Written>> MortalStore::add(Key key, Bytes value) {
  const Fate now = decide(key);
  if (now == Fate::dead_before) co_return dead();
  if (meanwhile) co_await meanwhile(key);
  auto written = co_await store_.add(std::move(key), std::move(value));
  co_return answered(now, std::move(written));
}

Task<Result<Written>> MortalStore::cas(Key key, Version version, Bytes value) {
  const Fate now = decide(key);
  if (now == Fate::dead_before) co_return dead();
  if (meanwhile) co_await meanwhile(key);
  auto written = co_await store_.cas(std::move(key), version, std::move(value));
  co_return answered(now, std::move(written));
}

void MortalStore::revive() {
  dead_ = false;
  fate = {};
}

MortalStore::Fate MortalStore::decide(const Key& key) {
  if (dead_) return Fate::dead_before;
  const Fate now = fate ? fate(key) : Fate::alive;
  dead_ = now == Fate::dead_before || now == Fate::dead_after;
  return now;
}

ShopWorld::ShopWorld() = default;
ShopWorld::~ShopWorld() = default;

Uuid ShopWorld::key() {
  return Uuid::make(clock.now(), random);
}

Purchase ShopWorld::order(const std::string& campaign, const std::string& buyer,
                          std::int64_t max_price) {
  return {.campaign = name(campaign),
          .buyer = name(buyer),
          .max_price = Cents{max_price},
          .key = key(),
          .content = {}};
}

std::int64_t ShopWorld::balance(const std::string& owner) {
  const auto shown = run(shop.accounts().show(name(owner)));
  return number(std::get<AccountView>(*shown).balance);
}

Payment ShopWorld::payment(const std::string& owner, std::int64_t amount, std::string reference) {
  return {.account = name(owner), .amount = Cents{amount}, .reference = std::move(reference)};
}

}  // namespace posse
