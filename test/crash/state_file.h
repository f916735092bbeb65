/// A store's directory that takes on one state after the other.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace posse::testing {

/// Writes only what differs from the state before.
class StateFile {
 public:
  explicit StateFile(std::filesystem::path directory) : directory_(std::move(directory)) {}

  const std::filesystem::path& directory() const { return directory_; }

  /// The two files hold `image`, as one (log_span).
  void hold(std::string image);

  /// There is no data file.
  void hold_nothing();

  /// To be called when somebody else may have written to the files.
  void forget() { held_.reset(); }

  /// Whether somebody has committed to the data file since it was made to hold something.
  bool is_changed() const;

  /// LMDB's lock file goes, as it may in a power cut.
  void drop_lock() const;

 private:
  std::filesystem::path directory_;
  std::optional<std::string> held_;
};

}  // namespace posse::testing
