/// Several processes on one LMDB store: sharing, killing, stopping.
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <chrono>
#include <csignal>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <gtest/gtest.h>

#include "contract/scratch_directory.h"
#include "integration/lmdb/child.h"
#include "integration/lmdb/opened.h"
#include "integration/lmdb/pattern.h"

namespace posse::testing {
namespace {

using namespace std::chrono_literals;

std::vector<std::string> actor(const std::string& what, const ScratchDirectory& scratch,
                               const std::string& argument = "") {
  return {POSSE_LMDB_ACTOR, what, scratch.path().string(), argument};
}

/// Asks until it is so, for at most 5 s.
template <class Question>
bool eventually(Question is_so) {
  for (int i = 0; i < 100; ++i) {
    if (is_so()) return true;
    std::this_thread::sleep_for(50ms);
  }
  return false;
}

TEST(LmdbProcesses, CountersOfTwoProcessesAddUp) {
  const ScratchDirectory scratch;
  Opened opened(scratch.path());
  ASSERT_EQ(words(opened.add("counter", "0")), "done");
  {
    Child one(actor("count", scratch, "40"));
    Child two(actor("count", scratch, "40"));
    EXPECT_EQ(one.finish(), 0);
    EXPECT_EQ(two.finish(), 0);
  }
  EXPECT_EQ(opened.text("counter"), "640");  // 2 processes, 8 coroutines each, 40 times.
}

TEST(LmdbProcesses, TheFirstOpenersMayRace) {
  const ScratchDirectory scratch;
  std::vector<std::unique_ptr<Child>> openers;
  openers.reserve(8);
  for (int i = 0; i < 8; ++i) {
    openers.push_back(std::make_unique<Child>(actor("open", scratch)));
  }
  for (const auto& opener : openers) EXPECT_EQ(opener->read_line(), "open");
}

/// Starts a process that adds documents, kills it after `lines` acknowledgements, and expects every
/// acknowledged one to be there.
void kill_a_writer(Opened& opened, const ScratchDirectory& scratch, const std::string& prefix,
                   int lines) {
  Child writer(actor("add", scratch, prefix));
  std::vector<std::string> done;
  done.reserve(static_cast<std::size_t>(lines));
  for (int i = 0; i < lines; ++i) {
    const auto line = writer.read_line();
    ASSERT_TRUE(line);
    done.push_back(*line);
  }
  writer.kill();
  for (const std::string& late : writer.read_rest()) done.push_back(late);
  for (const std::string& number : done) {
    EXPECT_EQ(opened.text(prefix + number), pattern(prefix + number));
  }
  EXPECT_EQ(words(opened.add("mine/" + prefix, "value")), "done");
}

TEST(LmdbProcesses, KilledWritersLoseNothingAndHoldUpNobody) {
  const ScratchDirectory scratch;
  Opened opened(scratch.path());
  for (int round = 0; round < 20; ++round) {
    kill_a_writer(opened, scratch, std::to_string(round) + "/", 1 + 17 * (round % 5));
  }
  // Nothing half: whatever is there is whole, acknowledged or not.
  const auto all = opened.answer(opened.scan().scan("", "", 1'000'000));
  ASSERT_TRUE(all);
  for (const Listed& listed : *all) {
    const std::string& key = listed.key.text();
    EXPECT_EQ(listed.document.value, key.starts_with("mine/") ? "value" : pattern(key));
  }
}

TEST(LmdbProcesses, AStoppedLockHolderMakesWritesUnavailableWithinTheDeadline) {
  const ScratchDirectory scratch;
  Opened opened(scratch.path());
  ASSERT_EQ(words(opened.add("before", "value")), "done");
  Child holder(actor("hold_lock", scratch));
  ASSERT_EQ(holder.read_line(), "held");
  holder.signal(SIGSTOP);

  std::array<std::optional<Result<Written>>, 16> answers;
  const auto start = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < answers.size(); ++i) {
    boost::asio::co_spawn(opened.io(),
                          add_and_keep(&opened.store(), "during" + std::to_string(i), &answers[i]),
                          boost::asio::detached);
  }
  opened.io().restart();
  opened.io().poll();
  EXPECT_EQ(opened.text("before"), "value");
  const auto length = std::chrono::steady_clock::now() - start;
  EXPECT_GE(length, Opened::deadline);
  EXPECT_LT(length, 2 * Opened::deadline);
  for (const auto& answer : answers) {
    ASSERT_TRUE(answer && !*answer);
    EXPECT_EQ(answer->error().code, Errc::unavailable);
  }

  holder.signal(SIGCONT);
  EXPECT_EQ(holder.finish(), 0);
  EXPECT_EQ(words(opened.add("after", "value")), "done");
  for (std::size_t i = 0; i < answers.size(); ++i) {
    EXPECT_EQ(opened.text("during" + std::to_string(i)), "<nothing>");
  }
}

TEST(LmdbProcesses, ClosingLeavesAWriterBehindThatWaitsForAStoppedProcess) {
  const ScratchDirectory scratch;
  Opened opened(scratch.path());
  Child holder(actor("hold_lock", scratch));
  ASSERT_EQ(holder.read_line(), "held");
  holder.signal(SIGSTOP);
  ASSERT_FALSE(opened.add("key", "value"));

  const auto start = std::chrono::steady_clock::now();
  opened.close();
  EXPECT_LT(std::chrono::steady_clock::now() - start, 2 * Opened::deadline);
  // LMDB's file is still open here, so it must not be opened again.
  EXPECT_FALSE(Opened(scratch.path()).is_open());

  holder.kill();
  EXPECT_TRUE(eventually([&scratch] { return Opened(scratch.path()).is_open(); }));
  EXPECT_EQ(Opened(scratch.path()).text("key"), "<nothing>");
}

TEST(LmdbProcesses, OpeningEndsAtTheDeadlineWhenTheCreatorIsStopped) {
  const ScratchDirectory scratch;
  Child holder(actor("hold_lock", scratch));  // Of a file that has no layout yet.
  ASSERT_EQ(holder.read_line(), "held");
  holder.signal(SIGSTOP);
  const auto start = std::chrono::steady_clock::now();
  EXPECT_FALSE(Opened(scratch.path()).is_open());
  EXPECT_LT(std::chrono::steady_clock::now() - start, 2 * Opened::deadline);
  holder.kill();
  EXPECT_TRUE(eventually([&scratch] { return Opened(scratch.path()).is_open(); }));
}

TEST(LmdbProcesses, AnIdleStoreClearsKilledReaders) {
  const ScratchDirectory scratch;
  const Opened opened(scratch.path());
  Child reader(actor("hold_reader", scratch));
  ASSERT_EQ(reader.read_line(), "held");
  const std::string id = std::to_string(reader.id());
  const auto is_listed = [&scratch, &id] {
    Child list(actor("list_readers", scratch));
    for (const std::string& line : list.read_rest()) {
      if (contains(line, id + " ")) return true;
    }
    return false;
  };
  EXPECT_TRUE(is_listed());
  reader.kill();
  EXPECT_TRUE(eventually([&is_listed] { return !is_listed(); }));
}

TEST(LmdbProcesses, ATableFullOfKilledReadersIsClearedOnOpening) {
  const ScratchDirectory scratch;
  {
    const Opened opened(scratch.path());
  }  // Makes the file and the table.
  Child reader(actor("fill_readers", scratch));
  ASSERT_EQ(reader.read_line(), "held");
  {
    const Opened opened(scratch.path());
    ASSERT_FALSE(opened.is_open());
    EXPECT_TRUE(contains(opened.error().detail, "too many processes")) << opened.error().detail;
  }
  reader.kill();
  EXPECT_TRUE(Opened(scratch.path()).is_open());
}

}  // namespace
}  // namespace posse::testing
