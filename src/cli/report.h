/// Printing what came of a command: data to standard output, troubles to standard error.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include <boost/json.hpp>

#include "cli/exit.h"
#include "cli/views.h"
#include "node/views.h"
#include "shop/answer.h"

namespace posse {

/// What every command can be told.
struct Globals {
  std::string store;
  std::string nodes;
  std::string token;
  std::int64_t patience = 20;  ///< Seconds.
  bool json = false;
};

/// How an answer is told to people.
struct Told {
  TextOf* text;
  std::string ask_again;  ///< How to repeat a request whose outcome is not known; empty: it only
                          ///< reads, so that no answer means nothing at all.
  std::string key{};      ///< The request's, if it has one.
};

/// On standard output: one line, or text without what could command a terminal.
void print(const boost::json::object& json);
void print(const std::string& text);

/// One sentence on standard error.
Exit usage_error(const std::string& sentence);
Exit report(const Error& error);

/// A refusal, or an outcome that is not known: an object on standard output with `--json`.
Exit report(const Globals& globals, const Refusal& refusal);

/// The same, for a reason; `intent` may be empty.
Exit report_undecided(const Globals& globals, const std::string& reason, std::string_view intent,
                      const Told& told);

/// What was asked for: `view`, or its text.
Exit report(const Globals& globals, const boost::json::object& view, TextOf* text);

/// The same, of a request that may have changed something: where nobody can read it, the outcome
/// stays unknown to whoever asked.
Exit report(const Globals& globals, const boost::json::object& view, const Told& told);

/// An answer of the shop, whatever it is.
template <class T>
Exit report(const Globals& globals, const Result<Answer<T>>& answer, const Told& told) {
  if (!answer) return report(answer.error());
  if (const auto* refusal = std::get_if<Refusal>(&*answer)) return report(globals, *refusal);
  if (const auto* undecided = std::get_if<Undecided>(&*answer))
    return report_undecided(globals, "the store does not say", undecided->intent.text(), told);
  return report(globals, to_json(std::get<T>(*answer)), told);
}

}  // namespace posse
