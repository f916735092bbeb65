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

void add(json::object& answer, const AuditReport& report) {
  json::object books = to_json(report);
  answer["sound"] = report.sound();
  answer["findings_total"] = report.findings.total();
  answer["findings"] = std::move(books.at("findings"));
  answer["text"] = to_text(report);
}

}  // namespace

Response AuditDesk::answer(AuditCall call) {
  if (call == AuditCall::start) return begin();
  if (running_) return json_response(200, running());
  if (!last_.empty()) return json_response(200, last_);
  return json_response(200, {{"state", "none"}, {"node", doors_.node}});
}

/// What the answers have in common from the start on.
json::object AuditDesk::begun(std::string_view state) const {
  return {{"state", state}, {"node", doors_.node}, {"started_at", rfc3339(started_at_)}};
}

json::object AuditDesk::running() const {
  json::object answer = begun("running");
  answer["phase"] = running_->phase;
  answer["done"] = running_->done;
  answer["total"] = json::value_from(running_->total);
  return answer;
}

Response AuditDesk::begin() {
  if (is_closed_) return answer_of(Error{Errc::unavailable, "this node is about to end"});
  if (!running_) {
    started_at_ = doors_.clock.now();
    running_ = Progress{.phase = "heads", .done = 0, .total = {}};
    doors_.tasks.spawn(run());
  }
  return json_response(202, running());
}

Task<void> AuditDesk::run() {
  Audit audit(doors_.journal, doors_.scan, doors_.clock, Bite::small);
  const auto report = co_await audit.run(this);
  running_.reset();
  last_ = begun(report ? "done" : "failed");
  last_["at"] = rfc3339(doors_.clock.now());
  if (!report) {
    const std::string& detail = report.error().detail;
    last_["detail"] = detail;
    if (!is_closed_) doors_.log.write(LogLevel::warning, "audit failed", {{"detail", detail}});
    co_return;
  }
  add(last_, *report);
  const LogLevel level = report->sound() ? LogLevel::info : LogLevel::error;
  doors_.log.write(level, "audited",
                   {{"sound", report->sound()}, {"findings", report->findings.total()}});
}

}  // namespace posse
