/// The contract suites over etcd, of one member and of three.
// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "contract/etcd_servers.h"
#include "posse/testing/scan_contract.h"
#include "posse/testing/store_contract.h"
#include "stores/etcd/etcd_store.h"

namespace posse::testing {
namespace {

/// Started for the first test that wants them, gone with the last.
template <int members>
const EtcdServers& servers() {
  static const EtcdServers started(members);
  return started;
}

EtcdPlace fresh_place(const EtcdServers& servers) {
  static std::atomic<int> stores = 0;
  return EtcdPlace{.members = servers.addresses(), .prefix = "store" + std::to_string(++stores)};
}

/// A machine that is busy with something else makes nothing wrong.
constexpr etcd::Deadlines patient{std::chrono::seconds(10), std::chrono::seconds(10)};

template <int members>
class OpenedEtcd final : public OpenedStore {
 public:
  explicit OpenedEtcd(boost::asio::io_context& io) {
    auto opened = EtcdStore::open({.executor = io.get_executor(),
                                   .place = fresh_place(servers<members>()),
                                   .deadlines = patient});
    if (!opened) throw std::runtime_error(opened.error().detail);
    store_ = *std::move(opened);
  }

  Store& store() override { return *store_; }
  Scan* scan() override { return store_.get(); }

 private:
  std::unique_ptr<EtcdStore> store_;
};

/// A store that another executor has opened, and left.
class SharedEtcd final : public OpenedStore {
 public:
  explicit SharedEtcd(boost::asio::io_context& io) {
    boost::asio::io_context first_io;
    auto first = EtcdStore::open({.executor = first_io.get_executor(),
                                  .place = fresh_place(servers<1>()),
                                  .deadlines = patient});
    if (!first) throw std::runtime_error(first.error().detail);
    store_ = (*first)->share(io.get_executor());
  }

  Store& store() override { return *store_; }
  Scan* scan() override { return store_.get(); }

 private:
  std::unique_ptr<EtcdStore> store_;
};

template <class Opened>
Driver driver(std::string name) {
  return Driver{std::move(name),
                [](boost::asio::io_context& io) { return std::make_unique<Opened>(io); }};
}

auto drivers() {
  return ::testing::Values(driver<OpenedEtcd<1>>("EtcdOfOne"), driver<OpenedEtcd<3>>("EtcdOfThree"),
                           driver<SharedEtcd>("EtcdShared"));
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(Etcd, StoreContract, drivers(), StoreContract::name);
INSTANTIATE_TEST_SUITE_P(Etcd, ScanContract, drivers(), ScanContract::name);

}  // namespace posse::testing
