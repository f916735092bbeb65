/// Writing a state.
// SPDX-License-Identifier: Apache-2.0
#include "crash/state_file.h"

#include <algorithm>
#include <cstddef>
#include <fcntl.h>
#include <fstream>
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

void lay_out(const std::filesystem::path& path, std::string_view before, std::string_view image) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
  const bool is_good = file >= 0 && ::ftruncate(file, static_cast<off_t>(image.size())) == 0 &&
                       write_differences(file, before, image);
  ::close(file);
  if (!is_good) throw std::runtime_error("cannot lay out a state in " + path.string());
}

/// The part of `image` that the data file is.
std::string_view data_of(std::string_view image) {
  return image.substr(std::min<std::size_t>(image.size(), log_span));
}

}  // namespace

void StateFile::hold(std::string image) {
  if (!held_) std::filesystem::remove(directory_ / "data.mdb");
  if (!held_) std::filesystem::remove(directory_ / "log.mdb");
  const std::string_view before = held_ ? std::string_view(*held_) : std::string_view();
  const std::string_view after = image;
  lay_out(directory_ / "data.mdb", data_of(before), data_of(after));
  lay_out(directory_ / "log.mdb", before.substr(0, log_span), after.substr(0, log_span));
  held_ = std::move(image);
}

/// Each commit of LMDB's writes one of its two meta pages, the first of the file.
bool StateFile::is_changed() const {
  if (!held_) return true;
  std::ifstream file(directory_ / "data.mdb", std::ios::binary);
  std::string metas(2 * page_bytes, '\0');
  file.read(metas.data(), static_cast<std::streamsize>(metas.size()));
  return metas != data_of(*held_).substr(0, metas.size());
}

void StateFile::hold_nothing() {
  std::filesystem::remove(directory_ / "data.mdb");
  std::filesystem::remove(directory_ / "log.mdb");
  forget();
}

void StateFile::drop_lock() const {
  std::filesystem::remove(directory_ / "lock.mdb");
}

}  // namespace posse::testing
