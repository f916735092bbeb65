/// Participants and pages of spilled settlements as JSON.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <utility>

#include "core/fields.h"
#include "core/json_scanner.h"
#include "core/json_writer.h"
#include "core/limits.h"
#include "journal/participant.h"

namespace posse {
namespace json = boost::json;
namespace {

constexpr std::int64_t participant_format = 1;

/// A settle may bring many intents at once; they spill before the document is written.
constexpr std::size_t settled_read_max = settled_max + holds_max;

/// Most holds rely on 0, and say nothing of it.
void write_floors(JsonWriter& out, const Floors& floors) {
  const auto is_zero = [](const auto& floor) { return floor.second == 0; };
  if (std::all_of(floors.begin(), floors.end(), is_zero)) return;
  out.name("floors");
  out.begin_object();
  for (const auto& [field, floor] : floors) out.field(field, floor);
  out.end_object();
}

void write(JsonWriter& out, const Hold& hold) {
  out.begin_object();
  out.field("intent", hold.intent.bytes());
  out.field("sequence", hold.sequence.name());
  out.field("first", number(hold.first));
  out.field("last", number(hold.last));
  out.field("issued", number(hold.issued));
  out.name("reserve");
  out.begin_object();
  for (const auto& [field, amount] : hold.reserve) out.field(field, amount);
  out.end_object();
  write_floors(out, hold.floors);
  if (hold.is_exclusive) out.field("exclusive", 1);
  out.end_object();
}

void write(JsonWriter& out, const Settlements& settled) {
  out.name("settled");
  out.begin_array();
  if (!settled.empty()) out.json(settled.text());
  out.end_array();
}

void read_numbers(Fields& fields, std::string_view name,
                  std::map<std::string, std::int64_t>& numbers) {
  for (const auto& [field, number] : fields.object(name)) {
    if (number.is_int64())
      numbers[field] = number.as_int64();
    else
      fields.refuse(name, "must hold whole numbers");
  }
}

bool is_window(const Hold& hold) {
  const std::uint64_t first = number(hold.first);
  const std::uint64_t last = number(hold.last);
  return first >= 1 && last >= first && last - first < window_entries_max;
}

Hold read_hold(const json::value& value, Fields& document) {
  Fields fields(value, "hold");
  Hold hold;
  const auto intent = Intent::from(fields.text("intent", 22));
  hold.sequence = Sequence{std::string(fields.text("sequence", sequence_name_max))};
  hold.first = EntryNumber{fields.count("first")};
  hold.last = EntryNumber{fields.count("last")};
  hold.issued = Time{std::chrono::milliseconds{fields.integer("issued")}};
  read_numbers(fields, "reserve", hold.reserve);
  if (fields.has("floors")) read_numbers(fields, "floors", hold.floors);
  hold.is_exclusive = fields.has("exclusive") && fields.integer("exclusive", {1, 1}) == 1;
  if (!intent) fields.refuse("intent", "must be 22 characters of base64url");
  if (!is_window(hold)) {
    fields.refuse("last", "must be at most " + std::to_string(window_entries_max - 1) +
                              " entries after first, which is at least 1");
  }
  if (const auto wrong = fields.finish()) document.refuse("holds", wrong->detail);
  hold.intent = intent.value_or(Intent{});
  return hold;
}

std::optional<Settled> read_settled(const json::value& value) {
  const json::array* row = value.if_array();
  if (row == nullptr || row->size() != 4) return {};
  const json::string* intent_text = (*row)[0].if_string();
  const json::string* sequence = (*row)[1].if_string();
  const std::int64_t* entry = (*row)[2].if_int64();
  const std::int64_t* issued = (*row)[3].if_int64();
  if (intent_text == nullptr || sequence == nullptr || entry == nullptr || issued == nullptr)
    return {};
  const auto intent = Intent::from(*intent_text);
  if (!intent || *entry < 1) return {};
  return Settled{.intent = *intent,
                 .sequence = Sequence{std::string(*sequence)},
                 .entry = EntryNumber{static_cast<std::uint64_t>(*entry)},
                 .issued = Time{std::chrono::milliseconds{*issued}}};
}

Settlements read_rows(const json::array& rows, Fields& document) {
  Settlements settled;
  for (const auto& value : rows) {
    auto row = read_settled(value);
    if (!row) document.refuse("settled", "must list [intent, sequence, entry, time]");
    settled.push_back(std::move(row).value_or(Settled{}));
  }
  return settled;
}

std::map<std::string, std::int64_t> scan_numbers(JsonScanner& in) {
  std::map<std::string, std::int64_t> numbers;
  in.expect("{");
  if (in.skip("}")) return numbers;
  do {
    std::string field(in.text());
    in.expect(":");
    if (!numbers.emplace(std::move(field), in.integer()).second) in.fail();
  } while (in.skip(","));
  in.expect("}");
  return numbers;
}

Time scan_time(JsonScanner& in) {
  return Time{std::chrono::milliseconds{in.count()}};
}

Hold scan_hold(JsonScanner& in) {
  Hold hold;
  std::array<std::uint8_t, 16> intent{};
  in.expect(R"({"intent":)");
  in.bytes(intent);
  hold.intent = Intent(intent);
  in.expect(R"(,"sequence":)");
  hold.sequence = Sequence{std::string(in.text())};
  in.expect(R"(,"first":)");
  hold.first = EntryNumber{in.count()};
  in.expect(R"(,"last":)");
  hold.last = EntryNumber{in.count()};
  in.expect(R"(,"issued":)");
  hold.issued = scan_time(in);
  in.expect(R"(,"reserve":)");
  hold.reserve = scan_numbers(in);
  if (in.skip(R"(,"floors":)")) hold.floors = scan_numbers(in);
  hold.is_exclusive = in.skip(R"(,"exclusive":1)");
  in.expect("}");
  if (!is_window(hold) || hold.sequence.name().size() > sequence_name_max) in.fail();
  return hold;
}

std::vector<Hold> scan_holds(JsonScanner& in) {
  std::vector<Hold> holds;
  if (!in.is_next("{")) return holds;
  do {
    holds.push_back(scan_hold(in));
    if (holds.size() > holds_max) in.fail();
  } while (in.skip(","));
  return holds;
}

/// The participant as write_participant() writes it; empty if it stands there in another way.
std::optional<Participant> scan_participant(const Bytes& bytes) {
  JsonScanner in(bytes);
  Participant participant;
  in.expect(R"({"v":1,"data":)");
  participant.is_there = !in.skip("null");
  if (participant.is_there) participant.data = in.object();
  in.expect(R"(,"holds":[)");
  participant.holds = scan_holds(in);
  in.expect(R"(],"settled":[)");
  participant.settled = Settlements::scan(in, settled_read_max);
  in.expect(R"(],"pages":)");
  participant.pages = in.count();
  in.expect(R"(,"spilled_until":)");
  participant.spilled_until = scan_time(in);
  in.expect("}");
  if (!in.is_good() || !in.is_at_end()) return {};
  return participant;
}

/// The same of a page.
std::optional<Settlements> scan_page(const Bytes& bytes) {
  JsonScanner in(bytes);
  in.expect(R"({"v":1,"settled":[)");
  auto settled = Settlements::scan(in, settled_page);
  in.expect("]}");
  if (!in.is_good() || !in.is_at_end()) return {};
  return settled;
}

}  // namespace

Bytes write_participant(const Participant& participant) {
  constexpr std::size_t around = 200;
  constexpr std::size_t each_hold = 200;
  JsonWriter out(around + each_hold * participant.holds.size() + participant.settled.text().size());
  out.begin_object();
  out.field("v", participant_format);
  out.name("data");
  if (participant.is_there)
    out.value(participant.data);
  else
    out.null();
  out.name("holds");
  out.begin_array();
  for (const auto& hold : participant.holds) write(out, hold);
  out.end_array();
  write(out, participant.settled);
  out.field("pages", participant.pages);
  out.field("spilled_until", number(participant.spilled_until));
  out.end_object();
  return out.take();
}

Result<Participant> read_participant(const Bytes& bytes, const Key& key) {
  if (auto participant = scan_participant(bytes)) return *std::move(participant);
  JsonMemory memory;
  const auto value = parse_json(bytes, key.text(), memory);
  if (!value) return value.error();
  Fields fields(*value, key.text());
  Participant participant;
  fields.format(participant_format);
  participant.is_there = !fields.null("data");
  if (participant.is_there) participant.data = fields.object("data");
  for (const auto& hold : fields.array("holds", holds_max)) {
    participant.holds.push_back(read_hold(hold, fields));
  }
  participant.settled = read_rows(fields.array("settled", settled_read_max), fields);
  participant.pages = fields.count("pages");
  participant.spilled_until = Time{std::chrono::milliseconds{fields.integer("spilled_until")}};
  if (auto wrong = fields.finish()) return *std::move(wrong);
  return participant;
}

Bytes write_settled_page(const Settlements& settled) {
  JsonWriter out;
  out.begin_object();
  out.field("v", participant_format);
  write(out, settled);
  out.end_object();
  return out.take();
}

Result<Settlements> read_settled_page(const Bytes& bytes, const Key& key) {
  if (auto settled = scan_page(bytes)) return *std::move(settled);
  JsonMemory memory;
  const auto value = parse_json(bytes, key.text(), memory);
  if (!value) return value.error();
  Fields fields(*value, key.text());
  fields.format(participant_format);
  auto settled = read_rows(fields.array("settled", settled_page), fields);
  if (auto wrong = fields.finish()) return *std::move(wrong);
  return settled;
}

}  // namespace posse
