/// Changes as orders in the generic journals.
// SPDX-License-Identifier: Apache-2.0
#include "posse/documents.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "core/digest.h"
#include "core/limits.h"
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

/// What the shop and the posse keep, which no change of somebody else's may touch.
constexpr std::array<std::string_view, 7> own_prefixes{
    "access/", "account/", "campaign/", "journal/", "posse/", "session/", "watch/"};

/// Where pages of settlements are, which another document of that name would be taken for.
constexpr std::string_view page_folder = "/settled/";

Refusal malformed(std::string detail) {
  return {.code = "malformed", .detail = std::move(detail), .more = {}};
}

std::optional<Refusal> wrong(const Key& key) {
  const std::string& text = key.text();
  if (text.empty() || text.size() > document_key_bytes_max)
    return malformed("a document's key has 1 to " + std::to_string(document_key_bytes_max) +
                     " bytes");
  const auto is_before = [&](std::string_view prefix) { return text.starts_with(prefix); };
  if (std::any_of(own_prefixes.begin(), own_prefixes.end(), is_before) ||
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

Key first_of(const std::vector<Effect>& effects) {
  const auto is_before = [](const Effect& a, const Effect& b) { return a.key < b.key; };
  return std::min_element(effects.begin(), effects.end(), is_before)->key;
}

bool is_same(const Effect& a, const Effect& b) {
  return a.key == b.key && a.kind == b.kind && a.details == b.details;
}

bool is_same(const Operation& operation, const Order& order) {
  return operation.line == order.line &&
         std::equal(operation.effects.begin(), operation.effects.end(), order.effects.begin(),
                    order.effects.end(),
                    [](const auto& a, const auto& b) { return is_same(a, b); });
}

Happened happened(const Committed& committed) {
  return {.journal = committed.entry->sequence.name(),
          .entry = committed.entry->number,
          .repeated = committed.repeated,
          .note = committed.operation().line};
}

Reading reading_of(const Participant& participant) {
  Reading reading{.value = {}, .state = participant.state()};
  if (participant.is_there) reading.value = participant.data;
  return reading;
}

/// Somebody's own kind among those of the journal.
class OwnKind final : public EffectKind {
 public:
  explicit OwnKind(std::unique_ptr<Kind> kind) : kind_(std::move(kind)) {}

  bool is_exclusive() const override { return true; }

  std::optional<Refusal> check(const json::object& details) const override {
    return kind_->check(details);
  }

  void reserve(const json::object& /*details*/, Reserve& /*reserve*/) const override {}

  std::optional<Refusal> admit(const Participant& participant,
                               const json::object& details) const override {
    return kind_->admit(participant.is_there ? &participant.data : nullptr, details);
  }

  void apply(Participant& participant, const json::object& details) const override {
    std::optional<json::object> value;
    if (participant.is_there) value = std::move(participant.data);
    kind_->apply(value, details);
    participant.is_there = value.has_value();
    participant.data = std::move(value).value_or(json::object());
  }

 private:
  std::unique_ptr<Kind> kind_;
};

}  // namespace

/// A journal with its patrol.
class Documents::Parts {
 public:
  explicit Parts(Doors given)
      : doors(given),
        watch_list({given.store, given.clock, given.random}),
        journal({given.store, given.clock, given.random, given.executor}, watch_list) {}

  Task<Result<Fate>> commit(Order order, Pending pending);

  RequestKey key_of(const std::string& request, Time issued) {
    return request_key("document", request, issued);
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

  Doors doors;
  WatchList watch_list;
  Journal journal;
  std::unique_ptr<Schedule> schedule;
  std::unique_ptr<Membership> membership;
  std::unique_ptr<Patrol> patrol;
};

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
  parts_->journal.learn(std::move(name), std::make_unique<OwnKind>(std::move(kind)));
}

Task<Result<Fate>> Documents::atomically(Change change) {
  if (auto refusal = wrong(change)) co_return *std::move(refusal);
  Order order;
  order.is_new = change.request.empty();
  if (order.is_new) change.request = parts_->new_name();
  order.guard = first_of(change.effects);
  order.request = parts_->key_of(change.request, change.issued);
  order.effects = std::move(change.effects);
  order.line = std::move(change.note);
  Pending pending{.first = order.guard, .request = std::move(change.request)};
  co_return co_await parts_->commit(std::move(order), std::move(pending));
}

Task<Result<Fate>> Documents::ask(Pending pending) {
  if (auto refusal = wrong(pending.first)) co_return *std::move(refusal);
  const RequestKey request = parts_->key_of(pending.request, Time{});
  const auto found = co_await parts_->journal.find(pending.first, request);
  if (!found) co_return found.error();
  if (*found) co_return happened(**found);
  co_return Refusal{
      .code = "not_happened", .detail = "`" + pending.request + "` has not happened", .more = {}};
}

Task<Result<Reading>> Documents::read(Key key) {
  std::vector<Key> keys{std::move(key)};
  auto found = co_await read(std::move(keys));
  if (!found) co_return found.error();
  co_return std::move(found->front());
}

Task<Result<std::vector<Reading>>> Documents::read(std::vector<Key> keys) {
  for (const Key& key : keys) {
    if (const auto refusal = wrong(key)) co_return Error{Errc::too_large, refusal->detail};
  }
  std::vector<Reading> readings;
  if (keys.empty()) co_return readings;
  const auto found = co_await parts_->journal.read(std::move(keys));
  if (!found) co_return found.error();
  for (const Participant& participant : *found) readings.push_back(reading_of(participant));
  co_return readings;
}

void Documents::patrol() {
  parts_->begin_patrol();
}

Task<void> Documents::close() {
  if (parts_->patrol) co_await parts_->patrol->stop();
  co_await parts_->journal.close();
}

}  // namespace posse
