/// Every way in which a power cut may leave the files of a trace, and what must be in it then.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crash/trace.h"

namespace posse::testing {

inline constexpr std::size_t page_bytes = 4096;
/// What a disk writes as a whole or not at all.
inline constexpr std::size_t sector_bytes = 512;

/// A part of a write, within one page, that is not durable yet. The trace holds its bytes.
struct Piece {
  std::uint64_t place = 0;
  std::string_view bytes;
};

/// Which sectors of a piece's page have reached the disk; bit 0 is the first.
using Sectors = std::uint8_t;
inline constexpr Sectors all_sectors = 0xff;

/// One state of the file.
struct Cut {
  std::size_t event = 0;                ///< The power fails before this event of the trace is over.
  std::uint64_t acknowledged = 0;       ///< The newest write that somebody was told of.
  std::size_t commits = 0;              ///< How many commits were written, the last perhaps partly.
  bool is_named = false;                ///< Else there is no data file at all.
  const std::string* durable{};         ///< What is certainly there,
  const std::vector<Piece>* pending{};  ///< and what is there as far as `sectors` says.
  std::vector<Sectors> sectors;
  std::uint64_t length = 0;  ///< The file's length.

  bool is_torn() const;
  /// The file's contents.
  std::string image() const;
  std::string to_text() const;
};

/// Walks along a trace. Where the pages that are not yet durable are few, every subset of them is
/// there or missing; else none, all, each one missing, each one alone, and samples. Besides, each
/// page is torn at every sector, from either end, and samples of sectors are there.
class PowerCuts {
 public:
  /// Says whether to go on.
  using Visit = std::function<bool(const Cut&)>;

  /// The same `trace` and `seed` give the same cuts.
  PowerCuts(const Trace& trace, std::uint64_t seed) : trace_(trace), random_(seed) {}

  void visit_all(const Visit& visit);

 private:
  void pass(const Event& event);
  void add_pieces(const Event& event);
  void settle(const Piece& piece);
  void cut_extremes();
  void cut_newest(std::size_t pieces);
  void cut_everything();
  void cut_subsets();
  void cut_singles();
  void tear(std::size_t piece);
  void sample();
  void emit(const std::vector<Sectors>& sectors);
  void emit(const std::vector<Sectors>& sectors, std::uint64_t length);
  std::vector<Sectors> none() const { return std::vector<Sectors>(pending_.size(), 0); }
  std::vector<Sectors> all() const { return std::vector<Sectors>(pending_.size(), all_sectors); }
  std::uint64_t length_of(const std::vector<Sectors>& sectors) const;

  const Trace& trace_;
  std::mt19937_64 random_;
  const Visit* visit_ = nullptr;
  bool goes_on_ = true;

  Cut cut_;                            ///< All but the sectors and the length.
  bool is_name_durable_ = false;       ///< That of the file in its directory,
  bool is_directory_durable_ = false;  ///< and the directory's own.
  std::string durable_;
  std::vector<Piece> pending_;
  /// What was visited since anything else than the sectors has changed.
  std::set<std::pair<std::vector<Sectors>, std::uint64_t>> visited_;
};

/// Whether `event` writes to a meta page and thereby commits: LMDB's two are the file's first, and
/// it writes a part of one, far smaller than a sector.
bool is_meta(const Event& event);

/// Whether `event` writes a record of the log, and not the zeros that a new log consists of.
bool is_record(const Event& event);

/// Whether what was written before counts from `event` on.
inline bool is_commit(const Event& event) {
  return is_meta(event) || is_record(event);
}

/// Puts `bytes` into `image`, which grows if it must.
void write_to(std::string& image, std::uint64_t place, std::string_view bytes);

/// The files that all of `trace` comes to.
std::string replay(const Trace& trace);

}  // namespace posse::testing
