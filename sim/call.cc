/// Calls and answers.
// SPDX-License-Identifier: Apache-2.0
#include "sim/call.h"

#include "sim/digest.h"

namespace posse::sim {

std::string Call::text() const {
  switch (kind) {
    case Kind::get:
      return "get " + key.text();
    case Kind::add:
      return "add " + key.text();
    case Kind::cas:
      return "cas " + key.text();
    case Kind::sleep:
      return "sleep " + std::to_string(pause.count()) + " ms";
  }
  return {};
}

std::uint64_t Call::digest() const {
  return mixed(mixed(mixed(static_cast<std::uint64_t>(kind), key.text()),
                     static_cast<std::uint64_t>(expected)),
               value);
}

std::uint64_t Answer::digest() const {
  const std::uint64_t digest = mixed(static_cast<std::uint64_t>(kind), item ? item->face : 0);
  return mixed(digest, static_cast<std::uint64_t>(at.count()));
}

Result<std::optional<Document>> as_read(const Answer& answer) {
  if (answer.kind == Answer::Kind::absent) return std::optional<Document>();
  if (answer.kind != Answer::Kind::document) return Error{Errc::unavailable, "the store is down"};
  return std::optional(Document{answer.item->version, answer.item->value});
}

Result<Written> as_written(const Answer& answer) {
  if (answer.kind == Answer::Kind::done) {
    return Written{.answer = Write::done, .version = answer.item->version};
  }
  if (answer.kind == Answer::Kind::refused) return Written{.answer = Write::refused, .version = {}};
  if (answer.kind == Answer::Kind::unknown) return Written{.answer = Write::unknown, .version = {}};
  return Error{Errc::unavailable, "the store is down"};
}

Answer carry_out(const Call& call, Contents& contents) {
  switch (call.kind) {
    case Call::Kind::get: {
      Item item = contents.find(call.key);
      return {.kind = item ? Answer::Kind::document : Answer::Kind::absent, .item = item};
    }
    case Call::Kind::add: {
      Item item = contents.add(call.key, call.value);
      return {.kind = item ? Answer::Kind::done : Answer::Kind::refused, .item = item};
    }
    case Call::Kind::cas: {
      Item item = contents.cas(call.key, call.expected, call.value);
      return {.kind = item ? Answer::Kind::done : Answer::Kind::refused, .item = item};
    }
    case Call::Kind::sleep:
      return {.kind = Answer::Kind::woken, .item = {}};
  }
  return {};
}

}  // namespace posse::sim
