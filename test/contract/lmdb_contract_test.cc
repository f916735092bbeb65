/// The contract suites over the LMDB store.
// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "contract/scratch_directory.h"
#include "posse/testing/scan_contract.h"
#include "posse/testing/store_contract.h"
#include "stores/lmdb/lmdb_store.h"

namespace posse::testing {
namespace {

using namespace std::chrono_literals;

class OpenedLmdb : public OpenedStore {
 public:
  explicit OpenedLmdb(boost::asio::io_context& io, const lmdb::LogPlan& log = {}) {
    auto opened = LmdbStore::open(LmdbOptions{io.get_executor(), directory_.path(), 2s, log});
    if (!opened) throw std::runtime_error(opened.error().detail);
    store_ = *std::move(opened);
  }

  Store& store() override { return *store_; }
  Scan* scan() override { return store_.get(); }

 private:
  ScratchDirectory directory_;
  std::unique_ptr<LmdbStore> store_;
};

/// A store that logs from its first write on, into a log so small that it comes round.
class LoggingLmdb final : public OpenedLmdb {
 public:
  explicit LoggingLmdb(boost::asio::io_context& io)
      : OpenedLmdb(io, {.transactions_min = 1, .bytes_min = 5U << 20U, .bytes_max = 5U << 20U}) {}
};

/// A store that another executor has opened, and left.
class SharedLmdb final : public OpenedStore {
 public:
  explicit SharedLmdb(boost::asio::io_context& io) {
    auto first = LmdbStore::open(LmdbOptions{first_io_.get_executor(), directory_.path()});
    if (!first) throw std::runtime_error(first.error().detail);
    auto shared = (*first)->share(io.get_executor());
    if (!shared) throw std::runtime_error(shared.error().detail);
    store_ = *std::move(shared);
  }

  Store& store() override { return *store_; }
  Scan* scan() override { return store_.get(); }

 private:
  ScratchDirectory directory_;
  boost::asio::io_context first_io_;
  std::unique_ptr<LmdbStore> store_;
};

template <class Opened>
Driver driver(std::string name) {
  return Driver{std::move(name),
                [](boost::asio::io_context& io) { return std::make_unique<Opened>(io); }};
}

auto drivers() {
  return ::testing::Values(driver<OpenedLmdb>("Lmdb"), driver<SharedLmdb>("LmdbShared"),
                           driver<LoggingLmdb>("LmdbLogging"));
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(Lmdb, StoreContract, drivers(), StoreContract::name);
INSTANTIATE_TEST_SUITE_P(Lmdb, ScanContract, drivers(), ScanContract::name);

}  // namespace posse::testing
