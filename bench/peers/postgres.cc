/// PostgreSQL: one function call for each purchase, over a pool of connections.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <deque>
#include <libpq-fe.h>
#include <optional>
#include <string_view>
#include <utility>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "bench/peers/peers.h"
#include "bench/peers/postgres_schema.h"
#include "core/event.h"
#include "core/text.h"

namespace posse::bench {
namespace {

namespace asio = boost::asio;
using Descriptor = asio::posix::stream_descriptor;

constexpr const char* question = "select * from buy($1::uuid, $2, $3, $4)";

/// Commits without waiting for the sync, so that the row's lock ends before it.
constexpr const char* unsynced_question =
    "select b.* from buy($1::uuid, $2, $3, $4) b, set_config('synchronous_commit', 'off', true)";

/// Commits something, synced: so is all that was committed before.
constexpr const char* sync_question =
    "select set_config('synchronous_commit', 'on', true), pg_logical_emit_message(true, '', '')";

struct Close {
  void operator()(PGconn* connection) const { PQfinish(connection); }
  void operator()(PGresult* result) const { PQclear(result); }
};
using Connection = std::unique_ptr<PGconn, Close>;
using Rows = std::unique_ptr<PGresult, Close>;

[[noreturn]] void fail(const Connection& connection) {
  give_up(std::string("PostgreSQL fails: ") + PQerrorMessage(connection.get()));
}

Rows run(const Connection& connection, const std::string& text) {
  Rows rows(PQexec(connection.get(), text.c_str()));
  const auto status = PQresultStatus(rows.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) fail(connection);
  return rows;
}

Connection connect(const std::string& address) {
  Connection connection(PQconnectdb(address.c_str()));
  if (PQstatus(connection.get()) != CONNECTION_OK) fail(connection);
  // A server that goes down says so on every connection; one sentence is enough.
  PQsetNoticeProcessor(connection.get(), [](void* /*data*/, const char* /*notice*/) {}, nullptr);
  return connection;
}

std::int64_t integer(const Rows& rows, int column) {
  return whole_number(PQgetvalue(rows.get(), 0, column)).value_or(0);
}

/// The names as one array.
std::string array_of(const std::vector<Name>& names) {
  std::string text = "'{";
  for (const auto& name : names) text += name.text() + ',';
  if (text.ends_with(',')) text.pop_back();
  return text + "}'::text[]";
}

/// A connection that a buyer has for the time of a purchase.
class Link {
 public:
  Link(const Place& place, Locking locking)
      : connection_(connect(place.address)),
        socket_(place.io->get_executor(), PQsocket(connection_.get())),
        steps_(locking == Locking::until_written ? 2 : 1) {
    prepare("buy", steps_ == 2 ? unsynced_question : question, 4);
    if (steps_ == 2) prepare("sync", sync_question, 0);
    if (PQsetnonblocking(connection_.get(), 1) != 0) fail(connection_);
    if (PQenterPipelineMode(connection_.get()) != 1) fail(connection_);
  }
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;
  ~Link() { (void)socket_.release(); }

  Task<Sold> buy(const Purchase* purchase) {
    send(*purchase);
    while (PQflush(connection_.get()) == 1)
      co_await socket_.async_wait(Descriptor::wait_write, asio::use_awaitable);
    std::optional<Sold> sold;
    for (int open = steps_; open > 0;) {
      while (PQisBusy(connection_.get()) == 1) {
        co_await socket_.async_wait(Descriptor::wait_read, asio::use_awaitable);
        if (PQconsumeInput(connection_.get()) != 1) fail(connection_);
      }
      const Rows rows(PQgetResult(connection_.get()));
      if (rows == nullptr) continue;  // the end of one statement's rows
      const auto status = PQresultStatus(rows.get());
      if (status == PGRES_PIPELINE_SYNC) --open;
      if (status == PGRES_TUPLES_OK && !sold) sold = sold_of(rows);
      if (status != PGRES_PIPELINE_SYNC && status != PGRES_TUPLES_OK) fail(connection_);
    }
    co_return *sold;
  }

 private:
  void prepare(const char* name, const char* text, int parameters) {
    const Rows prepared(PQprepare(connection_.get(), name, text, parameters, nullptr));
    if (PQresultStatus(prepared.get()) != PGRES_COMMAND_OK) fail(connection_);
  }

  /// Each step is a transaction; all of them go out together.
  void send(const Purchase& purchase) {
    const std::string max_price = std::to_string(number(purchase.max_price));
    const std::array<const char*, 4> values{purchase.key.text().c_str(),
                                            purchase.buyer.text().c_str(),
                                            purchase.campaign.text().c_str(), max_price.c_str()};
    PGconn* to = connection_.get();
    bool is_sent = PQsendQueryPrepared(to, "buy", 4, values.data(), nullptr, nullptr, 0) == 1 &&
                   PQpipelineSync(to) == 1;
    if (is_sent && steps_ == 2) {
      is_sent = PQsendQueryPrepared(to, "sync", 0, nullptr, nullptr, nullptr, 0) == 1 &&
                PQpipelineSync(to) == 1;
    }
    if (!is_sent) fail(connection_);
  }

  static Sold sold_of(const Rows& rows) {
    if (PQgetisnull(rows.get(), 0, 0) == 0) return {.refusal = "refused"};
    return {.refusal = nullptr,
            .slot = static_cast<std::uint64_t>(integer(rows, 1)),
            .price = integer(rows, 2),
            .repeated = PQgetvalue(rows.get(), 0, 3)[0] == 't'};
  }

  Connection connection_;
  Descriptor socket_;
  int steps_;
};

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
    for (std::size_t i = 0; i < size; ++i) {
      links_.push_back(std::make_unique<Link>(place_, locking_));
      free_.push_back(links_.back().get());
    }
  }

  Task<Result<Answer<Sale>>> buy(std::size_t /*buyer*/, Purchase purchase) override {
    Link* link = co_await take();
    const Sold sold = co_await link->buy(&purchase);
    put(link);
    co_return answer_of(purchase, sold);
  }

  Books books(const Goods& /*goods*/) override {
    links_.clear();
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
  struct Waiter {
    Link* link = nullptr;
    Event given;
  };

  Task<Link*> take() {
    Waiter waiter;
    if (!free_.empty()) {
      Link* link = free_.back();
      free_.pop_back();
      co_return link;
    }
    waiting_.push_back(&waiter);
    co_await waiter.given.wait();
    co_return waiter.link;
  }

  void put(Link* link) {
    if (waiting_.empty()) {
      free_.push_back(link);
      return;
    }
    Waiter* next = waiting_.front();
    waiting_.pop_front();
    next->link = link;
    next->given.set();
  }

  Place place_;
  Locking locking_;
  std::vector<std::unique_ptr<Link>> links_;
  std::vector<Link*> free_;
  std::deque<Waiter*> waiting_;
};

}  // namespace

std::unique_ptr<Peer> make_postgres(const Place& place, Locking locking) {
  return std::make_unique<Postgres>(place, locking);
}

}  // namespace posse::bench
