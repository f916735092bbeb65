/// Opens what a power cut has left, with the production driver, and says whether it is sound.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "crash/history.h"
#include "crash/power_cuts.h"
#include "crash/state_file.h"
#include "posse/result.h"

namespace posse::testing {

/// What is wrong with a state.
struct Flaw {
  enum class Kind : std::uint8_t {
    lost,     ///< A whole commit's contents, but an acknowledged write came after it.
    damaged,  ///< Anything else: cannot be opened, cannot be read, holds what no commit has left.
  };
  Kind kind{};
  std::string detail;
};

/// The contents that the driver finds.
struct Contents {
  std::uint64_t version = 0;  ///< The last one that the file has given out.
  std::vector<Listed> documents;
};

/// Opens the store in `directory` as the driver does, and reads all of it.
Result<Contents> read_all(const std::filesystem::path& directory);

/// Lays states out in one directory, one after the other.
class Judge {
 public:
  /// `commits` holds the last version of each commit of the trace, and begins with 0 for the empty
  /// store.
  Judge(std::filesystem::path directory, const History& history,
        const std::vector<std::uint64_t>& commits)
      : file_(std::move(directory)), history_(history), commits_(commits) {}

  /// Empty if `cut` is sound. LMDB may end the process over a file that is not.
  std::optional<Flaw> judge(const Cut& cut);

  /// The same, and the store must take a write then, and hold it besides all else.
  std::optional<Flaw> judge_and_write(const Cut& cut);

 private:
  void lay_out(const Cut& cut);
  std::optional<Flaw> open_and_compare(const Cut& cut, Contents& contents);
  std::optional<Flaw> compare(const Cut& cut, const Contents& contents) const;
  std::string write_more(const Contents& before);

  StateFile file_;
  const History& history_;
  const std::vector<std::uint64_t>& commits_;
  std::uint64_t count_ = 0;
};

}  // namespace posse::testing
