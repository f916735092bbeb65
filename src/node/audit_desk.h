/// Audits that operators start at a node.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <boost/json.hpp>

#include "core/task_group.h"
#include "node/http.h"
#include "node/log.h"
#include "shop/audit.h"

namespace posse {

/// What is asked at the desk: to start an audit, or how the last one went.
enum class AuditCall : std::uint8_t { start, show };

/// One audit at a time, beside whatever else the node does, and what the last one found. Lives on
/// one executor with all it is given.
class AuditDesk final : private AuditProgress {
 public:
  struct Doors {
    Journal& journal;
    Scan& scan;
    Clock& clock;
    Log& log;
    TaskGroup& tasks;
    std::string node;  ///< Every answer says whose it is.
  };

  explicit AuditDesk(Doors doors) : doors_(std::move(doors)) {}

  /// `start` begins one unless one runs, and answers 202; 503 once it is closed. `show` answers how
  /// far the running one is, or how the last one ended.
  Response answer(AuditCall call);

  /// Ends the running one after the read it is at, and starts no other. The task group waits.
  void close() { is_closed_ = true; }

 private:
  Task<void> run();
  Response begin();
  boost::json::object begun(std::string_view state) const;
  boost::json::object running() const;
  void show(const Progress& progress) override { running_ = progress; }
  bool is_wanted() const override { return !is_closed_; }

  Doors doors_;
  Time started_at_{};
  std::optional<Progress> running_;
  boost::json::object last_;  ///< How the last one ended; empty if there was none.
  bool is_closed_ = false;
};

}  // namespace posse
