/// Words for holds, operations and what comes next.
// SPDX-License-Identifier: Apache-2.0
#include "cli/explanation.h"

#include <string_view>
#include <utility>

#include "cli/views.h"
#include "core/digest.h"
#include "core/limits.h"
#include "core/text.h"
#include "patrol/patrol.h"

namespace posse {
namespace json = boost::json;
namespace {

/// Bytes of an effect's details, or of a note, that a person is shown.
constexpr std::size_t shown_max = 200;

/// A patrol leaves no sequence alone for longer, and waits for the driver once more.
constexpr auto by_patrol = away_max + courtesy;

const char* name_of(Stage stage) {
  switch (stage) {
    case Stage::undecided:
      return "undecided";
    case Stage::waiting:
      return "waiting";
    case Stage::committed:
      return "committed";
    case Stage::unsettled:
      return "unsettled";
    case Stage::passed:
      return "passed";
    case Stage::stray:
      return "stray";
    case Stage::over:
      return "over";
  }
  return "";
}

json::value time_or_null(Time time) {
  if (time == Time{}) return nullptr;
  return json::value(rfc3339(time));
}

json::value number_or_null(EntryNumber entry) {
  if (entry == EntryNumber{}) return nullptr;
  return json::value(number(entry));
}

json::value milliseconds_or_null(std::optional<std::chrono::milliseconds> time) {
  if (!time) return nullptr;
  return json::value(time->count());
}

/// Its effects and its note; nulls while nobody but its driver knows them.
void describe(const Operation* operation, json::object& out) {
  out["effects"] = nullptr;
  out["note"] = nullptr;
  if (operation == nullptr) return;
  json::array effects;
  for (const Effect& effect : operation->effects) {
    effects.push_back(json::object{
        {"key", effect.key.text()}, {"kind", effect.kind}, {"details", effect.details}});
  }
  out["effects"] = std::move(effects);
  const auto* note = operation->line.if_contains("note");
  out["note"] = note == nullptr ? boost::json::value(operation->line) : *note;
}

json::object to_json(const HeldBy& held) {
  const Hold& hold = held.hold;
  json::object reserve;
  for (const auto& [field, amount] : hold.reserve) reserve[field] = amount;
  json::object out{{"intent", hold.intent.text()},
                   {"request", to_text(hold.intent.request())},
                   {"issued", time_or_null(hold.issued)},
                   {"sequence", hold.sequence.name()},
                   {"first", number(hold.first)},
                   {"last", number(hold.last)},
                   {"exclusive", hold.is_exclusive},
                   {"reserve", std::move(reserve)},
                   {"stage", name_of(held.stage)},
                   {"behind", nullptr},
                   {"open", number_or_null(held.open)},
                   {"entry", nullptr},
                   {"within_ms_if_used", milliseconds_or_null(held.within)},
                   {"within_ms_by_patrol", nullptr}};
  if (held.behind) out["behind"] = held.behind->text();
  if (held.entry) out["entry"] = number(held.entry->number);
  if (held.stage == Stage::committed) out["within_ms_by_patrol"] = by_patrol.count();
  describe(held.operation(), out);
  return out;
}

json::object to_json(const SettledBy& by) {
  json::object out{{"intent", by.settled.intent.text()},
                   {"request", to_text(by.settled.intent.request())},
                   {"issued", time_or_null(by.settled.issued)},
                   {"sequence", by.settled.sequence.name()},
                   {"entry", number(by.settled.entry)},
                   {"time", by.entry ? time_or_null(by.entry->time) : json::value(nullptr)}};
  describe(by.operation(), out);
  out["changes"] = by.changes;
  return out;
}

std::string text(const json::object& object, std::string_view field) {
  return std::string(object.at(field).as_string());
}

std::string digits(const json::object& object, std::string_view field) {
  return std::to_string(object.at(field).to_number<std::int64_t>());
}

std::string seconds(const json::value& milliseconds) {
  const auto tenths = milliseconds.to_number<std::int64_t>() / 100;
  std::string out = std::to_string(tenths / 10);
  if (tenths % 10 != 0) out += "." + std::to_string(tenths % 10);
  return out + " s";
}

/// Enough of it for a line, whole characters only.
std::string shortened(const json::value& value) {
  std::string out = json::serialize(value);
  if (out.size() <= shown_max) return out;
  std::size_t end = shown_max;
  while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xC0U) == 0x80U) --end;
  return out.substr(0, end) + "…";
}

std::string effects_text(const json::object& operation) {
  std::string out;
  if (operation.at("effects").is_null()) return out;
  for (const auto& one : operation.at("effects").as_array()) {
    const json::object& effect = one.as_object();
    out += "     " + text(effect, "kind") + " " + text(effect, "key");
    if (!effect.at("details").as_object().empty()) out += " " + shortened(effect.at("details"));
    out += "\n";
  }
  if (!operation.at("note").as_object().empty())
    out += "     note " + shortened(operation.at("note")) + "\n";
  return out;
}

std::string issued_text(const json::object& operation) {
  return operation.at("issued").is_null() ? "" : ", issued " + text(operation, "issued");
}

/// What it may do to the document, as far as a hold tells.
std::string promise_text(const json::object& hold) {
  std::string out = hold.at("exclusive").as_bool() ? "for itself alone" : "beside others";
  for (const auto& [field, amount] : hold.at("reserve").as_object())
    out += ", sets aside " + std::string(field) + " " + json::serialize(amount);
  return out;
}

std::string open_text(const json::object& hold) {
  const std::string open = digits(hold, "open");
  const std::string last = digits(hold, "last");
  if (open == digits(hold, "first")) return "none of these entries is there";
  return "the entries before " + open + " went to others, " +
         (open == last ? "this last one is" : "those from it on are") + " open";
}

std::string when_used(const json::object& hold) {
  const json::value& within = hold.at("within_ms_if_used");
  if (within.is_null()) return "whoever uses the document waits for what is before it";
  if (within.to_number<std::int64_t>() == 0) return "whoever uses the document does it at once";
  return "whoever uses the document decides it after at most " + seconds(within) +
         " and a few writes";
}

/// Of a hold that is not claimed. Rounds of a patrol look at entries, and there is none.
std::string unclaimed_text(const json::object& hold, const std::string& driver) {
  return open_text(hold) + "\n     next: a living driver " + driver + "; if it is dead,\n     " +
         when_used(hold) + ", by fences; no patrol does";
}

std::string next_text(const json::object& hold) {
  const std::string stage = text(hold, "stage");
  if (stage == "committed")
    return "committed by entry " + digits(hold, "entry") +
           ", not settled here yet\n     next: its driver settles it, or a patrol within " +
           seconds(hold.at("within_ms_by_patrol")) + "; " + when_used(hold);
  if (stage == "unsettled")
    return "committed by entry " + digits(hold, "entry") +
           ", which is published although this hold is still here\n     next: the books are "
           "broken, run `posse audit`";
  if (stage == "waiting")
    return "waits behind " + text(hold, "behind") +
           ", not claimed: " + unclaimed_text(hold, "claims once its turn has come");
  if (stage == "undecided")
    return "declared and not claimed: " +
           unclaimed_text(hold, "claims, or takes it out, within milliseconds");
  if (stage == "passed")
    return "comes to nothing: all its entries went to others\n     next: its driver tries again "
           "with a new hold, or takes this one out; " +
           when_used(hold);
  if (stage == "stray")
    return "nobody can decide it: " + text(hold, "sequence") +
           " does not exist\n     next: run `posse audit`";
  return "was decided meanwhile\n     next: look again";
}

std::string hold_text(const json::object& hold, std::size_t place) {
  return "  " + std::to_string(place) + ". intent " + text(hold, "intent") + issued_text(hold) +
         "\n     may commit at entries " + digits(hold, "first") + " to " + digits(hold, "last") +
         " of " + text(hold, "sequence") + ", " + promise_text(hold) + "\n     " + next_text(hold) +
         "\n" + effects_text(hold);
}

std::string changed_text(const json::object& changed) {
  // What changed it before that is in a page.
  const bool changes = changed.at("changes").as_bool();
  std::string out = std::string(changes ? "last changed" : "last settled") + " by intent " +
                    text(changed, "intent") + issued_text(changed) + "\n     entry " +
                    digits(changed, "entry") + " of " + text(changed, "sequence");
  if (changed.at("time").is_null())
    return out + ", which is not there: the books are broken, run `posse audit`\n";
  return out + ", " + text(changed, "time") + "\n" + effects_text(changed);
}

}  // namespace

json::object to_json(const Explanation& explanation) {
  json::array holds;
  for (const HeldBy& held : explanation.held) holds.push_back(to_json(held));
  json::object out{{"key", explanation.key.text()},   {"there", explanation.is_there},
                   {"state", explanation.state.text}, {"holds", std::move(holds)},
                   {"settled", explanation.settled},  {"changed", nullptr}};
  if (explanation.changed) out["changed"] = to_json(*explanation.changed);
  return out;
}

std::string explanation_text(const json::object& explanation) {
  const json::array& holds = explanation.at("holds").as_array();
  const std::string settled = digits(explanation, "settled");
  std::string out = text(explanation, "key") +
                    (explanation.at("there").as_bool() ? ": there" : ": not there") + ", " +
                    settled + (settled == "1" ? " operation" : " operations") + " settled, ";
  if (holds.empty())
    out += "held by nobody\n";
  else
    out += "held by " + std::to_string(holds.size()) +
           (holds.size() == 1 ? " operation\n" : " operations\n");
  for (std::size_t i = 0; i < holds.size(); ++i) out += hold_text(holds[i].as_object(), i + 1);
  if (!explanation.at("changed").is_null())
    out += changed_text(explanation.at("changed").as_object());
  return out;
}

}  // namespace posse
