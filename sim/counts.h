/// What every scenario came to, as it stands in the tree: the same in every run.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "sim/explorer.h"

namespace posse::sim {

/// A file with a line for each scenario: its name, a colon, numbers with their names. Whoever
/// changes the protocol or the explorer sees there what it did to the courses that are possible.
class Counts {
 public:
  /// Reads `file`; one that is not there has no lines.
  explicit Counts(std::string file);

  /// How `explored` differs from the line of `scenario`; empty if it does not.
  Wrong difference(const std::string& scenario, const Explored& explored) const;

  /// States of `scenario` when it was last counted; 0 if it never was.
  std::uint64_t states(const std::string& scenario) const;

  void put(const std::string& scenario, const Explored& explored);

  /// Writes the lines of `scenarios`, in their order; false if the file cannot be written.
  [[nodiscard]] bool rewrite(const std::vector<std::string>& scenarios) const;

 private:
  using Numbers = std::vector<std::pair<std::string, std::uint64_t>>;

  static Numbers numbers_of(const Explored& explored);
  static Numbers numbers_of(const std::string& line);

  std::string file_;
  std::map<std::string, Numbers> known_;
};

}  // namespace posse::sim
