/// Printing what came of a command: data to standard output, troubles to standard error.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
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
  bool json = false;
};

/// One line on standard output.
void print(const boost::json::object& json);
void print(const std::string& text);

/// One sentence on standard error.
Exit usage_error(const std::string& sentence);
Exit report(const Error& error);

/// A refusal, or an outcome that is not known: an object on standard output with `--json`.
Exit report(const Globals& globals, const Refusal& refusal);
Exit report(const Globals& globals, const Undecided& undecided, const std::string& ask_again);

/// An answer of the shop, whatever it is. `ask_again` says how to repeat the request.
template <class T>
Exit report(const Globals& globals, const Result<Answer<T>>& answer, const std::string& ask_again) {
  if (!answer) return report(answer.error());
  if (const auto* refusal = std::get_if<Refusal>(&*answer)) return report(globals, *refusal);
  if (const auto* undecided = std::get_if<Undecided>(&*answer))
    return report(globals, *undecided, ask_again);
  const T& view = std::get<T>(*answer);
  if (globals.json)
    print(to_json(view));
  else
    print(to_text(view));
  return Exit::fine;
}

}  // namespace posse
