/// The LMDB store over a disk that is full, fails or stalls.
// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <sys/resource.h>
#include <thread>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <gtest/gtest.h>

#include "contract/scratch_directory.h"
#include "integration/lmdb/faulty_disk.h"
#include "integration/lmdb/file_size_limit.h"
#include "integration/lmdb/full_disk.h"
#include "integration/lmdb/opened.h"

namespace posse::testing {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

TEST(LmdbDisk, AFileThatMayNotGrowIsFullAndThenGoesOn) {
  const ScratchDirectory scratch;
  Opened opened(scratch.path());
  ASSERT_TRUE(opened.is_open());
  std::optional<FileSizeLimit> limit(std::in_place, rlim_t{3} << 20U);
  fill_and_go_on(opened, [&limit] { limit.reset(); });
}

TEST(LmdbDisk, AFailedSyncIsAFailureAndStopsTheStore) {
  const ScratchDirectory scratch;
  Opened opened(scratch.path());
  ASSERT_EQ(words(opened.add("before", "value")), "done");
  {
    const FaultyDisk disk(Fault::sync_fails);
    const auto written = opened.add("during", "value");
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code, Errc::unavailable);
    EXPECT_TRUE(contains(written.error().detail, "a sync to the disk failed"));
  }
  EXPECT_TRUE(contains(opened.text("before"), "a sync to the disk failed"));
  EXPECT_TRUE(contains(words(opened.add("after", "value")), "a sync to the disk failed"));
  EXPECT_FALSE(opened.answer(opened.scan().scan("", "", 10)));

  opened.close();
  Opened reopened(scratch.path());
  EXPECT_EQ(reopened.text("before"), "value");
  EXPECT_EQ(reopened.text("during"), "<nothing>");
  EXPECT_EQ(words(reopened.add("during", "again")), "done");
}

TEST(LmdbDisk, AFailedMetaPageIsUnknownAndStopsTheStore) {
  const ScratchDirectory scratch;
  Opened opened(scratch.path());
  ASSERT_EQ(words(opened.add("before", "value")), "done");
  {
    const FaultyDisk disk(Fault::meta_fails);
    EXPECT_EQ(words(opened.add("during", "value")), "unknown");
  }
  EXPECT_TRUE(contains(opened.text("before"), "reopen the store"));
  EXPECT_TRUE(contains(words(opened.add("after", "value")), "reopen the store"));

  opened.close();
  Opened reopened(scratch.path());
  EXPECT_EQ(reopened.text("before"), "value");
  // Unknown: repeated as it is, it is done or was done.
  const std::string again = words(reopened.add("during", "value"));
  EXPECT_TRUE(again == "done" || again == "refused") << again;
  EXPECT_EQ(reopened.text("during"), "value");
}

/// What this process has computed so far, in all its threads.
std::chrono::microseconds computed() {
  rusage usage{};
  EXPECT_EQ(::getrusage(RUSAGE_SELF, &usage), 0);
  const auto whole = std::chrono::seconds(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec);
  return whole + std::chrono::microseconds(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

TEST(LmdbDisk, AStoreThatStoppedWhileItLoggedIsAtRest) {
  const ScratchDirectory scratch;
  Opened opened(scratch.path(), lmdb::LogPlan{.transactions_min = 1});
  ASSERT_EQ(words(opened.add("before", "value")), "done");
  ASSERT_EQ(words(opened.add("logged", "value")), "done");
  {
    const FaultyDisk disk(Fault::meta_fails);
    ASSERT_EQ(words(opened.add("during", "value")), "unknown");
  }
  const auto before = computed();
  std::this_thread::sleep_for(500ms);
  EXPECT_LT(computed() - before, 250ms);
}

TEST(LmdbDisk, AStalledCommitIsUnknownAtTheDeadlineAndWhatWaitsIsWithdrawn) {
  const ScratchDirectory scratch;
  Opened opened(scratch.path());
  ASSERT_EQ(words(opened.add("before", "value")), "done");
  std::optional<Result<Written>> inside;
  std::optional<Result<Written>> behind;
  {
    const FaultyDisk disk(Fault::sync_stalls);
    const auto start = std::chrono::steady_clock::now();
    boost::asio::co_spawn(opened.io(), add_and_keep(&opened.store(), "inside", &inside),
                          boost::asio::detached);
    opened.io().restart();
    opened.io().poll();
    FaultyDisk::wait_until_met();
    boost::asio::co_spawn(opened.io(), add_and_keep(&opened.store(), "behind", &behind),
                          boost::asio::detached);
    opened.io().poll();
    EXPECT_EQ(opened.text("before"), "value");  // Reads go on, and end the waiting of this test.
    opened.io().run();
    EXPECT_LT(std::chrono::steady_clock::now() - start, 3 * Opened::deadline);
    ASSERT_TRUE(inside && behind);
    EXPECT_EQ(words(*inside), "unknown");
    ASSERT_FALSE(*behind);
    EXPECT_EQ(behind->error().code, Errc::unavailable);
  }
  // The disk goes on. The next write stands behind the stalled one, whose real end shows now.
  EXPECT_EQ(words(opened.add("after", "value")), "done");
  EXPECT_EQ(opened.text("inside"), "value");
  EXPECT_EQ(opened.text("behind"), "<nothing>");
}

/// Makes the file look as if a process with a larger map had let it outgrow ours: in both of LMDB's
/// meta pages, the map's size and the last page lie beyond it. (The file itself stays small: the
/// pages between are holes.)
void outgrow_map(const fs::path& data) {
  constexpr std::streamoff map_size_place = 32;
  constexpr std::streamoff last_page_place = 136;
  const auto page_bytes = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  std::fstream file(data, std::ios::in | std::ios::out | std::ios::binary);
  for (const std::streamoff meta : {std::streamoff{0}, static_cast<std::streamoff>(page_bytes)}) {
    std::array<char, 8> bytes{};
    file.seekg(meta + map_size_place).read(bytes.data(), bytes.size());
    const auto map_bytes = std::bit_cast<std::uint64_t>(bytes);
    bytes = std::bit_cast<std::array<char, 8>>(map_bytes + (std::uint64_t{64} << 20U));
    file.seekp(meta + map_size_place).write(bytes.data(), bytes.size());
    bytes = std::bit_cast<std::array<char, 8>>(map_bytes / page_bytes + 16);
    file.seekp(meta + last_page_place).write(bytes.data(), bytes.size());
  }
}

TEST(LmdbDisk, AReadAdoptsALargerMapOfAnotherProcess) {
  const ScratchDirectory scratch;
  Opened opened(scratch.path());
  ASSERT_EQ(words(opened.add("before", "value")), "done");
  outgrow_map(scratch.path() / "data.mdb");
  EXPECT_EQ(opened.text("before"), "value");
  EXPECT_EQ(words(opened.add("after", "value")), "done");
  EXPECT_EQ(opened.text("after"), "value");
}

TEST(LmdbDisk, AWriteAdoptsALargerMapOfAnotherProcess) {
  const ScratchDirectory scratch;
  Opened opened(scratch.path());
  ASSERT_EQ(words(opened.add("before", "value")), "done");
  outgrow_map(scratch.path() / "data.mdb");
  EXPECT_EQ(words(opened.add("after", Bytes(piece_bytes, 'x'))), "done");
  EXPECT_EQ(opened.text("after"), Bytes(piece_bytes, 'x'));
  EXPECT_EQ(opened.text("before"), "value");
}

TEST(LmdbDisk, ACallThatIsDroppedUnderwayDoesNoHarm) {
  const ScratchDirectory scratch;
  std::optional<Result<Written>> answer;
  {
    Opened opened(scratch.path());
    boost::asio::co_spawn(opened.io(), add_and_keep(&opened.store(), "key", &answer),
                          boost::asio::detached);
    opened.io().poll();
    opened.close();
  }
  EXPECT_FALSE(answer);
  Opened reopened(scratch.path());
  EXPECT_TRUE(reopened.text("key") == "value" || reopened.text("key") == "<nothing>");
}

}  // namespace
}  // namespace posse::testing
