/// The etcd store on clusters that lose their leader, fill up, or want to know who writes.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>

#include <boost/asio/steady_timer.hpp>

#include "contract/etcd_servers.h"
#include "posse/testing/store_contract.h"
#include "stores/etcd/etcd_store.h"
#include "stores/etcd/members.h"

namespace posse::testing {
namespace {

using namespace std::chrono_literals;

std::unique_ptr<EtcdStore> open(boost::asio::io_context& io, EtcdPlace place) {
  auto opened = EtcdStore::open({.executor = io.get_executor(), .place = std::move(place)});
  EXPECT_TRUE(opened) << (opened ? "" : opened.error().detail);
  return opened ? *std::move(opened) : nullptr;
}

Task<void> pause(std::chrono::milliseconds length) {
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, length);
  co_await timer.async_wait(boost::asio::use_awaitable);
}

/// What the writers of one run were told.
struct Told {
  int done = 0;
  int unknown = 0;
  int failed = 0;
  std::set<Version> versions;
  std::chrono::steady_clock::time_point last_done = std::chrono::steady_clock::now();
  std::chrono::steady_clock::duration longest{};

  void hear(const Result<Written>& written) {
    if (!written) ++failed;
    if (!written || written->answer == Write::refused) return;
    if (written->answer == Write::unknown) {
      ++unknown;
      return;
    }
    ++done;
    EXPECT_TRUE(versions.insert(written->version).second);
    const auto now = std::chrono::steady_clock::now();
    longest = std::max(longest, now - last_done);
    last_done = now;
  }
};

/// Counts the key up, again and again.
Task<void> count_up(Store* store, std::chrono::steady_clock::time_point until, Told* told) {
  while (std::chrono::steady_clock::now() < until) {
    Key key("counter");
    const auto read = co_await store->get(key);
    if (!read || !*read) {
      co_await pause(20ms);
      continue;
    }
    std::string next = std::to_string(std::stoi((*read)->value) + 1);
    const auto written = co_await store->cas(key, (*read)->version, std::move(next));
    told->hear(written);
    co_await pause(1ms);
  }
}

/// Kills the leader, and starts it anew two seconds later, every five seconds.
void trouble(EtcdServers& servers, int times) {
  for (int i = 0; i < times; ++i) {
    std::this_thread::sleep_for(2s);
    const int leader = servers.leader();
    if (leader < 0) continue;
    servers.kill(leader);
    std::this_thread::sleep_for(2s);
    servers.start(leader);
    std::this_thread::sleep_for(1s);
  }
}

TEST(EtcdCluster, EveryAnswerIsTrueWhileLeadersAreKilled) {
  constexpr int kills = 3;
  EtcdServers servers(3);
  boost::asio::io_context io(1);
  const auto store = open(io, {.members = servers.addresses()});
  ASSERT_TRUE(store);
  const auto added = answer_of(io, store->add(Key("counter"), "0"));
  ASSERT_TRUE(added && added->answer == Write::done);

  Told told;
  const auto until = std::chrono::steady_clock::now() + 5s * kills + 1s;
  for (int i = 0; i < 8; ++i) {
    boost::asio::co_spawn(io, count_up(store.get(), until, &told), boost::asio::detached);
  }
  io.restart();
  std::thread counting([&] { io.run(); });
  trouble(servers, kills);  // here: a member ends with the thread that has started it
  counting.join();

  const auto read = answer_of(io, store->get(Key("counter")));
  ASSERT_TRUE(read && *read);
  const int count = std::stoi((*read)->value);
  EXPECT_GE(count, told.done);
  EXPECT_LE(count, told.done + told.unknown);
  EXPECT_GT(told.done, 100);
  const auto longest = std::chrono::duration_cast<std::chrono::milliseconds>(told.longest);
  RecordProperty("longest_pause_ms", static_cast<int>(longest.count()));
  std::printf("%d done, %d unknown, %d failed; counted %d; longest pause %ld ms\n", told.done,
              told.unknown, told.failed, count, static_cast<long>(longest.count()));
}

/// Whether `members` ask the leader, soon.
bool ask_leader(etcd::Members& members, const EtcdServers& servers) {
  const auto until = std::chrono::steady_clock::now() + 10s;
  while (std::chrono::steady_clock::now() < until) {
    const int leader = servers.leader();
    const etcd::Member* asked = members.connected();
    if (leader >= 0 && asked != nullptr &&
        asked->address == servers.addresses()[static_cast<std::size_t>(leader)])
      return true;
    std::this_thread::sleep_for(50ms);
  }
  return false;
}

TEST(EtcdCluster, TheLeaderIsAskedWhoeverItIs) {
  EtcdServers servers(3);
  EtcdPlace place{.members = servers.addresses()};
  // The one that is asked first does not lead.
  std::ranges::rotate(place.members, place.members.begin() + (servers.leader() + 1) % 3);
  const auto opened = etcd::Members::open(place, 500ms, 5s);
  ASSERT_TRUE(opened);
  etcd::Members& members = **opened;
  EXPECT_TRUE(ask_leader(members, servers));
  const int first = servers.leader();
  ASSERT_GE(first, 0);
  // Whoever has failed is not asked again at once, though it still says that it leads.
  const etcd::Member* failed = members.connected();
  members.leave(*failed);
  const auto until = std::chrono::steady_clock::now() + 1s;
  while (std::chrono::steady_clock::now() < until) {
    EXPECT_NE(members.connected(), failed);
    std::this_thread::sleep_for(50ms);
  }
  EXPECT_TRUE(ask_leader(members, servers));
  servers.kill(first);
  EXPECT_TRUE(ask_leader(members, servers));
  EXPECT_NE(servers.leader(), first);
}

/// Adds large documents until one is not done; what was said then.
Result<Written> fill(boost::asio::io_context& io, Store& store) {
  for (int i = 0; i < 64; ++i) {
    auto written = answer_of(io, store.add(Key("large" + std::to_string(i)), Bytes(900'000, 'x')));
    if (!written || written->answer != Write::done) return written;
  }
  return Written{Write::done, {}};
}

TEST(EtcdCluster, AFullOneRefusesInWordsAndGoesOnReading) {
  const EtcdServers servers(1, {"--quota-backend-bytes", "16777216"});
  boost::asio::io_context io(1);
  const auto store = open(io, {.members = servers.addresses()});
  ASSERT_TRUE(store);
  const auto first = fill(io, *store);
  EXPECT_TRUE(!first || first->answer == Write::unknown);
  const auto again = answer_of(io, store->add(Key("small"), "value"));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Errc::unavailable);
  EXPECT_NE(again.error().detail.find("the quota is used up"), std::string::npos);
  const auto read = answer_of(io, store->get(Key("large0")));
  EXPECT_TRUE(read && *read);
}

/// Runs etcdctl, which must succeed.
void etcdctl(const EtcdServers& servers, const std::string& words) {
  const std::string command = "ETCDCTL_API=3 etcdctl --endpoints " + servers.addresses().front() +
                              " " + words + " >/dev/null 2>&1";
  ASSERT_EQ(std::system(command.c_str()), 0) << words;  // NOLINT(cert-env33-c): a test's words
}

TEST(EtcdCluster, OneThatKnowsItsUsersIsUsedByThoseWhoMayAlone) {
  const EtcdServers servers(1);
  etcdctl(servers, "user add root:rootword");
  etcdctl(servers, "user grant-role root root");
  etcdctl(servers, "role add shop");
  etcdctl(servers, "role grant-permission shop --prefix=true readwrite posse/");
  etcdctl(servers, "user add shop:secret");
  etcdctl(servers, "user grant-role shop shop");
  etcdctl(servers, "auth enable");
  const ScratchDirectory directory;
  const auto file = directory.path() / "password";
  std::ofstream(file) << "secret";
  boost::asio::io_context io(1);

  const auto store =
      open(io, {.members = servers.addresses(), .user = "shop", .files = {.password_file = file}});
  ASSERT_TRUE(store);
  const auto added = answer_of(io, store->add(Key("key"), "value"));
  ASSERT_TRUE(added) << added.error().detail;
  EXPECT_EQ(added->answer, Write::done);

  const auto nobody =
      EtcdStore::open({.executor = io.get_executor(), .place = {.members = servers.addresses()}});
  ASSERT_FALSE(nobody);
  EXPECT_NE(nobody.error().detail.find("etcd wants a user"), std::string::npos);
  const auto elsewhere = EtcdStore::open({.executor = io.get_executor(),
                                          .place = {.members = servers.addresses(),
                                                    .prefix = "other",
                                                    .user = "shop",
                                                    .files = {.password_file = file}}});
  ASSERT_FALSE(elsewhere);
  EXPECT_NE(elsewhere.error().detail.find("below the prefix"), std::string::npos);

  // Taken away while it is open: the next write is refused, though it is a nested one.
  etcdctl(servers, "--user root:rootword role revoke-permission --prefix=true shop posse/");
  const auto refused = answer_of(io, store->add(Key("other"), "value"));
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().detail.find("permission denied"), std::string::npos);
}

}  // namespace
}  // namespace posse::testing
