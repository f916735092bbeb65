/// SQLite with a write-ahead log and full synchronisation: each commit is on the disk.
// SPDX-License-Identifier: Apache-2.0
#include <sqlite3.h>
#include <string_view>
#include <utility>

#include "bench/peers/writer_thread.h"

namespace posse::bench {
namespace {

constexpr const char* schema = R"(
  pragma journal_mode = wal;
  pragma synchronous = full;
  pragma cache_size = -262144;
  pragma locking_mode = exclusive;
  pragma wal_autocheckpoint = 10000;
  create table account (name text primary key, balance int not null check (balance >= 0))
    without rowid;
  create table campaign (id text primary key, price int not null, sold int not null default 0)
    without rowid;
  create table purchase (key blob primary key, campaign text not null, slot int not null,
    buyer text not null, price int not null, unique (campaign, slot)) without rowid;)";

/// A prepared statement.
class Statement {
 public:
  Statement(sqlite3* database, const char* text) : database_(database) {
    if (sqlite3_prepare_v2(database, text, -1, &handle_, nullptr) != SQLITE_OK) fail();
  }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement() { sqlite3_finalize(handle_); }

  Statement& text(int at, std::string_view value) {
    sqlite3_bind_text(handle_, at, value.data(), static_cast<int>(value.size()), SQLITE_STATIC);
    return *this;
  }
  Statement& blob(int at, const KeyBytes& value) {
    sqlite3_bind_blob(handle_, at, value.data(), static_cast<int>(value.size()), SQLITE_STATIC);
    return *this;
  }
  Statement& integer(int at, std::int64_t value) {
    sqlite3_bind_int64(handle_, at, value);
    return *this;
  }

  /// Whether there is a row, which is there until the next step or reset.
  bool step() {
    const int code = sqlite3_step(handle_);
    if (code != SQLITE_ROW && code != SQLITE_DONE) fail();
    return code == SQLITE_ROW;
  }
  std::int64_t column(int at) { return sqlite3_column_int64(handle_, at); }
  void reset() { sqlite3_reset(handle_); }

  /// Does it and forgets about rows.
  void run() {
    (void)step();
    reset();
  }

 private:
  [[noreturn]] void fail() const {
    give_up(std::string("SQLite fails: ") + sqlite3_errmsg(database_));
  }

  sqlite3* database_;
  sqlite3_stmt* handle_ = nullptr;
};

sqlite3* open(const std::string& folder) {
  sqlite3* database = nullptr;
  const std::string path = folder + "/sqlite";
  if (sqlite3_open(path.c_str(), &database) != SQLITE_OK)
    give_up(std::string("SQLite cannot open its file: ") + sqlite3_errmsg(database));
  if (sqlite3_exec(database, schema, nullptr, nullptr, nullptr) != SQLITE_OK)
    give_up(std::string("SQLite cannot make its tables: ") + sqlite3_errmsg(database));
  return database;
}

class Sqlite final : public Engine {
 public:
  explicit Sqlite(const std::string& folder) : database_(open(folder)) {}
  Sqlite(const Sqlite&) = delete;
  Sqlite& operator=(const Sqlite&) = delete;
  ~Sqlite() override { sqlite3_close_v2(database_); }

  void prepare(const Goods& goods) override {
    begin();
    Statement account(database_, "insert into account values (?, ?)");
    for (const auto& name : goods.accounts)
      account.text(1, name.text()).integer(2, number(goods.funds)).run();
    Statement campaign(database_, "insert into campaign (id, price) values (?, ?)");
    for (const auto& name : goods.campaigns)
      campaign.text(1, name.text()).integer(2, number(goods.price)).run();
    commit();
  }

  void begin() override { begin_.run(); }
  void commit() override { commit_.run(); }

  Sold sell(const Purchase& purchase) override {
    const KeyBytes key = bytes_of(purchase.key);
    Sold sold;
    receipt_.blob(1, key);
    sold.repeated = receipt_.step();
    sold.slot = static_cast<std::uint64_t>(receipt_.column(0));
    sold.price = receipt_.column(1);
    receipt_.reset();
    if (sold.repeated) return sold;

    const bool is_known = campaign_.text(1, purchase.campaign.text()).step();
    sold.price = campaign_.column(0);
    sold.slot = static_cast<std::uint64_t>(campaign_.column(1)) + 1;
    campaign_.reset();
    if (!is_known) return {.refusal = "unknown_campaign"};
    if (sold.price > number(purchase.max_price)) return {.refusal = "price_moved"};

    debit_.integer(1, sold.price).text(2, purchase.buyer.text()).run();
    if (sqlite3_changes(database_) != 1) return {.refusal = "insufficient_funds"};
    const auto slot = static_cast<std::int64_t>(sold.slot);
    move_on_.integer(1, slot).text(2, purchase.campaign.text()).run();
    insert_.blob(1, key).text(2, purchase.campaign.text()).integer(3, slot);
    insert_.text(4, purchase.buyer.text()).integer(5, sold.price).run();
    return sold;
  }

  Books books(const Goods& /*goods*/) override {
    Books books;
    books.balances = ask("select sum(balance) from account");
    books.paid = ask("select coalesce(sum(price), 0) from purchase");
    books.receipts = static_cast<std::uint64_t>(ask("select count(*) from purchase"));
    books.slots = static_cast<std::uint64_t>(ask("select coalesce(sum(sold), 0) from campaign"));
    books.broken = static_cast<std::uint64_t>(ask(R"(
      select count(*) from campaign c left join
        (select campaign, count(*) n, min(slot) low, max(slot) high from purchase group by campaign)
        on campaign = c.id
      where coalesce(n, 0) <> c.sold or coalesce(high, 0) <> c.sold or coalesce(low, 1) <> 1)"));
    return books;
  }

 private:
  std::int64_t ask(const char* question) {
    Statement statement(database_, question);
    (void)statement.step();
    return statement.column(0);
  }

  sqlite3* database_;
  Statement begin_{database_, "begin immediate"};
  Statement commit_{database_, "commit"};
  Statement receipt_{database_, "select slot, price from purchase where key = ?"};
  Statement campaign_{database_, "select price, sold from campaign where id = ?"};
  Statement debit_{database_,
                   "update account set balance = balance - ?1 where name = ?2 and balance >= ?1"};
  Statement move_on_{database_, "update campaign set sold = ? where id = ?"};
  Statement insert_{
      database_, "insert into purchase (key, campaign, slot, buyer, price) values (?, ?, ?, ?, ?)"};
};

}  // namespace

std::unique_ptr<Peer> make_sqlite(const Place& place, Commits commits) {
  return std::make_unique<WriterThread>(place.io, std::make_unique<Sqlite>(place.folder), commits);
}

}  // namespace posse::bench
