/// Payments as orders in a generic journal.
// SPDX-License-Identifier: Apache-2.0
#include "shop/payments.h"

#include <algorithm>
#include <utility>

#include "core/fields.h"

namespace posse {
namespace {

bool is_printable(char c) {
  return c >= '!' && c <= '~';
}

std::optional<Refusal> wrong(const Payment& payment) {
  if (number(payment.amount) < 1) return bad_argument("amount", "must be 1 to 9223372036854775807");
  const std::string& reference = payment.reference;
  const bool fits = !reference.empty() && reference.size() <= reference_bytes_max;
  if (!fits || !std::all_of(reference.begin(), reference.end(), is_printable)) {
    return bad_argument("reference", "must be 1 to " + std::to_string(reference_bytes_max) +
                                         " printable ASCII characters without spaces");
  }
  return {};
}

}  // namespace

Task<Result<Answer<Booked>>> Payments::deposit(Payment payment) {
  if (auto refusal = wrong(payment)) co_return *std::move(refusal);
  Effect effect = add_effect(account_key(payment.account), "balance", number(payment.amount));
  co_return co_await book(std::move(payment), "deposit", std::move(effect));
}

Task<Result<Answer<Booked>>> Payments::withdraw(Payment payment) {
  if (auto refusal = wrong(payment)) co_return *std::move(refusal);
  Effect effect = add_effect(account_key(payment.account), "balance", -number(payment.amount), 0);
  co_return co_await book(std::move(payment), "withdrawal", std::move(effect));
}

Task<Result<Answer<Booked>>> Payments::book(Payment payment, std::string kind, Effect effect) {
  const auto journal = co_await journal_.some_journal();
  if (!journal) co_return journal.error();
  const Key account = account_key(payment.account);
  Order order;
  order.sequence = *journal;
  order.guard = account;
  order.request = request_key(kind + " " + account.text(), payment.reference, Time{});
  order.effects.push_back(std::move(effect));
  order.line = {{"kind", kind},
                {"account", payment.account.text()},
                {"amount", number(payment.amount)},
                {"reference", payment.reference}};
  auto outcome = co_await journal_.commit(std::move(order));
  if (!outcome) co_return outcome.error();
  if (auto* refusal = std::get_if<Refusal>(&*outcome)) {
    if (refusal->code == "insufficient_funds") {
      refusal->detail = payment.account.text() + " can spend " +
                        std::to_string(refusal->more.at("spendable").as_int64());
    }
    if (refusal->code == "unknown_sequence") {
      co_return Error{Errc::contended, journal->name() + ": was just there, reads deny it"};
    }
    if (refusal->code != "unknown_participant") co_return std::move(*refusal);
    co_return refuse("unknown_account", "there is no account `" + payment.account.text() + "`");
  }
  if (const auto* undecided = std::get_if<Undecided>(&*outcome)) co_return *undecided;
  const auto& committed = std::get<Committed>(*outcome);
  if (number_in(committed.operation().line, "amount") != number(payment.amount)) {
    co_return refuse("reference_reused",
                     "reference " + payment.reference + " stands for another amount already");
  }
  Booked booked{.payment = std::move(payment),
                .journal = committed.entry->sequence,
                .entry = committed.entry->number,
                .repeated = committed.repeated};
  co_return booked;
}

}  // namespace posse
