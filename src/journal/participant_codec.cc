/// Participants and pages of spilled settlements as JSON.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <utility>

#include "core/fields.h"
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

void write(JsonWriter& out, const std::vector<Settled>& settled) {
  out.name("settled");
  out.begin_array();
  for (const auto& one : settled) {
    out.begin_array();
    out.value(one.intent.bytes());
    out.value(one.sequence.name());
    out.value(number(one.entry));
    out.value(number(one.issued));
    out.end_array();
  }
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
  const std::uint64_t first = number(hold.first);
  if (first < 1 || number(hold.last) < first || number(hold.last) - first >= window_entries_max) {
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

std::vector<Settled> read_rows(const json::array& rows, Fields& document) {
  std::vector<Settled> settled;
  settled.reserve(settled_max + 1);
  for (const auto& value : rows) {
    auto row = read_settled(value);
    if (!row) document.refuse("settled", "must list [intent, sequence, entry, time]");
    settled.push_back(std::move(row).value_or(Settled{}));
  }
  return settled;
}

}  // namespace

Bytes write_participant(const Participant& participant) {
  constexpr std::size_t around = 200;
  constexpr std::size_t each = 100;
  JsonWriter out(around + each * (2 * participant.holds.size() + participant.settled.size()));
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

Bytes write_settled_page(const std::vector<Settled>& settled) {
  JsonWriter out;
  out.begin_object();
  out.field("v", participant_format);
  write(out, settled);
  out.end_object();
  return out.take();
}

Result<std::vector<Settled>> read_settled_page(const Bytes& bytes, const Key& key) {
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
