/// The LMDB store over a disk that is full, fails or stalls.
// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <sys/mount.h>
#include <sys/resource.h>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <gtest/gtest.h>

#include "contract/scratch_directory.h"
#include "integration/lmdb/faulty_disk.h"
#include "integration/lmdb/opened.h"

namespace posse::testing {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr std::size_t piece_bytes = 100'000;

/// Adds pieces until one fails; how many were done.
int fill(Opened& opened, std::string& failure) {
  for (int i = 0; i < 1000; ++i) {
    const auto written = opened.add("piece/" + std::to_string(i), Bytes(piece_bytes, 'x'));
    if (words(written) == "done") continue;
    failure = words(written);
    return i;
  }
  return 1000;
}

/// Fills the disk, makes room, and expects that nothing but the refused writes is missing.
template <class MakeRoom>
void fill_and_go_on(Opened& opened, MakeRoom make_room) {
  ASSERT_EQ(words(opened.add("first", "value")), "done");
  std::string failure;
  const int done = fill(opened, failure);
  ASSERT_GT(done, 0);
  ASSERT_LT(done, 1000);
  EXPECT_TRUE(contains(failure, "the store is full")) << failure;

  const std::string refused = "piece/" + std::to_string(done);
  EXPECT_EQ(opened.text("first"), "value");
  EXPECT_EQ(opened.text("piece/0"), Bytes(piece_bytes, 'x'));
  EXPECT_EQ(opened.text(refused), "<nothing>");
  const auto again = opened.add(refused, Bytes(piece_bytes, 'x'));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Errc::unavailable);

  make_room();
  EXPECT_EQ(words(opened.add(refused, "now")), "done");
  EXPECT_EQ(opened.text(refused), "now");
  EXPECT_EQ(opened.text("piece/0"), Bytes(piece_bytes, 'x'));
}

/// A limit on the size of files, for the object's lifetime: a full disk that needs no privilege.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  ~FileSizeLimit() { ::setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

TEST(LmdbDisk, AFileThatMayNotGrowIsFullAndThenGoesOn) {
  const ScratchDirectory scratch;
  Opened opened(scratch.path());
  ASSERT_TRUE(opened.is_open());
  std::optional<FileSizeLimit> limit(std::in_place, rlim_t{3} << 20U);
  fill_and_go_on(opened, [&limit] { limit.reset(); });
}

TEST(LmdbDisk, AFullDiskIsFullAndThenGoesOn) {
  const ScratchDirectory scratch;
  if (::mount("posse-test", scratch.path().c_str(), "tmpfs", 0, "size=4m") != 0) {
    GTEST_SKIP() << "may not mount; AFileThatMayNotGrowIsFullAndThenGoesOn stands in for this";
  }
  {
    std::ofstream(scratch.path() / "ballast") << std::string(1 << 20, 'b');
    Opened opened(scratch.path() / "store");
    ASSERT_TRUE(opened.is_open());
    fill_and_go_on(opened, [&scratch] { fs::remove(scratch.path() / "ballast"); });
  }
  ::umount(scratch.path().c_str());
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

Task<void> add_and_keep(Store& store, std::string key, std::optional<Result<Written>>& answer) {
  answer.emplace(co_await store.add(Key(key), "value"));
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
    boost::asio::co_spawn(opened.io(), add_and_keep(opened.store(), "inside", inside),
                          boost::asio::detached);
    opened.io().restart();
    opened.io().poll();
    FaultyDisk::wait_until_met();
    boost::asio::co_spawn(opened.io(), add_and_keep(opened.store(), "behind", behind),
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

TEST(LmdbDisk, ACallThatIsDroppedUnderwayDoesNoHarm) {
  const ScratchDirectory scratch;
  std::optional<Result<Written>> answer;
  {
    Opened opened(scratch.path());
    boost::asio::co_spawn(opened.io(), add_and_keep(opened.store(), "key", answer),
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
