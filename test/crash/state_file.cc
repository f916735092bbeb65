/// Writing a state.
// SPDX-License-Identifier: Apache-2.0
#include "crash/state_file.h"

#include <cstddef>
#include <fcntl.h>
#include <stdexcept>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include "crash/power_cuts.h"

namespace posse::testing {
namespace {

bool write_differences(int file, std::string_view before, std::string_view after) {
  for (std::size_t place = 0; place < after.size(); place += page_bytes) {
    const auto page = after.substr(place, page_bytes);
    if (place < before.size() && before.substr(place, page_bytes) == page) continue;
    const auto count = ::pwrite(file, page.data(), page.size(), static_cast<off_t>(place));
    if (count != static_cast<ssize_t>(page.size())) return false;
  }
  return true;
}

}  // namespace

void StateFile::hold(std::string image) {
  const auto path = directory_ / "data.mdb";
  if (!held_) std::filesystem::remove(path);
  const std::string_view before = held_ ? std::string_view(*held_) : std::string_view();
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
  const bool is_good = file >= 0 && ::ftruncate(file, static_cast<off_t>(image.size())) == 0 &&
                       write_differences(file, before, image);
  ::close(file);
  if (!is_good) throw std::runtime_error("cannot lay out a state in " + directory_.string());
  held_ = std::move(image);
}

void StateFile::hold_nothing() {
  std::filesystem::remove(directory_ / "data.mdb");
  forget();
}

void StateFile::drop_lock() const {
  std::filesystem::remove(directory_ / "lock.mdb");
}

}  // namespace posse::testing
