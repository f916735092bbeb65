/// What an audit has read so far.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "shop/audit.h"

namespace posse {

/// One run of an audit. Stays where it is: its parts know each other.
struct Audit::Work {
  explicit Work(AuditProgress* watcher) : progress(watcher) {}
  Work(const Work&) = delete;
  Work& operator=(const Work&) = delete;
  ~Work() = default;

  void begin(std::string_view phase, std::optional<std::uint64_t> total) {
    shown = {.phase = phase, .done = 0, .total = total};
    advance(0);
  }

  void advance(std::uint64_t documents) {
    shown.done += documents;
    report.counts.documents += documents;
    if (progress != nullptr) progress->show(shown);
  }

  /// What an audit ends with that nobody wants any more; empty while somebody does.
  std::optional<Error> unwanted() const {
    if (progress == nullptr || progress->is_wanted()) return {};
    return Error{Errc::unavailable, "the audit was stopped before its end"};
  }

  void see_stranger(const std::string& key) {
    report.findings.add("unknown_key", {key}, key + " is nothing this program knows");
  }

  AuditProgress* progress;
  Progress shown;
  AuditReport report;
  AuditedSequences sequences{report.findings, report.counts};
  AuditedParticipants participants{sequences, report.findings, report.counts};
};

}  // namespace posse
