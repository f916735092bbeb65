/// The contract suites over the Couchbase driver on a cluster in memory.
// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "contract/fake_couchbase.h"
#include "posse/testing/scan_contract.h"
#include "posse/testing/store_contract.h"
#include "stores/couchbase/couchbase_store.h"

namespace posse::testing {
namespace {

CouchbaseOptions options(FakeCouchbase& cluster, boost::asio::io_context& io) {
  CouchbaseOptions options;
  options.executor = io.get_executor();
  options.place.bucket = "slots";
  options.make = cluster.maker();
  return options;
}

class OpenedOnFake final : public OpenedStore {
 public:
  explicit OpenedOnFake(boost::asio::io_context& io) {
    auto opened = CouchbaseStore::open(options(cluster_, io));
    if (!opened) throw std::runtime_error(opened.error().detail);
    store_ = *std::move(opened);
  }

  Store& store() override { return *store_; }
  Scan* scan() override { return store_.get(); }

 private:
  FakeCouchbase cluster_;
  std::unique_ptr<CouchbaseStore> store_;
};

/// A store that another executor has opened, and left.
class SharedOnFake final : public OpenedStore {
 public:
  explicit SharedOnFake(boost::asio::io_context& io) {
    boost::asio::io_context first_io;
    auto first = CouchbaseStore::open(options(cluster_, first_io));
    if (!first) throw std::runtime_error(first.error().detail);
    store_ = (*first)->share(io.get_executor());
  }

  Store& store() override { return *store_; }
  Scan* scan() override { return store_.get(); }

 private:
  FakeCouchbase cluster_;
  std::unique_ptr<CouchbaseStore> store_;
};

template <class Opened>
Driver driver(std::string name) {
  return Driver{std::move(name),
                [](boost::asio::io_context& io) { return std::make_unique<Opened>(io); }};
}

auto drivers() {
  return ::testing::Values(driver<OpenedOnFake>("CouchbaseOnFake"),
                           driver<SharedOnFake>("CouchbaseOnFakeShared"));
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(Couchbase, StoreContract, drivers(), StoreContract::name);
INSTANTIATE_TEST_SUITE_P(Couchbase, ScanContract, drivers(), ScanContract::name);

}  // namespace posse::testing
