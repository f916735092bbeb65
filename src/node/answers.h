/// How the shop's answers become HTTP's: one table.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include "node/http.h"
#include "shop/answer.h"

namespace posse {

Response answer_of(const Refusal& refusal);
Response answer_of(const Error& error);

/// 202: neither done nor refused. Asking again with the same key tells.
Response answer_of(const Undecided& undecided);

/// `then` makes the response of what was asked for; all else is as above.
template <class T, class Then>
Response answer_of(const Result<Answer<T>>& answer, Then then) {
  if (!answer) return answer_of(answer.error());
  if (const auto* refusal = std::get_if<Refusal>(&*answer)) return answer_of(*refusal);
  if (const auto* undecided = std::get_if<Undecided>(&*answer)) return answer_of(*undecided);
  return then(std::get<T>(*answer));
}

}  // namespace posse
