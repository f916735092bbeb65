/// Running an audit, and telling how it goes.
// SPDX-License-Identifier: Apache-2.0
#include "node/audit_desk.h"

#include <utility>

#include "core/text.h"
#include "node/answers.h"
#include "shop/audit_text.h"

namespace posse {
namespace json = boost::json;
namespace {

json::object to_json(const Progress& progress) {
  return {{"state", "running"},
          {"phase", progress.phase},
          {"done", progress.done},
          {"total", json::value_from(progress.total)}};
}

json::object ended(const AuditReport& report, Time at) {
  json::object books = posse::to_json(report);
  return {{"state", "done"},
          {"sound", report.sound()},
          {"findings_total", report.findings.total()},
          {"findings", std::move(books.at("findings"))},
          {"text", to_text(report)},
          {"at", rfc3339(at)}};
}

}  // namespace

Response AuditDesk::answer(AuditCall call) {
  if (call == AuditCall::start) return begin();
  return json_response(200, running_ ? to_json(*running_) : last_);
}

Response AuditDesk::begin() {
  if (is_closed_) return answer_of(Error{Errc::unavailable, "this node is about to end"});
  if (!running_) {
    running_ = Progress{.phase = "heads", .done = 0, .total = {}};
    doors_.tasks.spawn(run());
  }
  return json_response(202, to_json(*running_));
}

Task<void> AuditDesk::run() {
  Audit audit(doors_.journal, doors_.scan, doors_.clock, Bite::small);
  const auto report = co_await audit.run(this);
  running_.reset();
  const Time now = doors_.clock.now();
  if (!report) {
    const std::string& detail = report.error().detail;
    last_ = {{"state", "failed"}, {"detail", detail}, {"at", rfc3339(now)}};
    doors_.log.write(LogLevel::warning, "audit failed", {{"detail", detail}});
    co_return;
  }
  last_ = ended(*report, now);
  const LogLevel level = report->sound() ? LogLevel::info : LogLevel::error;
  doors_.log.write(level, "audited",
                   {{"sound", report->sound()}, {"findings", report->findings.total()}});
}

}  // namespace posse
