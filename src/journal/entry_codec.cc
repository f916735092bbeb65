/// Entries, receipts and heads as JSON.
// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "core/fields.h"
#include "core/json_scanner.h"
#include "core/json_writer.h"
#include "core/limits.h"
#include "journal/entry.h"
#include "posse/store.h"

namespace posse {
namespace json = boost::json;
namespace {

constexpr std::int64_t entry_format = 1;
constexpr std::size_t digest_characters = 43;
constexpr std::size_t intent_characters = 22;

void write(JsonWriter& out, const Operation& operation) {
  out.begin_object();
  out.field("intent", operation.intent.bytes());
  out.name("effects");
  out.begin_array();
  for (const auto& effect : operation.effects) {
    out.begin_object();
    out.field("key", effect.key.text());
    out.field("kind", effect.kind);
    out.field("details", effect.details);
    out.end_object();
  }
  out.end_array();
  out.field("line", operation.line);
  out.field("data", operation.data);
  out.end_object();
}

/// The operation's line, which may say for itself what its slot and its intent are.
void write_line(JsonWriter& out, Slot slot, const Operation& operation) {
  const json::value* own_slot = nullptr;
  const json::value* own_intent = nullptr;
  for (const auto& [field, value] : operation.line) {
    if (field == "slot") own_slot = &value;
    if (field == "intent") own_intent = &value;
  }
  out.begin_object();
  out.name("slot");
  if (own_slot != nullptr)
    out.value(*own_slot);
  else
    out.value(number(slot));
  out.name("intent");
  if (own_intent != nullptr)
    out.value(*own_intent);
  else
    out.value(operation.intent.bytes());
  for (const auto& [field, value] : operation.line) {
    if (&value != own_slot && &value != own_intent) out.field(field, value);
  }
  out.end_object();
}

/// For the memory that it is written into.
std::size_t bytes_about(const Entry& entry) {
  constexpr std::size_t around = 300;
  constexpr std::size_t each = 400;
  return around + each * entry.operations.size();
}

Effect read_effect(const json::value& value, Fields& operation) {
  Fields fields(value, "effect");
  Effect effect;
  effect.key = Key{std::string(fields.text("key", key_bytes_max))};
  effect.kind = fields.text("kind", kind_bytes_max);
  effect.details = fields.object("details");  // assigned: a copy would live in the reader's memory
  if (const auto wrong = fields.finish()) operation.refuse("effects", wrong->detail);
  return effect;
}

Operation read_operation(const json::value& value, Fields& entry) {
  Fields fields(value, "operation");
  Operation operation;
  const auto intent = Intent::from(fields.text("intent", intent_characters));
  if (!intent) fields.refuse("intent", "must be 22 characters of base64url");
  operation.intent = intent.value_or(Intent{});
  for (const auto& effect : fields.array("effects", operation_effects_max)) {
    operation.effects.push_back(read_effect(effect, fields));
  }
  operation.line = fields.object("line");
  operation.data = fields.object("data");
  if (const auto wrong = fields.finish()) entry.refuse("operations", wrong->detail);
  return operation;
}

Digest read_digest(Fields& fields, std::string_view name) {
  Digest digest{};
  if (!from_text(fields.text(name, digest_characters), digest)) {
    fields.refuse(name, "must be 43 characters of base64url");
  }
  return digest;
}

Time read_time(Fields& fields) {
  return Time{std::chrono::milliseconds{fields.integer("time")}};
}

Effect scan_effect(JsonScanner& in) {
  Effect effect;
  in.expect(R"({"key":)");
  effect.key = Key{std::string(in.text())};
  in.expect(R"(,"kind":)");
  effect.kind = in.text();
  in.expect(R"(,"details":)");
  effect.details = in.object();
  in.expect("}");
  if (effect.key.text().size() > key_bytes_max || effect.kind.size() > kind_bytes_max) in.fail();
  return effect;
}

Operation scan_operation(JsonScanner& in) {
  Operation operation;
  std::array<std::uint8_t, 16> intent{};
  in.expect(R"({"intent":)");
  in.bytes(intent);
  operation.intent = Intent(intent);
  in.expect(R"(,"effects":[)");
  do {
    operation.effects.push_back(scan_effect(in));
    if (operation.effects.size() > operation_effects_max) in.fail();
  } while (in.skip(","));
  in.expect(R"(],"line":)");
  operation.line = in.object();
  in.expect(R"(,"data":)");
  operation.data = in.object();
  in.expect("}");
  return operation;
}

std::vector<Operation> scan_operations(JsonScanner& in) {
  std::vector<Operation> operations;
  if (!in.is_next("{")) return operations;
  do {
    operations.push_back(scan_operation(in));
    if (operations.size() > entry_operations_max) in.fail();
  } while (in.skip(","));
  return operations;
}

/// The entry as write_entry() writes it; empty if it stands there in another way.
std::optional<Entry> scan_entry(const Bytes& bytes, const Key& key) {
  JsonScanner in(bytes);
  Entry entry;
  in.expect(R"({"v":1,"sequence":)");
  entry.sequence = Sequence{std::string(in.text())};
  in.expect(R"(,"entry":)");
  entry.number = EntryNumber{in.count()};
  in.expect(R"(,"previous":)");
  in.bytes(entry.previous);
  in.expect(R"(,"first_slot":)");
  entry.first_slot = Slot{in.count()};
  in.expect(R"(,"time":)");
  entry.time = Time{std::chrono::milliseconds{in.count()}};
  in.expect(R"(,"operations":[)");
  entry.operations = scan_operations(in);
  in.expect(R"(],"state":)");
  entry.state = in.object();
  in.expect("}");
  if (entry.sequence.name().size() > sequence_name_max) in.fail();
  if (!in.is_good() || !in.is_at_end() || entry.sequence.entry(entry.number) != key) return {};
  return entry;
}

/// The head as write_head() writes it; empty if it stands there in another way.
std::optional<Head> scan_head(const Bytes& bytes) {
  JsonScanner in(bytes);
  Head head;
  in.expect(R"({"v":1,"settings":)");
  head.settings = in.object();
  in.expect(R"(,"head":{"entry":)");
  head.tip.entry = EntryNumber{in.count()};
  in.expect(R"(,"slot":)");
  head.tip.slot = Slot{in.count()};
  in.expect(R"(,"hash":)");
  in.bytes(head.tip.hash);
  in.expect(R"(,"time":)");
  head.tip.time = Time{std::chrono::milliseconds{in.count()}};
  in.expect(R"(,"state":)");
  head.tip.state = in.object();
  in.expect("}}");
  if (!in.is_good() || !in.is_at_end()) return {};
  return head;
}

}  // namespace

Bytes write_entry(const Entry& entry) {
  JsonWriter out(bytes_about(entry));
  out.begin_object();
  out.field("v", entry_format);
  out.field("sequence", entry.sequence.name());
  out.field("entry", number(entry.number));
  out.field("previous", entry.previous);
  out.field("first_slot", number(entry.first_slot));
  out.field("time", number(entry.time));
  out.name("operations");
  out.begin_array();
  for (const auto& operation : entry.operations) write(out, operation);
  out.end_array();
  out.field("state", entry.state);
  out.end_object();
  return out.take();
}

Result<Entry> read_entry(const Bytes& bytes, const Key& key) {
  if (auto entry = scan_entry(bytes, key)) return *std::move(entry);
  JsonMemory memory;
  const auto value = parse_json(bytes, key.text(), memory);
  if (!value) return value.error();
  Fields fields(*value, key.text());
  Entry entry;
  fields.format(entry_format);
  entry.sequence = Sequence{std::string(fields.text("sequence", sequence_name_max))};
  entry.number = EntryNumber{fields.count("entry")};
  entry.previous = read_digest(fields, "previous");
  entry.first_slot = Slot{fields.count("first_slot")};
  entry.time = read_time(fields);
  for (const auto& operation : fields.array("operations", entry_operations_max)) {
    entry.operations.push_back(read_operation(operation, fields));
  }
  entry.state = fields.object("state");
  if (entry.sequence.entry(entry.number) != key)
    fields.refuse("entry", "must be the one of the key");
  if (auto wrong = fields.finish()) return *std::move(wrong);
  return entry;
}

Bytes write_receipt(const Entry& entry) {
  JsonWriter out(bytes_about(entry));
  out.begin_object();
  out.field("v", entry_format);
  out.field("sequence", entry.sequence.name());
  out.field("entry", number(entry.number));
  out.field("time", number(entry.time));
  out.name("lines");
  out.begin_array();
  for (const auto& operation : entry.operations) {
    write_line(out, entry.slot_of(operation), operation);
  }
  out.end_array();
  out.end_object();
  return out.take();
}

Result<Receipt> read_receipt(const Bytes& bytes, const Key& key) {
  JsonMemory memory;
  const auto value = parse_json(bytes, key.text(), memory);
  if (!value) return value.error();
  Fields fields(*value, key.text());
  Receipt receipt;
  fields.format(entry_format);
  const Sequence sequence{std::string(fields.text("sequence", sequence_name_max))};
  const EntryNumber entry{fields.count("entry")};
  receipt.time = read_time(fields);
  for (const auto& line : fields.array("lines", entry_operations_max)) {
    const json::object* object = line.if_object();
    if (object == nullptr)
      fields.refuse("lines", "must be objects");
    else
      receipt.lines.emplace_back() = *object;
  }
  if (sequence.receipt(entry) != key) fields.refuse("entry", "must be the one of the key");
  if (auto wrong = fields.finish()) return *std::move(wrong);
  return receipt;
}

Bytes write_head(const Head& head) {
  JsonWriter out;
  out.begin_object();
  out.field("v", entry_format);
  out.field("settings", head.settings);
  out.name("head");
  out.begin_object();
  out.field("entry", number(head.tip.entry));
  out.field("slot", number(head.tip.slot));
  out.field("hash", head.tip.hash);
  out.field("time", number(head.tip.time));
  out.field("state", head.tip.state);
  out.end_object();
  out.end_object();
  return out.take();
}

Result<Head> read_head(const Bytes& bytes, const Key& key) {
  if (auto head = scan_head(bytes)) return *std::move(head);
  JsonMemory memory;
  const auto value = parse_json(bytes, key.text(), memory);
  if (!value) return value.error();
  Fields fields(*value, key.text());
  Head head;
  fields.format(entry_format);
  head.settings = fields.object("settings");
  Fields tip(fields.object("head"), key.text() + ".head");
  head.tip.entry = EntryNumber{tip.count("entry")};
  head.tip.slot = Slot{tip.count("slot")};
  head.tip.hash = read_digest(tip, "hash");
  head.tip.time = read_time(tip);
  head.tip.state = tip.object("state");
  if (const auto wrong = tip.finish()) fields.refuse("head", wrong->detail);
  if (auto wrong = fields.finish()) return *std::move(wrong);
  return head;
}

}  // namespace posse
