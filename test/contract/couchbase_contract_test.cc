/// The contract suites over libcouchbase and the cluster that the environment names.
// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <unistd.h>
#include <utility>

#include "posse/testing/scan_contract.h"
#include "posse/testing/store_contract.h"
#include "stores/couchbase/couchbase_store.h"
#include "stores/couchbase/library_client.h"
#include "stores/memory/memory_store.h"

namespace posse::testing {
namespace {

/// A store URL without a prefix; null if there is none.
const char* server() {
  return std::getenv("POSSE_COUCHBASE_SERVER");
}

/// Below a prefix that nobody else has.
CouchbasePlace fresh_place() {
  static int stores = 0;
  auto place = couchbase_place(server());
  if (!place) throw std::runtime_error(place.error().detail);
  place->prefix = "contract-" + std::to_string(::getpid()) + '-' + std::to_string(++stores);
  return *std::move(place);
}

std::unique_ptr<CouchbaseStore> opened(boost::asio::io_context& io) {
  const CouchbasePlace place = fresh_place();
  auto library = couchbase::library_client(place);
  if (!library) throw std::runtime_error(library.error().detail);
  CouchbaseOptions options{
      .executor = io.get_executor(), .place = place, .make = *std::move(library)};
  auto store = CouchbaseStore::open(std::move(options));
  if (!store) throw std::runtime_error(store.error().detail);
  return *std::move(store);
}

class OpenedCouchbase final : public OpenedStore {
 public:
  explicit OpenedCouchbase(std::unique_ptr<CouchbaseStore> store) : store_(std::move(store)) {}
  Store& store() override { return *store_; }
  Scan* scan() override { return store_.get(); }

 private:
  std::unique_ptr<CouchbaseStore> store_;
};

/// For a test that is skipped.
class NoCluster final : public OpenedStore {
 public:
  Store& store() override { return store_; }
  Scan* scan() override { return &store_; }

 private:
  MemoryStore store_;
};

void skip() {
  // tidy: allow(leftovers) it wants a cluster, which no build has
  GTEST_SKIP() << "POSSE_COUCHBASE_SERVER names no cluster";
}

using Open = std::unique_ptr<CouchbaseStore> (*)(boost::asio::io_context& io);

/// A store that another executor has opened, and left.
std::unique_ptr<CouchbaseStore> shared(boost::asio::io_context& io) {
  boost::asio::io_context first_io;
  return opened(first_io)->share(io.get_executor());
}

Driver driver(std::string name, Open open) {
  return Driver{std::move(name),
                [open](boost::asio::io_context& io) -> std::unique_ptr<OpenedStore> {
                  if (server() != nullptr) return std::make_unique<OpenedCouchbase>(open(io));
                  skip();
                  return std::make_unique<NoCluster>();
                }};
}

auto drivers() {
  return ::testing::Values(driver("Couchbase", &opened), driver("CouchbaseShared", &shared));
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(Couchbase, StoreContract, drivers(), StoreContract::name);
INSTANTIATE_TEST_SUITE_P(Couchbase, ScanContract, drivers(), ScanContract::name);

}  // namespace posse::testing
