/// Opening an LMDB store: what is made, and what is refused and left alone.
// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <lmdb.h>

#include "contract/scratch_directory.h"
#include "integration/lmdb/opened.h"

namespace posse::testing {
namespace {

namespace fs = std::filesystem;

/// Every file below `directory` with its content.
std::map<std::string, std::string> contents(const fs::path& directory) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    std::ifstream file(entry.path(), std::ios::binary);
    files[entry.path().string()] =
        std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return files;
}

void write_file(const fs::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

/// An LMDB database of somebody else with one record. Its lock file goes, as after a restore.
void make_database(const fs::path& directory, std::string key, std::string value, unsigned flags) {
  MDB_env* env = nullptr;
  ASSERT_EQ(mdb_env_create(&env), 0);
  ASSERT_EQ(mdb_env_open(env, directory.c_str(), 0, 0600), 0);
  MDB_txn* transaction = nullptr;
  ASSERT_EQ(mdb_txn_begin(env, nullptr, 0, &transaction), 0);
  MDB_dbi main = 0;
  ASSERT_EQ(mdb_dbi_open(transaction, nullptr, flags, &main), 0);
  MDB_val name{key.size(), key.data()};
  MDB_val record{value.size(), value.data()};
  ASSERT_EQ(mdb_put(transaction, main, &name, &record, 0), 0);
  ASSERT_EQ(mdb_txn_commit(transaction), 0);
  mdb_env_close(env);
  fs::remove(directory / "lock.mdb");
}

/// Opens `directory`, which must be refused and stay as it is.
Error refusal(const fs::path& directory) {
  const auto before = contents(directory);
  const Opened opened(directory);
  EXPECT_FALSE(opened.is_open());
  EXPECT_EQ(contents(directory), before);
  return opened.is_open() ? Error{} : opened.error();
}

mode_t mode(const fs::path& path) {
  struct stat status{};
  EXPECT_EQ(::stat(path.c_str(), &status), 0);
  return status.st_mode & 07777U;
}

TEST(LmdbOpening, FilesBelongToTheirOwnerAlone) {
  const ScratchDirectory scratch;
  const fs::path directory = scratch.path() / "store";
  const Opened opened(directory);
  ASSERT_TRUE(opened.is_open());
  EXPECT_EQ(mode(directory), 0700U);
  EXPECT_EQ(mode(directory / "data.mdb"), 0600U);
  EXPECT_EQ(mode(directory / "lock.mdb"), 0600U);
}

// A power cut while the file was made would else leave one that nobody can open; the crash states
// find it.
TEST(LmdbOpening, ANewFileIsFinishedUnderAnotherNameWhichGoes) {
  const ScratchDirectory scratch;
  write_file(scratch.path() / "draft-killed", "half a file");
  Opened opened(scratch.path());
  ASSERT_TRUE(opened.is_open()) << opened.error().detail;
  EXPECT_EQ(words(opened.add("key", "value")), "done");
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(scratch.path())) {
    names.insert(entry.path().filename());
  }
  EXPECT_EQ(names, std::set<std::string>({"data.mdb", "draft-killed", "lock.mdb"}));
}

TEST(LmdbOpening, WhatWasWrittenIsThereAfterReopening) {
  const ScratchDirectory scratch;
  Version before{};
  {
    Opened opened(scratch.path());
    const auto written = opened.add("key", "value");
    ASSERT_EQ(words(written), "done");
    before = written->version;
  }
  Opened opened(scratch.path());
  EXPECT_EQ(opened.text("key"), "value");
  const auto written = opened.add("other", "value");
  ASSERT_EQ(words(written), "done");
  EXPECT_GT(written->version, before);
}

TEST(LmdbOpening, VersionsGoOnAfterACompactingCopy) {
  const ScratchDirectory original;
  const ScratchDirectory copy;
  Version last{};
  {
    Opened opened(original.path());
    last = opened.add("a", "1")->version;
    last = opened.add("b", "2")->version;
  }
  MDB_env* env = nullptr;
  ASSERT_EQ(mdb_env_create(&env), 0);
  ASSERT_EQ(mdb_env_open(env, original.path().c_str(), MDB_RDONLY, 0600), 0);
  ASSERT_EQ(mdb_env_copy2(env, copy.path().c_str(), MDB_CP_COMPACT), 0);
  mdb_env_close(env);

  Opened opened(copy.path());
  EXPECT_EQ(opened.text("b"), "2");
  EXPECT_GT(opened.add("c", "3")->version, last);
}

TEST(LmdbOpening, TheSameDirectoryTwiceInAProcessIsRefused) {
  const ScratchDirectory scratch;
  Opened first(scratch.path());
  ASSERT_TRUE(first.is_open());
  const fs::path detour = scratch.path() / "." / ".." / scratch.path().filename();
  const Opened second(detour);
  ASSERT_FALSE(second.is_open());
  EXPECT_EQ(second.error().code, Errc::unavailable);
  EXPECT_TRUE(contains(second.error().detail, "already open in this process"));
  EXPECT_EQ(words(first.add("key", "value")), "done");

  first.close();
  EXPECT_TRUE(Opened(scratch.path()).is_open());
}

TEST(LmdbOpening, AForeignDatabaseIsRefusedAndLeftAlone) {
  const ScratchDirectory scratch;
  make_database(scratch.path(), "somebody", "else", 0);
  const Error error = refusal(scratch.path());
  EXPECT_EQ(error.code, Errc::unreadable);
  EXPECT_TRUE(contains(error.detail, "not Posse's")) << error.detail;
}

TEST(LmdbOpening, AForeignDatabaseOfAnotherKindIsRefusedAndLeftAlone) {
  const ScratchDirectory scratch;
  make_database(scratch.path(), "posse", "1", MDB_DUPSORT);
  EXPECT_EQ(refusal(scratch.path()).code, Errc::unreadable);
}

TEST(LmdbOpening, AForeignDatabaseInUseIsRefusedAndLeftAlone) {
  const ScratchDirectory scratch;
  make_database(scratch.path(), "somebody", "else", 0);
  // The lock file of a user that is gone; LMDB renews its content, so only the data is compared.
  write_file(scratch.path() / "lock.mdb", "");
  const auto before = contents(scratch.path())[(scratch.path() / "data.mdb").string()];
  const Opened opened(scratch.path());
  ASSERT_FALSE(opened.is_open());
  EXPECT_EQ(opened.error().code, Errc::unreadable);
  EXPECT_EQ(contents(scratch.path())[(scratch.path() / "data.mdb").string()], before);
}

TEST(LmdbOpening, ANewerFormatIsRefusedAndLeftAlone) {
  const ScratchDirectory scratch;
  make_database(scratch.path(), "posse", "3", 0);
  const Error error = refusal(scratch.path());
  EXPECT_EQ(error.code, Errc::unreadable);
  EXPECT_TRUE(contains(error.detail, "newer version of Posse, format 3")) << error.detail;
}

TEST(LmdbOpening, AFileThatIsNoDatabaseIsRefusedAndLeftAlone) {
  const ScratchDirectory scratch;
  write_file(scratch.path() / "data.mdb", std::string(10'000, 'x'));
  const Error error = refusal(scratch.path());
  EXPECT_EQ(error.code, Errc::unreadable);
  EXPECT_TRUE(contains(error.detail, "no LMDB database")) << error.detail;
}

TEST(LmdbOpening, AnEmptyFileOfAKilledOpenerIsTakenOver) {
  const ScratchDirectory scratch;
  write_file(scratch.path() / "data.mdb", "");
  write_file(scratch.path() / "lock.mdb", "");
  Opened opened(scratch.path());
  ASSERT_TRUE(opened.is_open()) << opened.error().detail;
  EXPECT_EQ(words(opened.add("key", "value")), "done");
}

TEST(LmdbOpening, APathThatIsAFileIsUnavailable) {
  const ScratchDirectory scratch;
  write_file(scratch.path() / "file", "text");
  const Opened opened(scratch.path() / "file");
  ASSERT_FALSE(opened.is_open());
  EXPECT_EQ(opened.error().code, Errc::unavailable);
  EXPECT_EQ(contents(scratch.path()).begin()->second, "text");
}

TEST(LmdbOpening, AMissingParentIsUnavailable) {
  const ScratchDirectory scratch;
  const Opened opened(scratch.path() / "no" / "store");
  ASSERT_FALSE(opened.is_open());
  EXPECT_EQ(opened.error().code, Errc::unavailable);
  EXPECT_TRUE(fs::is_empty(scratch.path()));
}

TEST(LmdbOpening, MissingPermissionIsUnavailable) {
  const ScratchDirectory scratch;
  const fs::path directory = scratch.path() / "store";
  fs::create_directory(directory);
  fs::permissions(directory, fs::perms::none);
  // Permissions do not bind root: become nobody for the attempt.
  constexpr uid_t nobody = 65534;
  const bool is_root = ::geteuid() == 0;
  ASSERT_EQ(::seteuid(is_root ? nobody : ::geteuid()), 0);
  const Opened opened(directory);
  ASSERT_EQ(::seteuid(is_root ? 0 : ::geteuid()), 0);
  fs::permissions(directory, fs::perms::owner_all);
  ASSERT_FALSE(opened.is_open());
  EXPECT_EQ(opened.error().code, Errc::unavailable);
  EXPECT_TRUE(contains(opened.error().detail, "no permission")) << opened.error().detail;
}

}  // namespace
}  // namespace posse::testing
