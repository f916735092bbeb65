/// How Posse's calls fail: one error type, one result type.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <expected>
#include <string>

namespace posse {

/// Why something did not happen. A code exists only where some caller reacts to it in its own way;
/// everything else belongs into the detail.
enum class Errc : std::uint8_t {
  unavailable,   ///< The store did not do it and will not; may be asked again. Drivers never retry.
  too_large,     ///< A key or value beyond the store's bounds; asking again is useless.
  contended,     ///< A bounded loop lost every round to others; may be asked again later.
  unreadable,    ///< A document that is damaged, foreign or of a newer format: hands off.
  books_broken,  ///< The alarm: a committed operation has neither hold nor settlement. Touch
                 ///< nothing.
};

/// A failure: it says that the thing did not happen. `detail` is for people and is never parsed.
struct Error {
  Errc code{};
  std::string detail;
};

/// A value or an Error. Unlike std::expected it may not be dropped.
template <class T>
class [[nodiscard]] Result : public std::expected<T, Error> {
 public:
  using std::expected<T, Error>::expected;
  // NOLINTNEXTLINE(google-explicit-constructor): `co_return Error{...}` must read as prose.
  Result(Error error) : std::expected<T, Error>(std::unexpect, std::move(error)) {}
};

}  // namespace posse
