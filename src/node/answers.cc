/// Statuses of refusals and failures.
// SPDX-License-Identifier: Apache-2.0
#include "node/answers.h"

#include <array>
#include <string_view>

namespace posse {
namespace json = boost::json;
namespace {

constexpr std::array<std::pair<std::string_view, unsigned>, 23> statuses{
    {{"bad_request", 400},
     {"insufficient_funds", 402},
     {"unknown_account", 404},
     {"unknown_campaign", 404},
     {"unsold", 404},
     {"nothing_on_show", 404},
     {"not_the_owner", 403},
     {"session_only", 403},
     {"exists", 409},
     {"price_moved", 409},
     {"sold_out", 409},
     {"closed", 409},
     {"not_open", 409},
     {"key_reused", 409},
     {"reference_reused", 409},
     {"too_many_campaigns", 409},
     {"too_many_keys", 409},
     {"other_buyer", 409},
     {"amount_too_large", 409},
     {"too_many_holds", 429},
     {"busy", 503},
     {"clock_off", 503},
     {"malformed", 400}}};

Response come_back(Response response) {
  response.fields.emplace_back("Retry-After", "1");
  return response;
}

}  // namespace

Response answer_of(const Refusal& refusal) {
  if (refusal.code == "unreadable") return answer_of(Error{Errc::unreadable, refusal.detail});
  unsigned status = 409;
  for (const auto& [code, number] : statuses) {
    if (code == refusal.code) status = number;
  }
  Response response = problem(status, refusal.code, refusal.detail, refusal.more);
  return status == 429 || status == 503 ? come_back(std::move(response)) : response;
}

Response answer_of(const Error& error) {
  switch (error.code) {
    case Errc::unavailable:
    case Errc::contended:
      return come_back(problem(503, "unavailable", "the store did not do it: " + error.detail));
    case Errc::too_large:
      return problem(413, "too_large", error.detail);
    case Errc::unreadable:
    case Errc::books_broken:
      return problem(500, "books_unreadable", "the shop's books need a person: " + error.detail);
  }
  return problem(500, "internal", "an error without a name");
}

Response answer_of(const Undecided& undecided) {
  json::object body{
      {"code", "undecided"},
      {"detail", "it is not known yet whether this happened; ask again with the same key"}};
  if (undecided.intent == Intent()) {
    body["detail"] =
        "it is not known yet whether this happened; ask again: `exists` will mean that it did, or "
        "that somebody else was first";
  } else {
    body["intent"] = undecided.intent.text();
  }
  Response response = json_response(202, body);
  return come_back(std::move(response));
}

}  // namespace posse
