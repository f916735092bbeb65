/// A shop in memory for tests of the audit: easy to fill, easy to damage.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "fake_clock.h"
#include "shop/audit.h"
#include "shop/shop.h"
#include "stores/memory/memory_store.h"

namespace posse {

inline const std::string lamps = "campaign/lamps";

/// Nobody patrols here.
class QuietAnnouncer final : public Announcer {
 public:
  Task<Result<void>> announce(Sequence /*sequence*/) override;
};

/// A memory store from whose listings documents can be made to vanish, for good or for a
/// while; counts writes.
class LossyStore final : public Store, public Scan {
 public:
  std::set<std::string> lost;
  std::map<std::string, int> late;      ///< For how many looks at it each is not there yet.
  std::map<std::string, Bytes> before;  ///< What listings show of documents that changed since.
  int writes = 0;

  Task<Result<std::optional<Document>>> get(Key key) override;
  Task<Result<Written>> add(Key key, Bytes value) override;
  Task<Result<Written>> cas(Key key, Version version, Bytes value) override;
  Task<Result<std::vector<Listed>>> scan(std::string prefix, std::string after,
                                         std::size_t items_max) override;

 private:
  MemoryStore store_;
};

/// One node's shop with its world.
struct AuditShop {
  AuditShop();
  AuditShop(const AuditShop&) = delete;
  AuditShop& operator=(const AuditShop&) = delete;
  ~AuditShop();

  boost::asio::io_context io;
  FakeClock clock;
  SeededRandom random{11};
  LossyStore store;
  QuietAnnouncer announcer;
  Shop shop{{store, store, clock, random, io.get_executor()}, announcer};
  Audit audit{shop.journal(), store, clock};
  VirtualRun run{io, clock};

  static Name name(const std::string& text);

  void account(const std::string& owner);
  void deposit(const std::string& owner, std::int64_t amount, const std::string& reference);
  void withdraw(const std::string& owner, std::int64_t amount, const std::string& reference);
  void campaign(const std::string& id, const std::string& owner, std::int64_t price,
                std::uint64_t capacity);
  void buy(const std::string& campaign, const std::string& buyer);
  void harvest(const std::string& seller);

  /// Everything sold is settled.
  void rest();

  /// ann sells `lamps` at 40, ten of them; bob bought three and cid two; ann was paid for them.
  void fill();

  AuditReport report();

  /// The codes of all findings, in their order, with spaces between them.
  std::string findings();

  Bytes bytes(const std::string& key);

  /// Writes a document as no node would.
  void put(const std::string& key, const Bytes& value);

  void edit(const std::string& key, const std::function<void(boost::json::object&)>& change);

  /// The entry after the last one, as a driver would add it who then died.
  Entry next(const std::string& sequence);
  void append(const Entry& entry);

  /// A purchase of `buyer` at 40, not declared anywhere.
  Operation sale(const std::string& buyer, const std::string& seller);

  /// Its hold, as declare puts it in.
  void declare(const std::string& buyer, const Operation& operation, const Entry& entry);
};

std::string entry_of(const std::string& sequence, std::uint64_t entry);
std::string receipt_of(const std::string& sequence, std::uint64_t entry);

}  // namespace posse
