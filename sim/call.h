/// What a process asks of the world, and what it is answered.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "posse/result.h"
#include "posse/store.h"
#include "posse/types.h"
#include "sim/contents.h"

namespace posse::sim {

struct Call {
  enum class Kind : std::uint8_t { get, add, cas, sleep };
  Kind kind = Kind::get;
  Key key{};
  Version expected{};
  Bytes value{};
  std::chrono::milliseconds pause{};
  Steady due{};  ///< Of a sleep: when it is over; 0 if at once.

  bool is_write() const { return kind == Kind::add || kind == Kind::cas; }
  std::string text() const;
  std::uint64_t digest() const;
};

struct Answer {
  enum class Kind : std::uint8_t {
    document,  ///< A get that shows `item`.
    absent,    ///< A get that shows nothing.
    done,      ///< A write that put `item` there.
    refused,
    unknown,
    failed,
    woken,  ///< The sleep is over.
  };
  Kind kind = Kind::woken;
  Item item{};
  Steady at{};  ///< When it was given, where time passes by itself.

  std::uint64_t digest() const;
};

/// An answer as a Store gives it; whatever does not fit the call is a failure for certain.
Result<std::optional<Document>> as_read(const Answer& answer);
Result<Written> as_written(const Answer& answer);

/// Does `call` to `contents`, as a store that works.
Answer carry_out(const Call& call, Contents& contents);

}  // namespace posse::sim
