/// PostgreSQL: one function call for each purchase, over a pool of connections.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>
#include <utility>

#include "bench/peers/peers.h"
#include "bench/peers/postgres_pool.h"
#include "bench/peers/postgres_schema.h"

namespace posse::bench {
namespace {

constexpr const char* question = "select * from buy($1::uuid, $2, $3, $4)";

/// Commits without waiting for the sync, so that the row's lock ends before it.
constexpr const char* unsynced_question =
    "select b.* from buy($1::uuid, $2, $3, $4) b, set_config('synchronous_commit', 'off', true)";

/// Commits something, synced: so is all that was committed before.
constexpr const char* sync_question =
    "select set_config('synchronous_commit', 'on', true), pg_logical_emit_message(true, '', '')";

/// The names as one array.
std::string array_of(const std::vector<Name>& names) {
  std::string text = "'{";
  for (const auto& name : names) text += name.text() + ',';
  if (text.ends_with(',')) text.pop_back();
  return text + "}'::text[]";
}

Sold sold_of(const Rows& rows) {
  if (PQgetisnull(rows.get(), 0, 0) == 0) return {.refusal = "refused"};
  return {.refusal = nullptr,
          .slot = static_cast<std::uint64_t>(integer(rows, 1)),
          .price = integer(rows, 2),
          .repeated = PQgetvalue(rows.get(), 0, 3)[0] == 't'};
}

class Postgres final : public Peer {
 public:
  Postgres(Place place, Locking locking) : place_(std::move(place)), locking_(locking) {}

  void prepare(const Goods& goods) override {
    const Connection connection = connect(place_.address);
    (void)run(connection,
              "drop schema public cascade; "
              "create schema public");
    (void)run(connection, locking_ == Locking::first ? lock_first : lock_last);
    (void)run(connection, "insert into account select unnest(" + array_of(goods.accounts) + "), " +
                              std::to_string(number(goods.funds)));
    (void)run(connection, "insert into campaign select unnest(" + array_of(goods.campaigns) +
                              "), " + std::to_string(number(goods.price)));
    (void)run(connection, "vacuum analyze");
    (void)run(connection, "checkpoint");
    // More connections than the machine can use only wait for each other, and for the row.
    const std::size_t best = goods.campaigns.size() == 1 ? 8 : 16;
    const std::size_t size =
        std::min(place_.connections == 0 ? best : place_.connections, place_.buyers);
    const Question with_sync{.text = unsynced_question, .parameters = 4, .then = sync_question};
    const Question alone{.text = question, .parameters = 4};
    pool_.emplace(place_, size, locking_ == Locking::until_written ? with_sync : alone);
  }

  Task<Result<Answer<Sale>>> buy(std::size_t /*buyer*/, Purchase purchase) override {
    std::vector<std::string> values{purchase.key.text(), purchase.buyer.text(),
                                    purchase.campaign.text(),
                                    std::to_string(number(purchase.max_price))};
    const Rows rows = co_await pool_->ask(std::move(values));
    co_return answer_of(purchase, sold_of(rows));
  }

  Books books(const Goods& /*goods*/) override {
    pool_.reset();
    const Connection connection = connect(place_.address);
    const Rows rows = run(connection, R"(
      with per_campaign as (
        select campaign, count(*) n, min(slot) low, max(slot) high from purchase group by campaign)
      select (select sum(balance) from account),
        (select coalesce(sum(price), 0) from purchase), (select count(*) from purchase),
        (select coalesce(sum(sold), 0) from campaign),
        (select count(*) from campaign left join per_campaign on campaign = id
          where (coalesce(n, 0), coalesce(high, 0), coalesce(low, 1)) <> (sold, sold, 1)))");
    return {.balances = integer(rows, 0),
            .paid = integer(rows, 1),
            .receipts = static_cast<std::uint64_t>(integer(rows, 2)),
            .slots = static_cast<std::uint64_t>(integer(rows, 3)),
            .broken = static_cast<std::uint64_t>(integer(rows, 4))};
  }

 private:
  Place place_;
  Locking locking_;
  std::optional<PostgresPool> pool_;
};

}  // namespace

std::unique_ptr<Peer> make_postgres(const Place& place, Locking locking) {
  return std::make_unique<Postgres>(place, locking);
}

}  // namespace posse::bench
