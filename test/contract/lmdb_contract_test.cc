/// The contract suites over the LMDB store.
// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <stdexcept>

#include "contract/scratch_directory.h"
#include "posse/testing/scan_contract.h"
#include "posse/testing/store_contract.h"
#include "stores/lmdb/lmdb_store.h"

namespace posse::testing {
namespace {

class OpenedLmdb final : public OpenedStore {
 public:
  explicit OpenedLmdb(boost::asio::io_context& io) {
    auto opened = LmdbStore::open(LmdbOptions{io.get_executor(), directory_.path()});
    if (!opened) throw std::runtime_error(opened.error().detail);
    store_ = *std::move(opened);
  }

  Store& store() override { return *store_; }
  Scan* scan() override { return store_.get(); }

 private:
  ScratchDirectory directory_;
  std::unique_ptr<LmdbStore> store_;
};

Driver lmdb() {
  return Driver{"Lmdb",
                [](boost::asio::io_context& io) { return std::make_unique<OpenedLmdb>(io); }};
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(Lmdb, StoreContract, ::testing::Values(lmdb()), StoreContract::name);
INSTANTIATE_TEST_SUITE_P(Lmdb, ScanContract, ::testing::Values(lmdb()), ScanContract::name);

}  // namespace posse::testing
