/// How people write numbers and times, and how we write them back.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "posse/types.h"

namespace posse {

/// A whole number, digits only, perhaps with a minus; empty for anything else or beyond 64 bits.
std::optional<std::int64_t> whole_number(std::string_view text);

/// RFC 3339 in UTC with milliseconds, e.g. 2026-01-31T12:00:00.000Z.
std::string rfc3339(Time time);

/// Reads RFC 3339 in UTC (`Z`), seconds with up to three decimals; empty for anything else.
std::optional<Time> from_rfc3339(std::string_view text);

/// A number with its thousands apart, for people: 1,234,567.
std::string with_thousands(std::uint64_t number);

}  // namespace posse
