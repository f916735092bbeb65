/// The tests of the LMDB store that need to mount and to make PID namespaces; the build leaves them
/// out where it may not.
// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <fstream>
#include <string>
#include <sys/mount.h>
#include <vector>

#include <gtest/gtest.h>

#include "contract/scratch_directory.h"
#include "integration/lmdb/child.h"
#include "integration/lmdb/full_disk.h"
#include "integration/lmdb/opened.h"

namespace posse::testing {
namespace {

/// A file system of 4 MiB for the object's lifetime.
class SmallDisk {
 public:
  SmallDisk() {
    EXPECT_EQ(::mount("posse-test", mounted_.path().c_str(), "tmpfs", 0, "size=4m"), 0);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  ~SmallDisk() { ::umount(mounted_.path().c_str()); }

  const std::filesystem::path& path() const { return mounted_.path(); }

 private:
  ScratchDirectory mounted_;
};

TEST(LmdbPrivileged, AFullDiskIsFullAndThenGoesOn) {
  const SmallDisk disk;
  const auto ballast = disk.path() / "ballast";
  std::ofstream(ballast) << std::string(1 << 20, 'b');
  Opened opened(disk.path() / "store");
  ASSERT_TRUE(opened.is_open());
  fill_and_go_on(opened, [&ballast] { std::filesystem::remove(ballast); });
}

TEST(LmdbPrivileged, TheSameProcessIdInTwoNamespacesIsSaid) {
  const ScratchDirectory scratch;
  const auto apart = [&scratch](const std::string& what) {
    return std::vector<std::string>{POSSE_UNSHARE,          "--pid",          "--fork",
                                    "--kill-child",         POSSE_LMDB_ACTOR, what,
                                    scratch.path().string()};
  };
  Child first(apart("open"));
  ASSERT_EQ(first.read_line(), "open");
  Child second(apart("open"));
  const auto complaint = second.read_line();
  ASSERT_TRUE(complaint);
  EXPECT_TRUE(contains(*complaint, "must share one PID namespace")) << *complaint;
}

}  // namespace
}  // namespace posse::testing
