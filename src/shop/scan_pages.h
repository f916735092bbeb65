/// Reading a store in pages: everything under a prefix, only its top level, or all participants.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "posse/clock.h"
#include "posse/scan.h"

namespace posse {

/// How much is read, and then worked on, at a time. `small` is for those who share their thread:
/// about 32 KiB, 16 documents at most, and everybody else has a turn before each read.
enum class Bite : std::uint8_t { small, large };

/// Scans for somebody who wants to reach the end: a read that the store failed is repeated a few
/// times. Copied freely; does not outlive what it reads.
/// Errors: `unavailable`.
class ScanReader {
 public:
  ScanReader(Scan& scan, Clock& clock, Bite bite) : scan_(&scan), clock_(&clock), bite_(bite) {}

  Bite bite() const { return bite_; }

  /// As Scan::scan().
  Task<Result<std::vector<Listed>>> read(std::string prefix, std::string after,
                                         std::size_t items_max) const;

  /// The document at exactly `key`; empty if there is none.
  Task<Result<std::optional<Listed>>> find(Key key) const;

 private:
  Scan* scan_;
  Clock* clock_;
  Bite bite_;
};

/// All documents whose keys start with a prefix, in pages of about a megabyte, or small ones.
class ScanPages {
 public:
  ScanPages(ScanReader reader, std::string prefix);

  /// The next documents. After the end it looks again, for what was added meanwhile.
  Task<Result<std::vector<Listed>>> next();

  /// Whether the last page reached the end, as it was then.
  bool ended() const { return ended_; }

  /// Goes on with the documents after `key`.
  void go_after(std::string key) { after_ = std::move(key); }

 private:
  ScanReader reader_;
  std::string prefix_;
  std::string after_;
  std::size_t items_;
  bool ended_ = false;
};

/// The documents directly under a prefix, `campaign/a` but not `campaign/a/entry/1`. Jumps over
/// what is beneath them, so that a long campaign costs as little as a new one.
class ScanTops {
 public:
  struct Page {
    std::vector<Listed> tops;
    std::set<std::string> trees;  ///< Keys with something beneath them, whether or not they exist.
  };

  ScanTops(ScanReader reader, std::string prefix) : reader_(reader), prefix_(std::move(prefix)) {}

  Task<Result<Page>> next();

  bool ended() const { return ended_; }

  /// Goes on with the documents after `key`.
  void go_after(std::string key) { after_ = std::move(key); }

 private:
  ScanReader reader_;
  std::string prefix_;
  std::string after_;
  std::size_t items_ = 1;
  bool ended_ = false;
};

/// All participants of a store with the pages of their settlements, in key order: the accounts, and
/// everything under keys that are not Posse's own. Jumps over what is.
class ParticipantPages {
 public:
  explicit ParticipantPages(ScanReader reader) : pages_(reader, "") {}

  /// The next documents, if any are among those that were read.
  Task<Result<std::vector<Listed>>> next();

  bool ended() const { return pages_.ended(); }

  /// Goes on with the documents after `key`.
  void go_after(std::string key) { pages_.go_after(std::move(key)); }

 private:
  ScanPages pages_;
};

}  // namespace posse
