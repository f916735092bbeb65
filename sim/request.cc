/// Asking shops.
// SPDX-License-Identifier: Apache-2.0
#include "sim/request.h"

#include <utility>

namespace posse::sim {
namespace {

template <class T>
Reply told(const Result<Answer<T>>& answer) {
  if (!answer) return {.word = "error"};
  if (const auto* refusal = std::get_if<Refusal>(&*answer)) return {.word = refusal->code};
  return {.word = std::holds_alternative<Undecided>(*answer) ? "undecided" : "committed"};
}

Task<Reply> buy(Shop* shop, Request request) {
  const Purchase purchase{.campaign = *Name::from(request.campaign),
                          .buyer = *Name::from(request.account),
                          .max_price = Cents{request.amount},
                          .key = *Uuid::from(request.reference),
                          .content = request.content};
  const auto answer = co_await shop->purchases().buy(purchase);
  Reply reply = told(answer);
  if (!reply.is_committed()) co_return reply;
  const Sale& sale = std::get<Sale>(*answer);
  reply.slot = number(sale.slot);
  reply.amount = number(sale.price);
  reply.repeated = sale.repeated;
  co_return reply;
}

Task<Reply> pay(Shop* shop, Request request) {
  Payment payment{.account = *Name::from(request.account),
                  .amount = Cents{request.amount},
                  .reference = request.reference};
  const bool in = request.kind == Request::Kind::deposit;
  auto& payments = shop->payments();
  Result<Answer<Booked>> answer{Error{}};
  if (in) {
    answer = co_await payments.deposit(std::move(payment));
  } else {
    answer = co_await payments.withdraw(std::move(payment));
  }
  Reply reply = told(answer);
  if (!reply.is_committed()) co_return reply;
  reply.amount = number(std::get<Booked>(*answer).payment.amount);
  reply.repeated = std::get<Booked>(*answer).repeated;
  co_return reply;
}

}  // namespace

RequestName name_of(const Request& request) {
  return {request.kind, request.account, request.reference};
}

RequestKey key_of(const Request& request) {
  const std::string account = "account/" + request.account;
  if (request.is_buy()) {
    return request_key(account, request.reference, Uuid::from(request.reference)->made());
  }
  const std::string kind = request.kind == Request::Kind::deposit ? "deposit " : "withdrawal ";
  return request_key(kind + account, request.reference, Time{});
}

Task<Reply> ask_shop(Shop* shop, Request request) {
  if (request.is_buy()) co_return co_await buy(shop, std::move(request));
  if (request.moves_money()) co_return co_await pay(shop, std::move(request));
  if (request.kind == Request::Kind::login) {
    const auto answer = co_await shop->accounts().resolve(*Name::from(request.account));
    co_return told(answer);
  }
  if (request.kind == Request::Kind::harvest) {
    const auto answer = co_await shop->harvest().run(*Name::from(request.account));
    Reply reply = told(answer);
    if (!reply.is_committed()) co_return reply;
    for (const auto& [campaign, paid] : std::get<Harvested>(*answer).paid) {
      reply.amount += number(paid);
    }
    co_return reply;
  }
  if (request.kind == Request::Kind::show) {
    const auto answer = co_await shop->campaigns().show(*Name::from(request.campaign));
    Reply reply = told(answer);
    if (reply.is_committed()) reply.slot = number(std::get<CampaignView>(*answer).tip.slot);
    co_return reply;
  }
  const auto page = co_await shop->campaigns().list("", 10);
  co_return Reply{.word = page ? "committed" : "error"};
}

}  // namespace posse::sim
