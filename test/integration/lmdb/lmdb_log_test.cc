/// The LMDB store while it logs: killed, asked by others, full, failing.
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <sys/resource.h>
#include <thread>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <gtest/gtest.h>

#include "contract/scratch_directory.h"
#include "integration/lmdb/child.h"
#include "integration/lmdb/faulty_disk.h"
#include "integration/lmdb/file_size_limit.h"
#include "integration/lmdb/full_disk.h"
#include "integration/lmdb/opened.h"
#include "integration/lmdb/pattern.h"

namespace posse::testing {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

/// It logs from the first write on.
constexpr lmdb::LogPlan at_once{.transactions_min = 1};

std::vector<std::string> actor(const std::string& what, const ScratchDirectory& scratch,
                               const std::string& argument = "") {
  return {POSSE_LMDB_ACTOR, what, scratch.path().string(), argument};
}

/// What LMDB's own program finds in the file alone: the format, 2 while the log has more.
std::string format_in_file(const ScratchDirectory& scratch) {
  Child reader(actor("format", scratch));
  return reader.read_line().value_or("");
}

/// Starts a process that adds documents until it logs and has said `lines`, and kills it.
std::vector<std::string> kill_a_logger(const ScratchDirectory& scratch, const std::string& prefix,
                                       int lines) {
  Child writer(actor("add", scratch, prefix));
  std::vector<std::string> done;
  for (int i = 0; i < lines; ++i) done.push_back(writer.read_line().value_or("nothing"));
  writer.kill();
  for (const std::string& late : writer.read_rest()) done.push_back(late);
  return done;
}

TEST(LmdbLog, AKilledLoggerLosesNothing) {
  const ScratchDirectory scratch;
  for (int round = 0; round < 5; ++round) {
    const std::string prefix = std::to_string(round) + "/";
    const auto done = kill_a_logger(scratch, prefix, 2'000);
    EXPECT_EQ(format_in_file(scratch), "2");
    Opened opened(scratch.path());
    ASSERT_TRUE(opened.is_open()) << opened.error().detail;
    for (const std::string& number : done) {
      ASSERT_EQ(opened.text(prefix + number), pattern(prefix + number));
    }
    EXPECT_EQ(format_in_file(scratch), "1");
  }
}

TEST(LmdbLog, ACopyOfTheFileAloneIsAnEarlierState) {
  const ScratchDirectory scratch;
  const auto done = kill_a_logger(scratch, "a/", 2'000);
  const ScratchDirectory copy;
  fs::copy_file(scratch.path() / "data.mdb", copy.path() / "data.mdb");
  Opened opened(copy.path());
  ASSERT_TRUE(opened.is_open()) << opened.error().detail;
  const auto all = opened.answer(opened.scan().scan("", "", 1'000'000));
  ASSERT_TRUE(all);
  for (const Listed& listed : *all) {
    EXPECT_EQ(listed.document.value, pattern(listed.key.text()));
  }
  EXPECT_LE(all->size(), done.size() + 8);
}

TEST(LmdbLog, AMissingLogIsNotOverlooked) {
  const ScratchDirectory scratch;
  (void)kill_a_logger(scratch, "a/", 2'000);
  fs::rename(scratch.path() / "log.mdb", scratch.path() / "moved");
  {
    const Opened opened(scratch.path());
    ASSERT_FALSE(opened.is_open());
    EXPECT_EQ(opened.error().code, Errc::unreadable);
    EXPECT_TRUE(contains(opened.error().detail, "its log.mdb is missing")) << opened.error().detail;
  }
  fs::rename(scratch.path() / "moved", scratch.path() / "log.mdb");
  EXPECT_TRUE(Opened(scratch.path()).is_open());
}

/// Where record `number` stands in a log that has not come round, each of one page.
constexpr std::streamoff place_of(int number) {
  return std::streamoff{4096} * number;
}

/// Kills a store that has logged 50 documents, one record each, before it put any into the file.
void leave_a_log(const ScratchDirectory& scratch) {
  Child writer(actor("add_singly", scratch, "50"));
  ASSERT_EQ(writer.read_line(), "50 done");
  writer.kill();
}

int documents_in(Opened& opened) {
  const auto all = opened.answer(opened.scan().scan("", "", 1'000));
  return all ? static_cast<int>(all->size()) : -1;
}

TEST(LmdbLog, DamageInTheMiddleIsNotTakenForTheEnd) {
  const ScratchDirectory scratch;
  leave_a_log(scratch);
  std::fstream log(scratch.path() / "log.mdb", std::ios::in | std::ios::out | std::ios::binary);
  log.seekg(place_of(11) + 40);
  const auto byte = static_cast<char>(log.get());
  log.seekp(place_of(11) + 40).put(static_cast<char>(byte ^ 1)).flush();
  {
    const Opened opened(scratch.path());
    ASSERT_FALSE(opened.is_open());
    EXPECT_EQ(opened.error().code, Errc::unreadable);
    EXPECT_TRUE(contains(opened.error().detail, "damaged")) << opened.error().detail;
  }
  log.seekp(place_of(11) + 40).put(byte).flush();
  Opened opened(scratch.path());
  ASSERT_TRUE(opened.is_open()) << opened.error().detail;
  EXPECT_EQ(documents_in(opened), 50);
}

TEST(LmdbLog, ALogThatCannotBeReadIsNotTakenForAnEmptyOne) {
  const ScratchDirectory scratch;
  leave_a_log(scratch);
  {
    const FaultyDisk disk(Fault::log_unread);
    const Opened opened(scratch.path());
    ASSERT_FALSE(opened.is_open());
    EXPECT_EQ(opened.error().code, Errc::unavailable);
    EXPECT_TRUE(contains(opened.error().detail, "cannot be read")) << opened.error().detail;
  }
  Opened opened(scratch.path());
  ASSERT_TRUE(opened.is_open()) << opened.error().detail;
  EXPECT_EQ(documents_in(opened), 50);
}

TEST(LmdbLog, AnotherFileUnderItsNameIsNotTakenForIt) {
  const ScratchDirectory scratch;
  leave_a_log(scratch);
  fs::rename(scratch.path() / "log.mdb", scratch.path() / "moved");
  std::ofstream(scratch.path() / "log.mdb") << "notes";
  EXPECT_FALSE(Opened(scratch.path()).is_open());
  fs::rename(scratch.path() / "moved", scratch.path() / "log.mdb");
  Opened opened(scratch.path());
  ASSERT_TRUE(opened.is_open()) << opened.error().detail;
  EXPECT_EQ(documents_in(opened), 50);
}

TEST(LmdbLog, ALogThatIsRemovedMeanwhileIsGivenUp) {
  const ScratchDirectory scratch;
  {
    Child writer(actor("add", scratch, "a/"));
    for (int i = 0; i < 2'000; ++i) (void)writer.read_line();
    fs::remove(scratch.path() / "log.mdb");
    for (int i = 0; i < 4'000; ++i) ASSERT_TRUE(writer.read_line());
    writer.kill();
  }
  Opened opened(scratch.path());
  ASSERT_TRUE(opened.is_open()) << opened.error().detail;
  EXPECT_GE(opened.answer(opened.scan().scan("", "", 100'000))->size(), 6'000U);
}

TEST(LmdbLog, ASlowDiskHasTimeToTakeTheLogOver) {
  const ScratchDirectory scratch;
  leave_a_log(scratch);
  std::optional<FaultyDisk> disk(std::in_place, Fault::sync_stalls);
  std::thread recovers([&disk] {
    FaultyDisk::wait_until_met();
    std::this_thread::sleep_for(2 * Opened::deadline);
    disk.reset();
  });
  Opened opened(scratch.path());
  recovers.join();
  ASSERT_TRUE(opened.is_open()) << opened.error().detail;
  EXPECT_EQ(documents_in(opened), 50);
}

TEST(LmdbLog, ATakingOverThatIsKilledIsGoneOnWith) {
  const ScratchDirectory scratch;
  const auto done = kill_a_logger(scratch, "a/", 12'000);
  for (int i = 0; i < 4; ++i) {
    Child opener(actor("open", scratch));
    std::this_thread::sleep_for(std::chrono::milliseconds(10 * i));
    opener.kill();
  }
  Opened opened(scratch.path());
  ASSERT_TRUE(opened.is_open()) << opened.error().detail;
  for (const std::string& number : done) {
    ASSERT_EQ(opened.text("a/" + number), pattern("a/" + number));
  }
}

TEST(LmdbLog, ALinkIsNoLog) {
  const ScratchDirectory scratch;
  const ScratchDirectory other;
  fs::create_symlink(other.path() / "log.mdb", scratch.path() / "log.mdb");
  Opened opened(scratch.path(), at_once);
  for (int i = 0; i < 5; ++i) ASSERT_EQ(words(opened.add(std::to_string(i), "value")), "done");
  EXPECT_EQ(format_in_file(scratch), "1");
  EXPECT_FALSE(fs::exists(other.path() / "log.mdb"));
}

TEST(LmdbLog, AFileSystemWithoutDirectWritesDoes) {
  const ScratchDirectory scratch;
  const FaultyDisk disk(Fault::no_direct);
  Opened opened(scratch.path(), at_once);
  for (int i = 0; i < 5; ++i) ASSERT_EQ(words(opened.add(std::to_string(i), "value")), "done");
  EXPECT_EQ(format_in_file(scratch), "2");
  opened.close();
  EXPECT_EQ(Opened(scratch.path()).text("4"), "value");
}

TEST(LmdbLog, AnotherProcessGetsTheStoreWithinADeadline) {
  const ScratchDirectory scratch;
  Child writer(actor("add", scratch, "busy/"));
  std::string newest;
  for (int i = 0; i < 2'000; ++i) newest = writer.read_line().value_or("nothing");
  for (int round = 0; round < 3; ++round) {
    Opened opened(scratch.path());
    ASSERT_TRUE(opened.is_open()) << opened.error().detail;
    EXPECT_EQ(opened.text("busy/" + newest), pattern("busy/" + newest));
    EXPECT_EQ(words(opened.add("mine/" + std::to_string(round), "value")), "done");
    opened.close();
    for (int i = 0; i < 1'000; ++i) newest = writer.read_line().value_or("nothing");
  }
  writer.kill();
  Opened opened(scratch.path());
  for (const char* key : {"mine/0", "mine/1", "mine/2"}) EXPECT_EQ(opened.text(key), "value");
}

TEST(LmdbLog, CountersOfALoggerAndItsGuestsAddUp) {
  const ScratchDirectory scratch;
  {
    Opened opened(scratch.path());
    ASSERT_EQ(words(opened.add("counter", "0")), "done");
  }
  std::vector<std::unique_ptr<Child>> counters;
  for (int i = 0; i < 4; ++i) {
    counters.push_back(std::make_unique<Child>(actor("count", scratch, "60")));
    std::this_thread::sleep_for(30ms);
  }
  for (const auto& counter : counters) EXPECT_EQ(counter->finish(), 0);
  EXPECT_EQ(Opened(scratch.path()).text("counter"), "1920");  // 4 processes, 8 coroutines, 60.
}

// What it has put into the file it reads from its memory, which is right as long as it is alone.
TEST(LmdbLog, WhatAGuestHasWrittenIsReadByWhoLogged) {
  const ScratchDirectory scratch;
  Opened opened(scratch.path(), at_once);
  ASSERT_EQ(words(opened.add("before", "value")), "done");
  ASSERT_EQ(words(opened.add("counter", "0")), "done");
  EXPECT_EQ(format_in_file(scratch), "2");
  EXPECT_EQ(Child(actor("count", scratch, "5")).finish(), 0);
  EXPECT_EQ(opened.text("counter"), "40");  // 8 coroutines, 5 times.
}

TEST(LmdbLog, AStoppedLoggerKeepsOthersOutUntilItIsKilled) {
  const ScratchDirectory scratch;
  Child writer(actor("add", scratch, "a/"));
  std::string newest;
  for (int i = 0; i < 2'000; ++i) newest = writer.read_line().value_or("nothing");
  writer.signal(SIGSTOP);
  std::this_thread::sleep_for(50ms);
  {
    const Opened opened(scratch.path());
    ASSERT_FALSE(opened.is_open());
    EXPECT_EQ(opened.error().code, Errc::unavailable);
    EXPECT_TRUE(contains(opened.error().detail, "another process")) << opened.error().detail;
  }
  std::this_thread::sleep_for(50ms);
  writer.kill();
  std::this_thread::sleep_for(50ms);
  Opened opened(scratch.path());
  ASSERT_TRUE(opened.is_open()) << opened.error().detail;
  EXPECT_EQ(opened.text("a/" + newest), pattern("a/" + newest));
}

TEST(LmdbLog, ItEndsWhenLittleIsWritten) {
  const ScratchDirectory scratch;
  Opened opened(scratch.path());
  for (int i = 0; i < 40; ++i) ASSERT_EQ(words(opened.add(std::to_string(i), "value")), "done");
  EXPECT_EQ(format_in_file(scratch), "2");
  for (int i = 0; i < 60 && format_in_file(scratch) == "2"; ++i) std::this_thread::sleep_for(50ms);
  EXPECT_EQ(format_in_file(scratch), "1");
  EXPECT_EQ(opened.text("39"), "value");
}

TEST(LmdbLog, AProgramOfLmdbsKeepsItOut) {
  const ScratchDirectory scratch;
  Opened opened(scratch.path());
  Child reader(actor("hold_reader", scratch));
  ASSERT_EQ(reader.read_line(), "held");
  for (int i = 0; i < 40; ++i) ASSERT_EQ(words(opened.add(std::to_string(i), "value")), "done");
  EXPECT_EQ(format_in_file(scratch), "1");
}

TEST(LmdbLog, AFullDiskRefusesAndThenGoesOn) {
  const ScratchDirectory scratch;
  Opened opened(scratch.path(), at_once);
  ASSERT_EQ(words(opened.add("before", "value")), "done");
  ASSERT_EQ(words(opened.add("logged", "value")), "done");
  std::optional<FileSizeLimit> limit(std::in_place, rlim_t{8} << 20U);
  std::string failure;
  int done = 0;
  while (done < 1'000 && failure.empty()) {
    const std::string key = "piece/" + std::to_string(done);
    const std::string answer = words(opened.add(key, pattern(key, piece_bytes)));
    if (answer == "done") ++done;
    if (answer != "done") failure = answer;
  }
  EXPECT_TRUE(contains(failure, "the store is full")) << failure;
  EXPECT_EQ(opened.text("piece/" + std::to_string(done)), "<nothing>");
  for (int i = 0; i < done; ++i) {
    const std::string key = "piece/" + std::to_string(i);
    ASSERT_EQ(opened.text(key), pattern(key, piece_bytes));
  }
  limit.reset();
  std::string again;
  for (int i = 0; i < 60 && again != "done"; ++i) {
    again = words(opened.add("after", "value"));
    std::this_thread::sleep_for(50ms);
  }
  EXPECT_EQ(again, "done");
  opened.close();
  Opened reopened(scratch.path());
  for (int i = 0; i < done; ++i) {
    const std::string key = "piece/" + std::to_string(i);
    ASSERT_EQ(reopened.text(key), pattern(key, piece_bytes));
  }
}

TEST(LmdbLog, AFailedWriteToTheLogIsUnknownAndStopsTheStore) {
  const ScratchDirectory scratch;
  Opened opened(scratch.path(), at_once);
  ASSERT_EQ(words(opened.add("before", "value")), "done");
  ASSERT_EQ(words(opened.add("logged", "value")), "done");
  {
    const FaultyDisk disk(Fault::meta_fails);
    EXPECT_EQ(words(opened.add("during", "value")), "unknown");
  }
  EXPECT_TRUE(contains(words(opened.add("after", "value")), "reopen it"));
  opened.close();
  Opened reopened(scratch.path());
  EXPECT_EQ(reopened.text("logged"), "value");
  EXPECT_EQ(words(reopened.add("during", "value")), "done");
}

TEST(LmdbLog, WhoMetAWriteThatFailedIsNotToldOfIt) {
  const ScratchDirectory scratch;
  Opened opened(scratch.path(), at_once);
  ASSERT_EQ(words(opened.add("before", "value")), "done");
  std::optional<Result<Written>> first;
  std::optional<Result<Written>> second;
  {
    const FaultyDisk disk(Fault::meta_fails);
    for (auto* answer : {&first, &second}) {
      boost::asio::co_spawn(opened.io(), add_and_keep(&opened.store(), "x", answer),
                            boost::asio::detached);
    }
    opened.io().restart();
    opened.io().run();
  }
  EXPECT_EQ(words(*first), "unknown");
  EXPECT_EQ(words(*second), "unknown");
}

/// Lists pages of one document in a thread of its own until it is told to end.
class Lister {
 public:
  explicit Lister(Opened& opened)
      : store_(*(*opened.opened())->share(io_.get_executor())), thread_([this] { run(); }) {}
  Lister(const Lister&) = delete;
  Lister& operator=(const Lister&) = delete;
  ~Lister() {
    is_over_ = true;
    thread_.join();
  }

 private:
  void run() {
    boost::asio::co_spawn(io_, list(), boost::asio::detached);
    io_.run();
  }
  Task<void> list() {
    std::string after;
    while (!is_over_) {
      const auto page = co_await store_->scan("", after, 16);
      after = page && !page->empty() ? page->back().key.text() : "";
    }
  }

  boost::asio::io_context io_{1};
  std::unique_ptr<LmdbStore> store_;
  std::atomic<bool> is_over_ = false;
  std::thread thread_;
};

TEST(LmdbLog, WhoListsDoesNotHoldUpWhoWrites) {
  const ScratchDirectory scratch;
  Opened opened(scratch.path(), at_once);
  for (int i = 0; i < 3'000; ++i) {
    const std::string key = std::to_string(i);
    ASSERT_EQ(words(opened.add(key, pattern(key))), "done");
  }
  const std::array<std::unique_ptr<Lister>, 3> listers{std::make_unique<Lister>(opened),
                                                       std::make_unique<Lister>(opened),
                                                       std::make_unique<Lister>(opened)};
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 200; ++i) {
    ASSERT_EQ(words(opened.add("beside/" + std::to_string(i), "value")), "done");
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, 20s);
}

TEST(LmdbLog, AFailedSyncOfTheFileLosesNothing) {
  const ScratchDirectory scratch;
  Opened opened(scratch.path(), at_once);
  ASSERT_EQ(words(opened.add("before", "value")), "done");
  std::string answer = "done";
  int done = 0;
  {
    const FaultyDisk disk(Fault::sync_fails);
    for (; done < 100 && answer == "done"; ++done) {
      answer = words(opened.add("during/" + std::to_string(done), "value"));
      std::this_thread::sleep_for(50ms);
    }
  }
  EXPECT_TRUE(contains(answer, "a sync to the disk failed")) << answer;
  opened.close();
  Opened reopened(scratch.path());
  for (int i = 0; i + 1 < done; ++i) {
    EXPECT_EQ(reopened.text("during/" + std::to_string(i)), "value");
  }
  EXPECT_EQ(reopened.text("during/" + std::to_string(done - 1)), "<nothing>");
}

TEST(LmdbLog, AStalledSyncOfTheFileHoldsUpNobody) {
  const ScratchDirectory scratch;
  Opened opened(scratch.path());
  for (int i = 0; i < 20; ++i) {
    ASSERT_EQ(words(opened.add("before/" + std::to_string(i), "value")), "done");
  }
  ASSERT_EQ(words(opened.add("logged", "value")), "done");
  {
    const FaultyDisk disk(Fault::sync_stalls);
    // Busy until a flush is due.
    for (int i = 0; i < 240; ++i) {
      ASSERT_EQ(words(opened.add("busy/" + std::to_string(i), "value")), "done");
      std::this_thread::sleep_for(10ms);
    }
    FaultyDisk::wait_until_met();
    for (int i = 0; i < 50; ++i) ASSERT_EQ(words(opened.add(std::to_string(i), "value")), "done");
    EXPECT_EQ(opened.text("logged"), "value");
    EXPECT_EQ(opened.text("49"), "value");
    // Nor does the end of the logging, which is due when little is written.
    for (int i = 0; i < 3; ++i) {
      std::this_thread::sleep_for(700ms);
      ASSERT_EQ(words(opened.add("slow/" + std::to_string(i), "value")), "done");
    }
  }
  opened.close();
  EXPECT_EQ(Opened(scratch.path()).text("49"), "value");
}

}  // namespace
}  // namespace posse::testing
