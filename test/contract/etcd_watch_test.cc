/// Hints of the etcd store: from members that live, die, refuse and cancel.
// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "contract/etcd_servers.h"
#include "contract/fake_etcd.h"
#include "contract/scratch_directory.h"
#include "posse/testing/store_contract.h"
#include "stores/etcd/etcd_store.h"

namespace posse::testing {
namespace {

using namespace std::chrono_literals;

const Key key{"campaign/a"};

class EtcdWatch : public ::testing::Test {
 protected:
  std::unique_ptr<EtcdStore> open(EtcdPlace place) {
    auto opened = EtcdStore::open({.executor = io_.get_executor(), .place = std::move(place)});
    EXPECT_TRUE(opened) << opened.error().detail;
    return *std::move(opened);
  }

  std::unique_ptr<Watching> watch(EtcdStore& store, const Key& watched = key) {
    return store.watch(watched, [this] { ++hints_; });
  }

  /// Runs what is ready, again and again, until `is_met`; false if that is not within `time`.
  bool comes(const std::function<bool()>& is_met, std::chrono::milliseconds time) {
    const auto until = std::chrono::steady_clock::now() + time;
    while (!is_met() && std::chrono::steady_clock::now() < until) {
      io_.restart();
      if (io_.poll() == 0) std::this_thread::sleep_for(1ms);
    }
    return is_met();
  }
  void pass(std::chrono::milliseconds time) {
    comes([] { return false; }, time);
  }

  /// Changes the document, or says that it could not.
  bool write(Store& store, const Key& written = key) {
    const auto read = answer_of(io_, store.get(written));
    if (!read) return false;
    const auto done = *read ? answer_of(io_, store.cas(written, (*read)->version, "value"))
                            : answer_of(io_, store.add(written, "value"));
    return done && done->answer == Write::done;
  }

  /// Writes until a hint shows that the key is watched; false if that is not within `time`.
  bool is_hinted_at(Store& store, std::chrono::milliseconds time) {
    const auto until = std::chrono::steady_clock::now() + time;
    const int before = hints_;
    while (hints_ == before && std::chrono::steady_clock::now() < until) {
      write(store);
      pass(20ms);
    }
    pass(50ms);  // hints of the last writes
    return hints_ > before;
  }

  boost::asio::io_context io_{1};
  int hints_ = 0;
};

TEST_F(EtcdWatch, AWriteIsHintedAtWhereverItComesFrom) {
  const EtcdServers servers(1);
  const auto writer = open({.members = servers.addresses()});
  const auto reader = open({.members = servers.addresses()});
  const auto watching = watch(*reader);
  ASSERT_TRUE(is_hinted_at(*writer, 5s));
  for (int i = 0; i < 10; ++i) {
    const int before = hints_;
    ASSERT_TRUE(write(*writer));
    EXPECT_TRUE(comes([&] { return hints_ > before; }, 50ms));
  }
}

TEST_F(EtcdWatch, HintsAreOfTheKeyAndEndWithTheHandle) {
  const EtcdServers servers(1);
  const auto store = open({.members = servers.addresses()});
  int others = 0;
  const Key other{"campaign/ab"};
  const auto watching_other = store->watch(other, [&] { ++others; });
  auto watching = watch(*store);
  ASSERT_TRUE(is_hinted_at(*store, 5s));
  EXPECT_EQ(others, 0);
  watching.reset();
  const int before = hints_;
  ASSERT_TRUE(write(*store));
  ASSERT_TRUE(write(*store, other));
  EXPECT_TRUE(comes([&] { return others > 0; }, 50ms));
  EXPECT_EQ(hints_, before);
}

TEST_F(EtcdWatch, HintsComeAgainAfterTheMemberAskedHasDied) {
  EtcdServers servers(3);
  const auto writer = open({.members = servers.addresses()});
  const auto reader = open({.members = servers.addresses()});
  const auto watching = watch(*reader);
  ASSERT_TRUE(is_hinted_at(*writer, 5s));
  for (int member = 0; member < servers.count(); ++member) {  // each of them, so the one asked too
    servers.kill(member);
    pass(2000ms);
    EXPECT_TRUE(is_hinted_at(*writer, 15s)) << member;
    servers.start(member);
    pass(2000ms);
  }
}

TEST_F(EtcdWatch, NothingWaitsForHints) {
  const EtcdServers servers(1);
  const auto store = open({.members = servers.addresses()});
  const auto watching = watch(*store);
  ASSERT_TRUE(is_hinted_at(*store, 5s));
  io_.restart();
  io_.run();  // returns
}

TEST_F(EtcdWatch, AStoreMayGoWhileItWatches) {
  const FakeEtcd etcd;
  for (const auto time : {0ms, 1ms, 3ms, 30ms}) {
    auto store = open({.members = {etcd.address()}});
    auto watching = watch(*store);
    pass(time);
    store.reset();
    pass(5ms);
    watching.reset();
  }
  auto store = open({.members = {etcd.address()}});
  auto watching = watch(*store);
  watching.reset();
  store.reset();
  EXPECT_EQ(hints_, 0);
}

TEST_F(EtcdWatch, AStoreMayGoByAHintOrBeforeTheNextTry) {
  FakeEtcd etcd;
  etcd.cancel_watches(1);
  auto store = open({.members = {etcd.address()}});
  const auto watching = store->watch(key, [&] { store.reset(); });
  EXPECT_TRUE(comes([&] { return store == nullptr; }, 2s));
  etcd.cancel_watches(1000);
  store = open({.members = {etcd.address()}});
  const auto watching_again = watch(*store);
  pass(50ms);
  store.reset();
}

TEST_F(EtcdWatch, ACancelledWatchIsMadeAnewAndHintedAtOnce) {
  FakeEtcd etcd;
  const auto store = open({.members = {etcd.address()}});
  etcd.cancel_watches(2);
  const auto watching = watch(*store);
  const auto second = watch(*store, Key("campaign/b"));
  EXPECT_TRUE(comes([&] { return etcd.watch_streams() == 3; }, 2s));
  pass(500ms);
  EXPECT_GE(hints_, 2);  // at each, at least once
  EXPECT_LE(hints_, 4);
  EXPECT_EQ(etcd.watch_streams(), 3);
}

TEST_F(EtcdWatch, ARefusedWatchIsTriedNowAndThenWithoutHints) {
  const ScratchDirectory directory;
  const auto file = directory.path() / "password";
  std::ofstream(file) << "secret\n";
  FakeEtcd etcd;
  const auto store =
      open({.members = {etcd.address()}, .user = "shop", .files = {.password_file = file}});
  etcd.forget_tokens();
  const auto watching = watch(*store);
  pass(500ms);
  EXPECT_EQ(hints_, 0);
  EXPECT_GE(etcd.watch_streams(), 2);
  EXPECT_LE(etcd.watch_streams(), 4);
  EXPECT_TRUE(write(*store));  // logs in again
  EXPECT_TRUE(comes([&] { return hints_ > 0; }, 2s));
}

}  // namespace
}  // namespace posse::testing
