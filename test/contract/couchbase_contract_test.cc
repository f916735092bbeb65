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

namespace posse::testing {
namespace {

/// On the cluster of that URL, below a prefix that nobody else has. Without a cluster everything
/// here fails: the suite that runs this program, and counts what it leaves out, knows before.
CouchbasePlace fresh_place() {
  static int stores = 0;
  const char* server = std::getenv("POSSE_COUCHBASE_SERVER");
  if (server == nullptr) throw std::runtime_error("POSSE_COUCHBASE_SERVER names no cluster");
  auto place = couchbase_place(server);
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

using Open = std::unique_ptr<CouchbaseStore> (*)(boost::asio::io_context& io);

/// A store that another executor has opened, and left.
std::unique_ptr<CouchbaseStore> shared(boost::asio::io_context& io) {
  boost::asio::io_context first_io;
  return opened(first_io)->share(io.get_executor());
}

Driver driver(std::string name, Open open) {
  return Driver{std::move(name),
                [open](boost::asio::io_context& io) -> std::unique_ptr<OpenedStore> {
                  return std::make_unique<OpenedCouchbase>(open(io));
                }};
}

auto drivers() {
  return ::testing::Values(driver("Couchbase", &opened), driver("CouchbaseShared", &shared));
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(Couchbase, StoreContract, drivers(), StoreContract::name);
INSTANTIATE_TEST_SUITE_P(Couchbase, ScanContract, drivers(), ScanContract::name);

}  // namespace posse::testing
