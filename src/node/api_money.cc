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

using Book = Task<Result<Answer<Booked>>> (Payments::*)(Payment);

Task<Response> book(ApiParts* parts, const Request* request, Book booking) {
  Payment payment;
  if (auto wrong = read_payment(*request, payment)) co_return *std::move(wrong);
  const auto answer = co_await (parts->shop.payments().*booking)(std::move(payment));
  co_return answer_of(answer, [](const Booked& booked) {
    return json_response(booked.repeated ? 200 : 201, to_json(booked));
  });
}

Task<Response> deposit(ApiParts* parts, const Request* request, const Visitor* /*visitor*/) {
  return book(parts, request, &Payments::deposit);
}

Task<Response> withdraw(ApiParts* parts, const Request* request, const Visitor* /*visitor*/) {
  return book(parts, request, &Payments::withdraw);
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
  router.add("POST", "/v1/me/harvest", for_visitors(parts, harvest));
}

}  // namespace posse
