/// The etcd store on a server that fails, forgets and grows stale.
// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "contract/fake_etcd.h"
#include "contract/scratch_directory.h"
#include "posse/testing/store_contract.h"
#include "stores/etcd/etcd_store.h"

namespace posse::testing {
namespace {

using namespace std::chrono_literals;
using enum grpc::StatusCode;

/// Stores on one or two servers of this test.
class EtcdFaults : public ::testing::Test {
 protected:
  /// Fails the test if the store does not open.
  void open(std::vector<std::string> members, etcd::Deadlines deadlines = {300ms, 300ms}) {
    EtcdPlace place{.members = std::move(members)};
    open(std::move(place), deadlines);
  }

  void open(EtcdPlace place, etcd::Deadlines deadlines = {300ms, 300ms}) {
    auto opened = EtcdStore::open({.executor = io_.get_executor(),
                                   .place = std::move(place),
                                   .deadlines = deadlines,
                                   .patience = 2s});
    ASSERT_TRUE(opened) << opened.error().detail;
    store_ = *std::move(opened);
  }

  void treat_next_write(const Treatment& treatment) {
    const int next = etcd_.writing_transactions() + 1;
    etcd_.treat_writes(
        [next, treatment](int number) { return number == next ? treatment : Treatment{}; });
  }

  Result<Written> add(const std::string& key, const std::string& value) {
    return answer_of(io_, store_->add(Key(key), value));
  }
  Result<Written> cas(const std::string& key, Version version, const std::string& value) {
    return answer_of(io_, store_->cas(Key(key), version, value));
  }
  Result<std::optional<Document>> get(const std::string& key) {
    return answer_of(io_, store_->get(Key(key)));
  }
  Write answer(const Result<Written>& written) {
    EXPECT_TRUE(written) << (written ? "" : written.error().detail);
    return written ? written->answer : Write::unknown;
  }

  FakeEtcd etcd_;
  boost::asio::io_context io_{1};
  std::unique_ptr<EtcdStore> store_;
};

TEST_F(EtcdFaults, AnAnswerThatIsLostIsUnknownAndIsNotAskedForAgain) {
  open({etcd_.address()});
  treat_next_write({.status = {UNAVAILABLE, "Socket closed"}});
  EXPECT_EQ(answer(add("key", "value")), Write::unknown);
  EXPECT_EQ(etcd_.writing_transactions(), 1);
  EXPECT_EQ(etcd_.value("posse/key"), "value");
  EXPECT_EQ(answer(add("key", "value")), Write::refused);
}

TEST_F(EtcdFaults, AnAnswerThatIsLateIsUnknownAtTheDeadline) {
  open({etcd_.address()});
  treat_next_write({.delay = 900ms});
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(answer(add("key", "value")), Write::unknown);
  EXPECT_LT(std::chrono::steady_clock::now() - began, 800ms);
  EXPECT_EQ(etcd_.value("posse/key"), "value");
}

TEST_F(EtcdFaults, WhatEtcdTurnsAwayIsAnErrorInItsWords) {
  open({etcd_.address()});
  treat_next_write({.is_applied = false, .status = {UNAVAILABLE, "etcdserver: no leader"}});
  const auto written = add("key", "value");
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, Errc::unavailable);
  EXPECT_NE(written.error().detail.find("no leader"), std::string::npos);
  EXPECT_EQ(answer(add("key", "value")), Write::done);
}

TEST_F(EtcdFaults, AFullStoreIsUnknownOnceAndThenSaysSo) {
  open({etcd_.address()});
  treat_next_write({.is_applied = false,
                    .status = {RESOURCE_EXHAUSTED, "etcdserver: mvcc: database space exceeded"}});
  EXPECT_EQ(answer(add("key", "value")), Write::unknown);
  const auto refused = add("key", "value");
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().detail.find("quota"), std::string::npos);
  EXPECT_EQ(etcd_.writing_transactions(), 1);
  EXPECT_TRUE(get("key"));  // reads go on
  std::this_thread::sleep_for(1100ms);
  EXPECT_EQ(answer(add("key", "value")), Write::done);
}

TEST_F(EtcdFaults, AnotherMemberIsAskedWhereOneFails) {
  FakeEtcd other;
  open({etcd_.address(), other.address()});
  std::this_thread::sleep_for(300ms);  // until both are connected
  treat_next_write({.delay = 900ms});
  EXPECT_EQ(answer(add("first", "value")), Write::unknown);
  std::this_thread::sleep_for(50ms);
  EXPECT_EQ(answer(add("second", "value")), Write::done);
  EXPECT_EQ(other.value("posse/second"), "value");
}

TEST_F(EtcdFaults, AMemberOfAnotherClusterIsNotWrittenTo) {
  FakeEtcd other;
  other.set_cluster(2);
  open({etcd_.address(), other.address()});
  std::this_thread::sleep_for(500ms);  // until both are connected, and asked who leads
  treat_next_write({.delay = 900ms});
  EXPECT_EQ(answer(add("first", "value")), Write::unknown);
  EXPECT_EQ(answer(add("second", "value")), Write::done);
  EXPECT_EQ(etcd_.value("posse/second"), "value");
  EXPECT_EQ(other.writing_transactions(), 0);
}

/// As after a backup was put back under a store that is open.
TEST_F(EtcdFaults, AClusterThatWasReplacedIsUsedNoMore) {
  open({etcd_.address()});
  ASSERT_EQ(answer(add("key", "value")), Write::done);
  etcd_.set_cluster(2);
  EXPECT_EQ(answer(add("other", "value")), Write::unknown);
  const auto read = get("key");
  ASSERT_FALSE(read);
  EXPECT_NE(read.error().detail.find("another cluster"), std::string::npos);
  const auto written = add("other", "value");
  ASSERT_FALSE(written);
  EXPECT_NE(written.error().detail.find(etcd_.address()), std::string::npos);
  EXPECT_EQ(etcd_.writing_transactions(), 2);
}

/// S17: a backup that keeps the cluster's number.
TEST_F(EtcdFaults, AClusterThatHasGoneBackIsUsedNoMore) {
  open({etcd_.address()});
  for (const char* const key : {"one", "two", "three"})
    ASSERT_EQ(answer(add(key, "value")), Write::done);
  ASSERT_EQ(answer(add("three", "value")), Write::refused);
  etcd_.go_back();
  EXPECT_EQ(answer(add("other", "value")), Write::unknown);
  const auto read = get("one");
  ASSERT_FALSE(read);
  EXPECT_NE(read.error().detail.find("has gone back to before revision 4"), std::string::npos);
  EXPECT_FALSE(add("other", "value"));
  EXPECT_EQ(etcd_.writing_transactions(), 5);
}

TEST_F(EtcdFaults, AnExpiredLoginIsRenewedWithoutAWord) {
  const ScratchDirectory directory;
  const auto file = directory.path() / "password";
  std::ofstream(file) << "secret\n";
  open({.members = {etcd_.address()}, .user = "shop", .files = {.password_file = file}});
  EXPECT_EQ(etcd_.logins(), 1);
  etcd_.forget_tokens();
  EXPECT_EQ(answer(add("key", "value")), Write::done);
  EXPECT_EQ(etcd_.logins(), 2);
}

TEST_F(EtcdFaults, LoginsThatDoNotHelpEndAtTheDeadline) {
  const ScratchDirectory directory;
  const auto file = directory.path() / "password";
  std::ofstream(file) << "secret";
  open({.members = {etcd_.address()}, .user = "shop", .files = {.password_file = file}});
  etcd_.refuse_tokens();
  std::optional<Result<Written>> written;
  boost::asio::co_spawn(io_, keep_answer(store_->add(Key("key"), "value"), &written),
                        boost::asio::detached);
  io_.restart();
  io_.run_for(1s);
  ASSERT_TRUE(written);
  ASSERT_FALSE(*written);
  EXPECT_EQ(etcd_.writing_transactions(), 0);
}

TEST_F(EtcdFaults, OpeningAsksNowAndThenWhereItIsTurnedAway) {
  const ScratchDirectory directory;
  const auto file = directory.path() / "password";
  std::ofstream(file) << "secret";
  etcd_.refuse_tokens();
  const auto opened = EtcdStore::open(
      {.executor = io_.get_executor(),
       .place = {.members = {etcd_.address()}, .user = "shop", .files = {.password_file = file}},
       .patience = 1s});
  EXPECT_FALSE(opened);
  EXPECT_LE(etcd_.logins(), 12);
}

TEST_F(EtcdFaults, AWrongPasswordIsSaidAtOnce) {
  const ScratchDirectory directory;
  const auto file = directory.path() / "password";
  std::ofstream(file) << "wrong";
  const auto opened = EtcdStore::open(
      {.executor = io_.get_executor(),
       .place = {.members = {etcd_.address()}, .user = "shop", .files = {.password_file = file}}});
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().detail.find("the user or the password is wrong"), std::string::npos);
}

TEST_F(EtcdFaults, NobodyThereIsSaidWithTheAddress) {
  const auto opened = EtcdStore::open(
      {.executor = io_.get_executor(), .place = {.members = {"127.0.0.1:1"}}, .patience = 200ms});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::unavailable);
  EXPECT_NE(opened.error().detail.find("127.0.0.1:1"), std::string::npos);
}

Task<void> add_one(Store* store, int number, int* done) {
  Key key("key" + std::to_string(number));
  const auto written = co_await store->add(std::move(key), "value");
  if (written && written->answer == Write::done) ++*done;
}

TEST_F(EtcdFaults, WhatIsWrittenAtATimeTravelsTogether) {
  open({etcd_.address()});
  int done = 0;
  for (int i = 0; i < 250; ++i)
    boost::asio::co_spawn(io_, add_one(store_.get(), i, &done), boost::asio::detached);
  io_.restart();
  io_.run();
  EXPECT_EQ(done, 250);
  EXPECT_EQ(etcd_.writing_transactions(), 2);  // 127 fit into one
}

/// Adds one, and another one when it is answered: at once, or a step later.
Task<void> add_two(EtcdStore* store, std::string name, bool is_later, int* done) {
  Key first("first " + name);
  Key second("second " + name);
  const auto begun = co_await store->add(std::move(first), "value");
  if (is_later) co_await boost::asio::post(boost::asio::use_awaitable);
  const auto ended = co_await store->add(std::move(second), "value");
  if (begun && ended && ended->answer == Write::done) ++*done;
}

TEST_F(EtcdFaults, WhatAnAnswerBringsAboutTravelsTogether) {
  open({etcd_.address()});
  int done = 0;
  boost::asio::co_spawn(io_, add_two(store_.get(), "at once", false, &done), boost::asio::detached);
  boost::asio::co_spawn(io_, add_two(store_.get(), "later", true, &done), boost::asio::detached);
  io_.restart();
  io_.run();
  EXPECT_EQ(done, 2);
  EXPECT_EQ(etcd_.writing_transactions(), 2);
}

/// The Evidence rule of the protocol: an absence is acted on through a write that the store
/// accepts.
TEST_F(EtcdFaults, AStaleMemberShowsOldDocumentsButTakesNoOldVersions) {
  open({etcd_.address()});
  const auto first = add("key", "first");
  ASSERT_EQ(answer(first), Write::done);
  etcd_.grow_stale();
  ASSERT_EQ(answer(cas("key", first->version, "second")), Write::done);
  ASSERT_EQ(answer(add("new", "value")), Write::done);

  const auto old = get("key");
  ASSERT_TRUE(old && *old);
  EXPECT_EQ((*old)->value, "first");
  EXPECT_EQ(answer(cas("key", (*old)->version, "third")), Write::refused);
  const auto absent = get("new");
  ASSERT_TRUE(absent);
  EXPECT_FALSE(*absent);
  EXPECT_EQ(answer(add("new", "other")), Write::refused);
  EXPECT_EQ(etcd_.value("posse/key"), "second");
  EXPECT_EQ(etcd_.value("posse/new"), "value");
}

TEST_F(EtcdFaults, AVersionThatMayBeStaleIsTold) {
  open({etcd_.address()});
  const auto warning_of = [this](const std::string& version) {
    etcd_.set_version(version);
    open({etcd_.address()});
    return store_->warning();
  };
  const auto warning = warning_of("3.4.23");
  ASSERT_TRUE(warning);
  EXPECT_EQ(warning->find("etcd 3.4.23 "), 0U);
  for (const char* stale : {"3.4.20", "3.4.41", "3.5.0", "3.5.27", "3.6.0-rc.1", "3.6.8"})
    EXPECT_TRUE(warning_of(stale)) << stale;
  for (const char* fresh : {"3.4.19", "3.4.42", "3.5.28", "3.6.9", "3.7.0", "4.0.1", "", "new"})
    EXPECT_FALSE(warning_of(fresh)) << fresh;
}

TEST_F(EtcdFaults, AStoreThatGoesWithCallsUnderWayDropsThem) {
  open({etcd_.address()});
  treat_next_write({.delay = 200ms});
  int done = 0;
  boost::asio::co_spawn(io_, add_one(store_.get(), 1, &done), boost::asio::detached);
  io_.restart();
  io_.run_for(50ms);
  store_.reset();
  io_.run_for(400ms);
  EXPECT_EQ(done, 0);
}

}  // namespace
}  // namespace posse::testing
