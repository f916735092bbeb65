/// The effect `add`, and the register of kinds.
// SPDX-License-Identifier: Apache-2.0
#include "journal/effect.h"

#include <algorithm>
#include <utility>

#include "core/assert.h"
#include "journal/document_kinds.h"
#include "journal/participant.h"

namespace posse {
namespace json = boost::json;
namespace {

/// So long are names that no document is too large for: those of 16 effects in each of 16 holds,
/// twice, six characters for one.
constexpr std::size_t short_name_max = 64;

struct Add {
  std::string_view field;  // of the details that were read
  std::int64_t amount = 0;
  std::optional<std::int64_t> floor = {};
};

/// Every step of a purchase asks, so the details are gone through once.
std::optional<Add> read(const json::object& details) {
  Add add;
  bool has_field = false;
  bool has_amount = false;
  for (const auto& detail : details) {
    const std::string_view name = detail.key();
    const json::value& value = detail.value();
    if (name == "field" && value.is_string()) {
      add.field = value.get_string();
      has_field = true;
    } else if (name == "amount" && value.is_int64()) {
      add.amount = value.get_int64();
      has_amount = true;
    } else if (name == "floor" && value.is_int64()) {
      add.floor = value.get_int64();
    } else {
      return {};
    }
  }
  if (!has_field || !has_amount) return {};
  return add;
}

/// `a - b`, or the nearest 64-bit number: for sentences, never for sums.
std::int64_t difference(std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  if (!__builtin_sub_overflow(a, b, &result)) return result;
  return b < 0 ? INT64_MAX : INT64_MIN;
}

Refusal below_floor(const Participant& participant, const Add& add) {
  const std::int64_t spendable = participant.lowest(add.field);
  return {.code = "insufficient_funds",
          .detail = "`" + std::string(add.field) + "` can spend " +
                    std::to_string(difference(spendable, *add.floor)) + ", the operation needs " +
                    std::to_string(difference(0, add.amount)),
          .more = {{"spendable", spendable}}};
}

Refusal no_number(const Add& add) {
  return {.code = "no_number",
          .detail = "`" + std::string(add.field) + "` is there and is no 64-bit number",
          .more = {}};
}

Refusal amount_too_large(const Add& add) {
  return {.code = "amount_too_large",
          .detail = "`" + std::string(add.field) + "` would leave the range of a 64-bit number",
          .more = {}};
}

/// Operations under way were promised that the number does not go so low.
Refusal relied_on(const Add& add) {
  return {.code = "busy",
          .detail = "`" + std::string(add.field) + "` is held by others each time; try again",
          .more = {}};
}

class AddKind final : public EffectKind {
 public:
  bool is_exclusive() const override { return false; }

  std::optional<Refusal> check(const json::object& details) const override {
    if (read(details)) return {};
    return Refusal{
        .code = "malformed", .detail = "`add` needs a text `field` and whole numbers", .more = {}};
  }

  std::optional<Refusal> reserve(const json::object& details, Reserve& reserve) const override {
    const auto add = read(details);
    POSSE_ASSERT(add);
    std::int64_t& reserved = reserve[std::string(add->field)];
    // The nearest number would set aside less than the operation does: others would have the rest.
    if (__builtin_add_overflow(reserved, add->amount, &reserved)) return amount_too_large(*add);
    return {};
  }

  void rely(const json::object& details, Floors& floors) const override {
    const auto add = read(details);
    POSSE_ASSERT(add);
    if (add->amount >= 0) return;
    std::string field(add->field);
    const std::int64_t floor = add->floor.value_or(INT64_MIN);
    const auto known = floors.find(field);
    floors[std::move(field)] = known == floors.end() ? floor : std::max(known->second, floor);
  }

  bool may_grow(const Participant& participant, const json::object& details) const override {
    const auto add = read(details);
    POSSE_ASSERT(add);
    return add->field.size() > short_name_max || !participant.data.contains(add->field);
  }

  std::optional<Refusal> admit(const Participant& participant,
                               const json::object& details) const override {
    const auto add = read(details);
    POSSE_ASSERT(add);
    if (!participant.is_there) return missing();
    const json::value* there = participant.data.if_contains(add->field);
    if (there != nullptr && !there->is_int64()) return no_number(*add);
    std::int64_t after = 0;
    if (add->amount < 0) {
      const bool fits =
          !__builtin_add_overflow(participant.lowest(add->field), add->amount, &after);
      if (add->floor && (!fits || after < *add->floor)) return below_floor(participant, *add);
      if (fits && after < participant.floor(add->field)) return relied_on(*add);
      if (fits) return {};
    } else if (!__builtin_add_overflow(participant.highest(add->field), add->amount, &after)) {
      return {};
    }
    return amount_too_large(*add);
  }

  void apply(Participant& participant, const json::object& details) const override {
    const auto add = read(details);
    POSSE_ASSERT(add);
    participant.change(add->field, add->amount);
  }
};

}  // namespace

Refusal missing() {
  return {.code = "missing", .detail = "there is no such document", .more = {}};
}

EffectKinds::EffectKinds() {
  learn("add", std::make_unique<AddKind>());
  learn_document_kinds(*this);
}

void EffectKinds::learn(std::string name, std::unique_ptr<EffectKind> kind) {
  kinds_[std::move(name)] = std::move(kind);
}

const EffectKind* EffectKinds::find(const std::string& name) const {
  const auto found = kinds_.find(name);
  return found == kinds_.end() ? nullptr : found->second.get();
}

Effect add_effect(Key key, std::string field, std::int64_t amount) {
  return {.key = std::move(key), .kind = "add", .details = {{"field", field}, {"amount", amount}}};
}

Effect add_effect(Key key, std::string field, std::int64_t amount, std::int64_t floor) {
  return {.key = std::move(key),
          .kind = "add",
          .details = {{"field", field}, {"amount", amount}, {"floor", floor}}};
}

}  // namespace posse
