/// Transfers as a function of PostgreSQL.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>
#include <utility>

#include "bench/peers/postgres_pool.h"
#include "bench/peers/tellers.h"

namespace posse::bench {
namespace {

/// As good as 32 where accounts are seldom the same, and best of 4 to 64 on ten hot ones.
constexpr std::size_t connections = 16;

constexpr const char* schema = R"(
create table account (id bigint primary key, balance bigint not null check (balance >= 0))
  with (fillfactor = 50);

create function transfer(payer bigint, payee bigint, amount bigint) returns bigint
language plpgsql as $$
begin
  if payer < payee then
    update account set balance = balance - amount where id = payer;
    update account set balance = balance + amount where id = payee;
  else
    update account set balance = balance + amount where id = payee;
    update account set balance = balance - amount where id = payer;
  end if;
  return amount;
end $$;
)";

class PostgresTeller final : public Teller {
 public:
  explicit PostgresTeller(Place place) : place_(std::move(place)) {}

  Task<void> prepare(std::size_t count, std::int64_t balance) override {
    const Connection connection = connect(place_.address);
    (void)run(connection, "drop schema public cascade; create schema public");
    (void)run(connection, schema);
    (void)run(connection, "insert into account select generate_series(0, " +
                              std::to_string(count - 1) + "), " + std::to_string(balance));
    (void)run(connection, "vacuum analyze");
    (void)run(connection, "checkpoint");
    co_return;
  }

  Task<std::uint64_t> transfer(Transfer transfer) override {
    if (!pool_) open_pool();
    std::vector<std::string> values{std::to_string(transfer.from), std::to_string(transfer.to),
                                    std::to_string(transfer.amount)};
    const Rows rows = co_await pool_->ask(std::move(values));
    if (integer(rows, 0) != transfer.amount) give_up("PostgreSQL has not transferred");
    co_return 0;
  }

  Task<std::vector<std::int64_t>> balances(std::size_t count) override {
    const Connection connection = connect(place_.address);
    std::vector<std::int64_t> found;
    for (std::size_t i = 0; i < count; ++i) {
      const Rows rows =
          run(connection, "select balance from account where id = " + std::to_string(i));
      found.push_back(integer(rows, 0));
    }
    co_return found;
  }

  Task<void> close() override {
    pool_.reset();
    co_return;
  }

 private:
  void open_pool() {
    const std::size_t wanted = place_.connections == 0 ? connections : place_.connections;
    const Question question{.text = "select transfer($1, $2, $3)", .parameters = 3};
    pool_.emplace(place_, std::min(wanted, place_.buyers), question);
  }

  Place place_;
  std::optional<PostgresPool> pool_;
};

}  // namespace

std::unique_ptr<Teller> make_postgres_teller(const Place& place) {
  return std::make_unique<PostgresTeller>(place);
}

}  // namespace posse::bench
