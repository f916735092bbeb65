/// LMDB, as Posse's own driver opens it, with the whole purchase in one transaction.
// SPDX-License-Identifier: Apache-2.0
#include <cstring>
#include <string_view>
#include <utility>

#include <lmdb.h>

#include "bench/peers/writer_thread.h"

namespace posse::bench {
namespace {

constexpr std::size_t map_bytes = std::size_t{64} << 30U;

struct CampaignRow {
  std::int64_t price;
  std::uint64_t sold;
};

struct ReceiptRow {
  std::uint64_t slot;
  std::int64_t price;
};

void expect(int code, const char* what) {
  if (code != 0) give_up(std::string("LMDB cannot ") + what + ": " + mdb_strerror(code));
}

MDB_val value_of(std::string_view bytes) {
  // LMDB does not write through what it is asked with.
  return {.mv_size = bytes.size(), .mv_data = const_cast<char*>(bytes.data())};
}

std::string_view view(const MDB_val& value) {
  return {static_cast<const char*>(value.mv_data), value.mv_size};
}

template <class Row>
std::string_view view(const Row& row) {
  return {reinterpret_cast<const char*>(&row), sizeof row};
}

template <class Row>
Row row_of(std::string_view bytes) {
  Row row{};
  std::memcpy(&row, bytes.data(), sizeof row);
  return row;
}

/// `campaign/slot`, ordered as the slots are.
std::string slot_key(std::string_view campaign, std::uint64_t slot) {
  std::string key(campaign);
  key += '/';
  for (unsigned shift = 64; shift > 0; shift -= 8)
    key += static_cast<char>(slot >> (shift - 8) & 0xffU);
  return key;
}

class Lmdb final : public Engine {
 public:
  explicit Lmdb(const std::string& folder) {
    expect(mdb_env_create(&env_), "be set up");
    expect(mdb_env_set_maxdbs(env_, 4), "be set up");
    expect(mdb_env_set_mapsize(env_, map_bytes), "be set up");
    expect(mdb_env_open(env_, folder.c_str(), MDB_NOTLS, 0600), "open its file");
  }
  ~Lmdb() override { mdb_env_close(env_); }
  Lmdb(const Lmdb&) = delete;
  Lmdb& operator=(const Lmdb&) = delete;

  void prepare(const Goods& goods) override {
    begin();
    accounts_ = table("accounts");
    campaigns_ = table("campaigns");
    slots_ = table("slots");
    receipts_ = table("receipts");
    for (const auto& account : goods.accounts)
      put(accounts_, account.text(), view(number(goods.funds)));
    const CampaignRow fresh{.price = number(goods.price), .sold = 0};
    for (const auto& campaign : goods.campaigns) put(campaigns_, campaign.text(), view(fresh));
    commit();
  }

  void begin() override { expect(mdb_txn_begin(env_, nullptr, 0, &transaction_), "begin"); }
  void commit() override { expect(mdb_txn_commit(transaction_), "commit"); }

  Sold sell(const Purchase& purchase) override {
    const KeyBytes key = bytes_of(purchase.key);
    std::string_view found;
    if (get(receipts_, view(key), found)) {
      const auto receipt = row_of<ReceiptRow>(found);
      return {.refusal = nullptr, .slot = receipt.slot, .price = receipt.price, .repeated = true};
    }
    const std::string& name = purchase.campaign.text();
    if (!get(campaigns_, name, found)) return {.refusal = "unknown_campaign"};
    auto campaign = row_of<CampaignRow>(found);
    if (campaign.price > number(purchase.max_price)) return {.refusal = "price_moved"};
    const std::string& buyer = purchase.buyer.text();
    if (!get(accounts_, buyer, found)) return {.refusal = "unknown_account"};
    const auto balance = row_of<std::int64_t>(found);
    if (balance < campaign.price) return {.refusal = "insufficient_funds"};

    put(accounts_, buyer, view(balance - campaign.price));
    ++campaign.sold;
    put(campaigns_, name, view(campaign));
    put(slots_, slot_key(name, campaign.sold), std::string(view(key)) + buyer);
    const ReceiptRow receipt{.slot = campaign.sold, .price = campaign.price};
    put(receipts_, view(key), std::string(view(receipt)) + name + '/' + buyer);
    return {.refusal = nullptr, .slot = campaign.sold, .price = campaign.price};
  }

  Books books(const Goods& goods) override {
    begin();
    Books books;
    for (const auto& account : goods.accounts) {
      std::string_view found;
      if (get(accounts_, account.text(), found)) books.balances += row_of<std::int64_t>(found);
    }
    each(receipts_, [&books](std::string_view /*key*/, std::string_view value) {
      ++books.receipts;
      books.paid += row_of<ReceiptRow>(value).price;
    });
    each(slots_, [&books](std::string_view /*key*/, std::string_view /*value*/) { ++books.slots; });
    for (const auto& campaign : goods.campaigns) books.broken += is_broken(campaign) ? 1 : 0;
    mdb_txn_abort(transaction_);
    return books;
  }

 private:
  MDB_dbi table(const char* name) {
    MDB_dbi table = 0;
    expect(mdb_dbi_open(transaction_, name, MDB_CREATE, &table), "make a table");
    return table;
  }

  bool get(MDB_dbi table, std::string_view key, std::string_view& found) {
    MDB_val asked = value_of(key);
    MDB_val value{};
    const int code = mdb_get(transaction_, table, &asked, &value);
    if (code == MDB_NOTFOUND) return false;
    expect(code, "read");
    found = view(value);
    return true;
  }

  void put(MDB_dbi table, std::string_view key, std::string_view bytes) {
    MDB_val at = value_of(key);
    MDB_val value = value_of(bytes);
    expect(mdb_put(transaction_, table, &at, &value, 0), "write");
  }

  template <class Visit>
  void each(MDB_dbi table, Visit visit) {
    MDB_cursor* cursor = nullptr;
    expect(mdb_cursor_open(transaction_, table, &cursor), "read");
    MDB_val key{};
    MDB_val value{};
    while (mdb_cursor_get(cursor, &key, &value, MDB_NEXT) == 0) visit(view(key), view(value));
    mdb_cursor_close(cursor);
  }

  /// Whether a slot of 1..N is missing, or its receipt.
  bool is_broken(const Name& campaign) {
    std::string_view found;
    if (!get(campaigns_, campaign.text(), found)) return true;
    const auto sold = row_of<CampaignRow>(found).sold;
    for (std::uint64_t slot = 1; slot <= sold; ++slot) {
      if (!get(slots_, slot_key(campaign.text(), slot), found)) return true;
      if (!get(receipts_, found.substr(0, sizeof(KeyBytes)), found)) return true;
      if (row_of<ReceiptRow>(found).slot != slot) return true;
    }
    return false;
  }

  MDB_env* env_ = nullptr;
  MDB_txn* transaction_ = nullptr;
  MDB_dbi accounts_ = 0;
  MDB_dbi campaigns_ = 0;
  MDB_dbi slots_ = 0;
  MDB_dbi receipts_ = 0;
};

}  // namespace

std::unique_ptr<Peer> make_lmdb(const Place& place, Commits commits) {
  return std::make_unique<WriterThread>(place.io, std::make_unique<Lmdb>(place.folder), commits);
}

}  // namespace posse::bench
