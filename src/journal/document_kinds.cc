/// check, create, set, remove: one shape of details, one way to be refused.
// SPDX-License-Identifier: Apache-2.0
#include "journal/document_kinds.h"

#include <memory>
#include <utility>

#include "core/fields.h"
#include "journal/effect.h"
#include "journal/participant.h"

namespace posse {
namespace json = boost::json;
namespace {

/// Which details a kind has besides `state`, and what comes of the document.
enum class Becomes : std::uint8_t { as_it_was, made, replaced, removed };

struct Shape {
  const char* name;
  Becomes becomes;

  bool has_value() const { return becomes == Becomes::made || becomes == Becomes::replaced; }
  bool may_have_state() const { return becomes != Becomes::made; }
};

constexpr Shape check_shape{.name = "check", .becomes = Becomes::as_it_was};
constexpr Shape create_shape{.name = "create", .becomes = Becomes::made};
constexpr Shape set_shape{.name = "set", .becomes = Becomes::replaced};
constexpr Shape remove_shape{.name = "remove", .becomes = Becomes::removed};

class DocumentKind final : public EffectKind {
 public:
  explicit DocumentKind(const Shape& shape) : shape_(shape) {}

  bool is_exclusive() const override { return true; }

  std::optional<Refusal> check(const json::object& details) const override {
    const json::value* value = details.if_contains("value");
    const bool has_state = text_in(details, "state").has_value();
    const bool is_value_fine = shape_.has_value() ? value != nullptr && value->is_object() : !value;
    const std::size_t fields = (shape_.has_value() ? 1U : 0U) + (has_state ? 1U : 0U);
    const bool is_state_fine = shape_.may_have_state() || !has_state;
    if (is_value_fine && is_state_fine && details.size() == fields) return {};
    return Refusal{.code = "malformed",
                   .detail = std::string("`") + shape_.name + "` needs " +
                             (shape_.has_value() ? "an object `value`" : "no `value`") +
                             (shape_.may_have_state() ? " and may have a text `state`" : ""),
                   .more = {}};
  }

  std::optional<Refusal> reserve(const json::object& /*details*/,
                                 Reserve& /*reserve*/) const override {
    return {};
  }
  void rely(const json::object& /*details*/, Floors& /*floors*/) const override {}

  bool may_grow(const Participant& /*participant*/,
                const json::object& /*details*/) const override {
    return shape_.has_value();
  }

  std::optional<Refusal> admit(const Participant& participant,
                               const json::object& details) const override {
    if (shape_.becomes == Becomes::made) {
      if (!participant.is_there) return {};
      return Refusal{.code = "exists", .detail = "there is such a document already", .more = {}};
    }
    const auto state = text_in(details, "state");
    if (state && participant.state().text != *state) {
      return Refusal{
          .code = "changed", .detail = "the document has changed since it was read", .more = {}};
    }
    if (shape_.becomes != Becomes::as_it_was && !participant.is_there) return missing();
    return {};
  }

  void apply(Participant& participant, const json::object& details) const override {
    if (shape_.becomes == Becomes::as_it_was) return;
    participant.is_there = shape_.has_value();
    participant.data.clear();
    if (participant.is_there) participant.data = details.at("value").as_object();
  }

 private:
  Shape shape_;
};

Effect effect(Key key, const Shape& shape) {
  return {.key = std::move(key), .kind = shape.name, .details = {}};
}

Effect effect(Key key, const Shape& shape, json::object value) {
  Effect made = effect(std::move(key), shape);
  made.details["value"] = std::move(value);
  return made;
}

Effect with_state(Effect effect, const State& state) {
  effect.details["state"] = state.text;
  return effect;
}

}  // namespace

void learn_document_kinds(EffectKinds& kinds) {
  for (const Shape& shape : {check_shape, create_shape, set_shape, remove_shape}) {
    kinds.learn(shape.name, std::make_unique<DocumentKind>(shape));
  }
}

Effect check_effect(Key key, State state) {
  return with_state(effect(std::move(key), check_shape), state);
}

Effect create_effect(Key key, json::object value) {
  return effect(std::move(key), create_shape, std::move(value));
}

Effect set_effect(Key key, json::object value) {
  return effect(std::move(key), set_shape, std::move(value));
}

Effect set_effect(Key key, json::object value, State state) {
  return with_state(effect(std::move(key), set_shape, std::move(value)), state);
}

Effect remove_effect(Key key) {
  return effect(std::move(key), remove_shape);
}

Effect remove_effect(Key key, State state) {
  return with_state(effect(std::move(key), remove_shape), state);
}

}  // namespace posse
