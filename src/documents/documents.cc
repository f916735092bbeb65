/// Changes as orders in the generic journals.
// SPDX-License-Identifier: Apache-2.0
#include "posse/documents.h"

#include <algorithm>
#include <exception>
#include <set>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "core/event.h"
#include "core/limits.h"
#include "core/sequence.h"
#include "core/task_group.h"
#include "core/uuid.h"
#include "journal/content.h"
#include "journal/journal.h"
#include "patrol/membership.h"
#include "patrol/patrol.h"
#include "patrol/schedule.h"
#include "patrol/watch_list.h"

namespace posse {
namespace json = boost::json;
namespace {

constexpr std::size_t request_bytes_max = 128;
constexpr std::size_t document_key_bytes_max = 200;

Refusal malformed(std::string detail) {
  return {.code = "malformed", .detail = std::move(detail), .more = {}};
}

std::optional<Refusal> wrong(const Key& key) {
  const std::string& text = key.text();
  if (text.empty() || text.size() > document_key_bytes_max)
    return malformed("a document's key has 1 to " + std::to_string(document_key_bytes_max) +
                     " bytes");
  if (!is_utf8(text)) return malformed("a document's key is UTF-8 text");
  const auto is_before = [&](std::string_view prefix) { return text.starts_with(prefix); };
  if (std::any_of(own_families.begin(), own_families.end(), is_before) ||
      text.find(page_folder) != std::string::npos)
    return malformed(text + " is a key of Posse's own");
  return {};
}

std::optional<Refusal> wrong(const Change& change) {
  if (change.effects.empty()) return malformed("a change has at least one effect");
  if (change.request.size() > request_bytes_max)
    return malformed("`request` has at most " + std::to_string(request_bytes_max) + " bytes");
  for (const Effect& effect : change.effects) {
    if (auto refusal = wrong(effect.key)) return refusal;
  }
  return {};
}

bool is_name_of_kind(std::string_view name) {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz0123456789._-";
  return !name.empty() && name.size() <= kind_bytes_max &&
         name.find_first_not_of(letters) == std::string_view::npos;
}

std::optional<Refusal> wrong(const Plan& plan) {
  if (!plan.choose) return malformed("`choose` must be given");
  const std::set<Key> keys(plan.keys.begin(), plan.keys.end());
  if (keys.size() < plan.keys.size()) return malformed("`keys` names a document twice");
  return {};
}

Key first_of(const std::vector<Effect>& effects) {
  const auto is_before = [](const Effect& a, const Effect& b) { return a.key < b.key; };
  return std::min_element(effects.begin(), effects.end(), is_before)->key;
}

bool is_same(const Effect& a, const Effect& b) {
  return a.key == b.key && a.kind == b.kind && a.details == b.details;
}

std::set<Key> keys_of(const std::vector<Effect>& effects) {
  std::set<Key> keys;
  for (const Effect& effect : effects) keys.insert(effect.key);
  return keys;
}

/// What was chosen before would perhaps not be chosen now: it is the same plan if it is of the same
/// documents.
bool is_same(const Operation& operation, const Order& order) {
  if (order.choose) return keys_of(operation.effects) == keys_of(order.effects);
  return operation.line == order.line &&
         std::equal(operation.effects.begin(), operation.effects.end(), order.effects.begin(),
                    order.effects.end(),
                    [](const auto& a, const auto& b) { return is_same(a, b); });
}

/// The receipt has fields of its own beside a note.
json::object line_of(json::object note) {
  json::object line;
  if (!note.empty()) line["note"] = std::move(note);
  return line;
}

Happened happened(const Committed& committed) {
  const json::value* note = committed.operation().line.if_contains("note");
  return {.journal = committed.entry->sequence.name(),
          .entry = committed.entry->number,
          .repeated = committed.repeated,
          .note = note == nullptr ? json::object() : note->as_object()};
}

Reading reading_of(const Participant& participant) {
  Reading reading{.value = {}, .state = participant.state()};
  if (participant.is_there) reading.value = participant.data;
  return reading;
}

/// What somebody's code throws is why it does not happen; asked while it is caught.
Refusal thrown(const std::string& by) {
  Refusal refusal{.code = "threw", .detail = by + " threw", .more = {}};
  try {
    throw;
  } catch (const std::exception& exception) {
    refusal.detail += std::string(": ") + exception.what();
  } catch (...) {
    refusal.detail += " what is no std::exception";
  }
  return refusal;
}

std::variant<Choice, Refusal> asked(const Plan& plan, const std::vector<Reading>& readings) {
  try {
    return plan.choose(readings);
  } catch (...) {
    return thrown("`choose`");
  }
}

/// Shows `plan` its documents in its own order; the journal has them in key order.
Choose chooser_of(Plan plan) {
  return [plan = std::move(plan)](
             const std::vector<Participant>& participants) -> std::variant<ChosenEffects, Refusal> {
    std::vector<Reading> readings;
    for (const Participant& participant : in_order_of(plan.keys, participants)) {
      readings.push_back(reading_of(participant));
    }
    auto choice = asked(plan, readings);
    if (auto* refusal = std::get_if<Refusal>(&choice)) return std::move(*refusal);
    Choice& chosen = std::get<Choice>(choice);
    return ChosenEffects{.effects = std::move(chosen.effects),
                         .line = line_of(std::move(chosen.note))};
  };
}

/// Somebody's own kind among those of the journal.
class OwnKind final : public EffectKind {
 public:
  explicit OwnKind(std::unique_ptr<Kind> kind) : kind_(std::move(kind)) {}

  bool is_exclusive() const override { return true; }

  std::optional<Refusal> check(const json::object& details) const override {
    try {
      return kind_->check(details);
    } catch (...) {
      return thrown("`check` of a kind");
    }
  }

  std::optional<Refusal> reserve(const json::object& /*details*/,
                                 Reserve& /*reserve*/) const override {
    return {};
  }
  void rely(const json::object& /*details*/, Floors& /*floors*/) const override {}

  bool may_grow(const Participant& /*participant*/,
                const json::object& /*details*/) const override {
    return true;
  }

  std::optional<Refusal> admit(const Participant& participant,
                               const json::object& details) const override {
    try {
      if (auto refusal = kind_->admit(participant.is_there ? &participant.data : nullptr, details))
        return refusal;
      // What it throws must be thrown now: once it is in the journal it has to come to something.
      std::optional<json::object> value;
      if (participant.is_there) value = participant.data;
      kind_->apply(value, details);
      return {};
    } catch (...) {
      return thrown("a kind");
    }
  }

  void apply(Participant& participant, const json::object& details) const override {
    std::optional<json::object> value;
    if (participant.is_there) value = std::move(participant.data);
    kind_->apply(value, details);
    participant.is_there = value.has_value();
    participant.data = std::move(value).value_or(json::object());
    make_as_read(participant.data);
  }

 private:
  std::unique_ptr<Kind> kind_;
};

}  // namespace

/// What was asked, and its answer once there is one.
template <class T>
struct Asked {
  Event answered;
  std::optional<Result<T>> answer;
};

template <class T>
Task<void> answer(Task<Result<T>> work, std::shared_ptr<Asked<T>> asked) {
  asked->answer = co_await std::move(work);
  asked->answered.set();
}

/// Does `work` apart from its caller, whom somebody may cancel: between two steps an exception
/// would leave holds that this node takes for its own.
template <class T>
Task<Result<T>> apart(TaskGroup* tasks, Task<Result<T>> work) {
  auto asked = std::make_shared<Asked<T>>();
  tasks->spawn(answer(std::move(work), asked));
  co_await asked->answered.wait();
  co_return *std::move(asked->answer);
}

/// A journal with its patrol.
class Documents::Parts {
 public:
  explicit Parts(Doors given)
      : doors(given),
        watch_list({given.store, given.clock, given.random}),
        journal({given.store, given.clock, given.random, given.executor}, watch_list) {}

  /// If `choose` is given, the change's effects are one `check` of each document.
  Task<Result<Fate>> commit(Change change, Choose choose);
  Task<Result<Fate>> commit(Plan plan);
  Task<Result<Fate>> ask(Pending pending);
  Task<Result<std::vector<Reading>>> read(std::vector<Key> keys);

  RequestKey key_of(const std::string& request) {
    const auto uuid = Uuid::from(request);
    return request_key("document", request, uuid ? uuid->made() : Time{});
  }

  /// A name that nobody else has.
  std::string new_name() {
    return std::to_string(doors.random.bits()) + '-' + std::to_string(doors.random.bits());
  }

  void begin_patrol() {
    schedule = std::make_unique<Lottery>(doors.random);
    membership = std::make_unique<Membership>(
        Membership::Doors{doors.store, doors.clock, doors.random}, "documents-" + new_name());
    patrol = std::make_unique<Patrol>(Patrol::Parts{.sequences = journal.sequences(),
                                                    .finisher = journal.finisher(),
                                                    .watch_list = watch_list,
                                                    .membership = *membership,
                                                    .schedule = *schedule,
                                                    .clock = doors.clock,
                                                    .executor = doors.executor});
    patrol->start();
  }

  Task<Result<Fate>> commit(Order order, Pending pending);

  Doors doors;
  WatchList watch_list;
  Journal journal;
  std::unique_ptr<Schedule> schedule;
  std::unique_ptr<Membership> membership;
  std::unique_ptr<Patrol> patrol;
};

Task<Result<Fate>> Documents::Parts::commit(Change change, Choose choose) {
  if (auto refusal = wrong(change)) co_return *std::move(refusal);
  Order order;
  order.is_new = change.request.empty();
  if (order.is_new) change.request = new_name();
  order.guard = first_of(change.effects);
  order.request = key_of(change.request);
  order.effects = std::move(change.effects);
  order.line = line_of(std::move(change.note));
  order.choose = std::move(choose);
  Pending pending{.first = order.guard, .request = std::move(change.request)};
  co_return co_await commit(std::move(order), std::move(pending));
}

Task<Result<Fate>> Documents::Parts::commit(Plan plan) {
  if (auto refusal = wrong(plan)) co_return *std::move(refusal);
  Change change{.request = std::move(plan.request)};
  for (const Key& key : plan.keys) {
    change.effects.push_back({.key = key, .kind = "check", .details = {}});
  }
  co_return co_await commit(std::move(change), chooser_of(std::move(plan)));
}

Task<Result<Fate>> Documents::Parts::ask(Pending pending) {
  if (auto refusal = wrong(pending.first)) co_return *std::move(refusal);
  const RequestKey request = key_of(pending.request);
  const auto found = co_await journal.find(pending.first, request);
  if (!found) co_return found.error();
  if (*found) co_return happened(**found);
  co_return Refusal{
      .code = "not_happened", .detail = "`" + pending.request + "` has not happened", .more = {}};
}

Task<Result<std::vector<Reading>>> Documents::Parts::read(std::vector<Key> keys) {
  for (const Key& key : keys) {
    if (const auto refusal = wrong(key)) co_return Error{Errc::too_large, refusal->detail};
  }
  std::vector<Reading> readings;
  if (keys.empty()) co_return readings;
  const auto found = co_await journal.read(std::move(keys));
  if (!found) co_return found.error();
  for (const Participant& participant : *found) readings.push_back(reading_of(participant));
  co_return readings;
}

Task<Result<Fate>> Documents::Parts::commit(Order order, Pending pending) {
  const auto journal_name = co_await journal.some_journal();
  if (!journal_name) co_return journal_name.error();
  order.sequence = *journal_name;
  const Order asked = order;
  auto outcome = co_await journal.commit(std::move(order));
  if (!outcome) co_return outcome.error();
  if (auto* refusal = std::get_if<Refusal>(&*outcome)) {
    if (refusal->code == "unknown_sequence")
      co_return Error{Errc::contended, asked.sequence.name() + ": was just there, reads deny it"};
    if (refusal->code == "unknown_participant") co_return missing();
    co_return std::move(*refusal);
  }
  if (std::holds_alternative<Undecided>(*outcome)) co_return pending;
  const Committed& committed = std::get<Committed>(*outcome);
  if (!is_same(committed.operation(), asked)) {
    co_return Refusal{.code = "request_reused",
                      .detail = "request `" + pending.request + "` was another change",
                      .more = {}};
  }
  co_return happened(committed);
}

Documents::Documents(Doors doors) : parts_(std::make_unique<Parts>(doors)) {}

Documents::~Documents() = default;

void Documents::learn(std::string name, std::unique_ptr<Kind> kind) {
  if (!is_name_of_kind(name) || parts_->journal.knows(name) || kind == nullptr)
    throw std::invalid_argument("`" + name + "` is no name for a new kind, or there is no kind");
  parts_->journal.learn(std::move(name), std::make_unique<OwnKind>(std::move(kind)));
}

Task<Result<Fate>> Documents::atomically(Change change) {
  return apart(&parts_->journal.tasks(), parts_->commit(std::move(change), Choose()));
}

Task<Result<Fate>> Documents::atomically(Plan plan) {
  return apart(&parts_->journal.tasks(), parts_->commit(std::move(plan)));
}

Task<Result<Fate>> Documents::ask(Pending pending) {
  return apart(&parts_->journal.tasks(), parts_->ask(std::move(pending)));
}

Task<Result<Reading>> Documents::read(Key key) {
  std::vector<Key> keys{std::move(key)};
  auto found = co_await read(std::move(keys));
  if (!found) co_return found.error();
  co_return std::move(found->front());
}

Task<Result<std::vector<Reading>>> Documents::read(std::vector<Key> keys) {
  return apart(&parts_->journal.tasks(), parts_->read(std::move(keys)));
}

void Documents::patrol() {
  parts_->begin_patrol();
}

Task<void> Documents::close() {
  if (parts_->patrol) co_await parts_->patrol->stop();
  co_await parts_->journal.close();
}

}  // namespace posse
