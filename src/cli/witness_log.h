/// What buyers were told, written down outside the store, and held against the books afterwards.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "cli/host.h"
#include "cli/load.h"

namespace posse {

/// Writes a line for each answer. A line is written after its answer came, so a process that is
/// killed may owe lines, but never writes a false one.
class WitnessLog final : public Witness {
 public:
  explicit WitnessLog(const std::filesystem::path& path);

  void sold(const Purchase& purchase, const Sale& sale) override;
  void refused(const Purchase& purchase, const Refusal& refusal) override;

 private:
  struct Close {
    void operator()(std::FILE* file) const { (void)std::fclose(file); }
  };
  void written();

  std::unique_ptr<std::FILE, Close> file_;
  std::uint64_t lines_ = 0;
};

/// All logs of a run.
class Testimony {
 public:
  /// Reads every log in `directory`; a last line that was cut off is left out.
  explicit Testimony(const std::filesystem::path& directory);

  std::uint64_t sold() const { return sold_count_; }
  std::uint64_t refused() const { return refused_.size(); }

  /// Compares with the entries of all campaigns: each purchase that was acknowledged is there,
  /// with its buyer and price (I10), and none that was refused. Gives a sentence for each that is
  /// wrong, at most 100.
  /// Errors: the store's; `unreadable`.
  Task<Result<std::vector<std::string>>> contradictions(Host* host) const;

 private:
  struct Acknowledged {
    std::string intent;
    std::string buyer;
    std::int64_t price = 0;
  };
  using Slots = std::map<std::uint64_t, Acknowledged>;
  using RequestBytes = std::array<std::uint8_t, 10>;

  void read(const std::string& line);
  void check(const Entry& entry, const Slots& slots, std::vector<std::string>& wrong) const;

  std::map<std::string, Slots> sold_;  // by campaign
  std::vector<RequestBytes> refused_;  // sorted
  std::vector<std::string> twice_;     // slots that two buyers were told are theirs
  std::uint64_t sold_count_ = 0;
};

}  // namespace posse
