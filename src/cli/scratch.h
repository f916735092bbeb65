/// A directory of one run.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <unistd.h>

namespace posse {

/// A new directory below the system's temporary one, gone with the object.
class Scratch {
 public:
  explicit Scratch(const std::string& purpose)
      : path_(std::filesystem::temp_directory_path() /
              ("posse-" + purpose + "-" + std::to_string(getpid()))) {
    std::filesystem::create_directory(path_);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  const std::filesystem::path& path() const { return path_; }
  std::string store_url() const { return "lmdb:" + (path_ / "store").string(); }

 private:
  std::filesystem::path path_;
};

}  // namespace posse
