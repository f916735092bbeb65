/// One LMDB file, several executors of one process.
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "contract/scratch_directory.h"
#include "stores/lmdb/lmdb_store.h"

namespace posse::testing {
namespace {

/// An executor and the store for it.
struct Place {
  boost::asio::io_context io{1};
  std::unique_ptr<LmdbStore> store;  // goes first
};

class LmdbSharing : public ::testing::Test {
 protected:
  static constexpr std::chrono::milliseconds deadline{700};

  std::unique_ptr<Place> open() {
    auto place = std::make_unique<Place>();
    auto opened =
        LmdbStore::open(LmdbOptions{place->io.get_executor(), directory_.path(), deadline});
    EXPECT_TRUE(opened.has_value());
    place->store = *std::move(opened);
    return place;
  }

  static std::unique_ptr<Place> beside(Place& other) {
    auto place = std::make_unique<Place>();
    auto shared = other.store->share(place->io.get_executor());
    EXPECT_TRUE(shared.has_value());
    place->store = *std::move(shared);
    return place;
  }

  ScratchDirectory directory_;
};

/// Counts `key` up `times` times, reading again whenever somebody else was first.
Task<void> count_up(Store* store, Key key, int times, int* lost) {
  for (int done = 0; done < times;) {
    const auto read = co_await store->get(key);
    if (!read || !*read) continue;
    const int next = std::stoi((*read)->value) + 1;
    const auto written = co_await store->cas(key, (*read)->version, std::to_string(next));
    if (written && written->answer == Write::done) {
      ++done;
    } else {
      ++*lost;
    }
  }
}

Task<void> add(Store* store, Key key, Bytes value, bool* done) {
  const auto written = co_await store->add(std::move(key), std::move(value));
  *done = written && written->answer == Write::done;
}

Task<void> read(Store* store, Key key, std::string* text) {
  const auto found = co_await store->get(std::move(key));
  *text = found && *found ? (*found)->value : "<nothing>";
}

void run(Place& place, Task<void> task) {
  boost::asio::co_spawn(place.io, std::move(task), boost::asio::detached);
  place.io.restart();
  place.io.run();
}

TEST_F(LmdbSharing, CountersOfFourThreadsAddUp) {
  constexpr int threads = 4;
  constexpr int tasks = 3;
  constexpr int times = 40;
  std::vector<std::unique_ptr<Place>> places;
  places.push_back(open());
  while (places.size() < threads) places.push_back(beside(*places.front()));
  bool added = false;
  run(*places.front(), add(places.front()->store.get(), Key("n"), "0", &added));
  ASSERT_TRUE(added);

  std::array<int, threads> lost{};
  std::vector<std::thread> running;
  for (std::size_t i = 0; i < threads; ++i) {
    running.emplace_back([&place = *places.at(i), &mine = lost.at(i)] {
      for (int task = 0; task < tasks; ++task) {
        boost::asio::co_spawn(place.io, count_up(place.store.get(), Key("n"), times, &mine),
                              boost::asio::detached);
      }
      place.io.restart();
      place.io.run();
    });
  }
  for (auto& thread : running) thread.join();

  std::string text;
  run(*places.back(), read(places.back()->store.get(), Key("n"), &text));
  EXPECT_EQ(text, std::to_string(threads * tasks * times));
  EXPECT_GT(lost[0] + lost[1] + lost[2] + lost[3], 0) << "nobody met anybody";
}

TEST_F(LmdbSharing, WhoLeavesTakesNothingFromTheOthers) {
  auto first = open();
  auto second = beside(*first);
  bool dropped = false;
  bool done = false;
  boost::asio::co_spawn(first->io, add(first->store.get(), Key("a"), "1", &dropped),
                        boost::asio::detached);
  boost::asio::co_spawn(second->io, add(second->store.get(), Key("b"), "2", &done),
                        boost::asio::detached);
  first->io.poll();   // handed over
  second->io.poll();  // handed over behind it
  first.reset();
  second->io.run();
  EXPECT_TRUE(done);

  auto third = beside(*second);
  second.reset();
  std::string text;
  run(*third, read(third->store.get(), Key("b"), &text));
  EXPECT_EQ(text, "2");
}

TEST_F(LmdbSharing, TheLastOneClosesTheFile) {
  auto first = open();
  auto second = beside(*first);
  first.reset();
  boost::asio::io_context io;
  EXPECT_FALSE(LmdbStore::open(LmdbOptions{io.get_executor(), directory_.path(), deadline}))
      << "twice in one process is refused as long as somebody has it";
  second.reset();
  EXPECT_TRUE(LmdbStore::open(LmdbOptions{io.get_executor(), directory_.path(), deadline}));
}

TEST_F(LmdbSharing, WhatOneHasWrittenTheOtherReadsAtOnce) {
  auto first = open();
  auto second = beside(*first);
  for (int i = 0; i < 50; ++i) {
    const Key key("k" + std::to_string(i));
    bool done = false;
    run(*first, add(first->store.get(), key, "x", &done));
    ASSERT_TRUE(done);
    std::string text;
    run(*second, read(second->store.get(), key, &text));
    ASSERT_EQ(text, "x");
  }
}

}  // namespace
}  // namespace posse::testing
