/// Money in, money out, and sellers' earnings.
// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "node/answers.h"
#include "node/api.h"
#include "node/json_body.h"
#include "node/views.h"

namespace posse {
namespace {

std::optional<Response> read_payment(const Request& request, Payment& payment) {
  return read_body(request, [&](Fields& fields) {
    const auto account = Name::from(fields.text("account", 64));
    if (!account) fields.refuse("account", Name::rule);
    payment.account = account.value_or(Name());
    payment.amount = Cents{fields.integer("amount", {.least = 1, .most = INT64_MAX})};
    payment.reference = fields.text("reference", reference_bytes_max);
  });
}

/// Money that came or went is in the log, too, with the operator who booked it.
Response tell(const ApiParts& parts, std::string_view what, const Booked& booked,
              const Visitor& visitor) {
  boost::json::object fields = to_json(booked);
  Response response = json_response(booked.repeated ? 200 : 201, fields);
  fields["operator"] = visitor.name.text();
  parts.log.write(LogLevel::info, what, fields);
  return response;
}

Task<Response> deposit(ApiParts* parts, const Request* request, const Visitor* visitor) {
  Payment payment;
  if (auto wrong = read_payment(*request, payment)) co_return *std::move(wrong);
  const auto answer = co_await parts->shop.payments().deposit(std::move(payment));
  co_return answer_of(
      answer, [&](const Booked& booked) { return tell(*parts, "deposit", booked, *visitor); });
}

Task<Response> withdraw(ApiParts* parts, const Request* request, const Visitor* visitor) {
  Payment payment;
  if (auto wrong = read_payment(*request, payment)) co_return *std::move(wrong);
  const auto answer = co_await parts->shop.payments().withdraw(std::move(payment));
  co_return answer_of(
      answer, [&](const Booked& booked) { return tell(*parts, "withdrawal", booked, *visitor); });
}

Task<Response> earnings(ApiParts* parts, const Request* /*request*/, const Visitor* visitor) {
  const auto answer = co_await parts->shop.harvest().due(visitor->name);
  co_return answer_of(
      answer, [](const Earnings& earnings) { return json_response(200, to_json(earnings)); });
}

Task<Response> harvest(ApiParts* parts, const Request* /*request*/, const Visitor* visitor) {
  const auto answer = co_await parts->shop.harvest().run(visitor->name);
  co_return answer_of(
      answer, [](const Harvested& harvested) { return json_response(200, to_json(harvested)); });
}

}  // namespace

void add_money_routes(Router& router, ApiParts& parts) {
  router.add("POST", "/v1/deposits", for_operators(parts, deposit));
  router.add("POST", "/v1/withdrawals", for_operators(parts, withdraw));
  router.add("GET", "/v1/me/earnings", for_visitors(parts, earnings));
  router.add("POST", "/v1/me/harvest", for_visitors(parts, harvest));
}

}  // namespace posse
