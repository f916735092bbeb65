/// The contract suites over the memory store.
// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include "posse/testing/scan_contract.h"
#include "posse/testing/store_contract.h"
#include "stores/memory/memory_store.h"

namespace posse::testing {
namespace {

class OpenedMemory final : public OpenedStore {
 public:
  Store& store() override { return store_; }
  Scan* scan() override { return &store_; }

 private:
  MemoryStore store_;
};

Driver memory() {
  return Driver{"Memory",
                [](boost::asio::io_context&) { return std::make_unique<OpenedMemory>(); }};
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(Memory, StoreContract, ::testing::Values(memory()), StoreContract::name);
INSTANTIATE_TEST_SUITE_P(Memory, ScanContract, ::testing::Values(memory()), ScanContract::name);

}  // namespace posse::testing
