/// What the shop answers: what was asked for, a refusal, or that it is not known yet.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "journal/order.h"
#include "posse/result.h"

namespace posse {

/// A refusal changes nothing. An Undecided is neither success nor failure: ask again with the same
/// key or reference.
template <class T>
using Answer = std::variant<T, Refusal, Undecided>;

/// A refusal because an argument is out of its bounds.
inline Refusal bad_argument(std::string_view field, std::string_view rule) {
  return {
      .code = "bad_request", .detail = std::string(field) + " " + std::string(rule), .more = {}};
}

inline Refusal refuse(std::string_view code, std::string detail) {
  return {.code = std::string(code), .detail = std::move(detail), .more = {}};
}

}  // namespace posse
