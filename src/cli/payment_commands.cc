/// `posse deposit`, `posse withdraw`, `posse harvest`
// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"
#include "cli/remote.h"
#include "core/fields.h"

namespace posse {
namespace {

struct Arguments {
  std::string name;
  std::string amount;
  std::string reference;
};

enum class Direction : std::uint8_t { in, out };

Told told_of_payment() {
  return {.text = booked_text, .ask_again = "ask again with the same reference and amount"};
}

Told told_of_harvest() {
  return {.text = harvested_text, .ask_again = "harvest again"};
}

bool is_of(const boost::json::object& booked, const Payment& payment) {
  return text_in(booked, "account") == payment.account.text() &&
         number_in(booked, "amount") == number(payment.amount) &&
         text_in(booked, "reference") == payment.reference;
}

RemoteCommand remote(const Payment& payment, Direction direction) {
  return {.ask = {.method = "POST",
                  .target = direction == Direction::in ? "/v1/deposits" : "/v1/withdrawals",
                  .body = {{{"account", payment.account.text()},
                            {"amount", number(payment.amount)},
                            {"reference", payment.reference}}},
                  .key = {}},
          .told = told_of_payment(),
          .once = false,
          .who = {},
          .who_option = {},
          .fits = [payment](const auto& booked) { return is_of(booked, payment); }};
}

RemoteCommand remote_harvest(const Name& name) {
  return {.ask = {.method = "POST", .target = "/v1/me/harvest", .body = {}, .key = {}},
          .told = told_of_harvest(),
          .once = false,
          .who = name.text(),
          .who_option = "NAME"};
}

Task<Exit> pay(Host* host, Globals globals, Payment payment, Direction direction) {
  Payments& payments = host->shop().payments();
  auto booking = direction == Direction::in ? payments.deposit(std::move(payment))
                                            : payments.withdraw(std::move(payment));
  const auto booked = co_await std::move(booking);
  co_return report(globals, booked, told_of_payment());
}

Task<Exit> harvest(Host* host, Globals globals, Name name) {
  const auto harvested = co_await host->shop().harvest().run(std::move(name));
  co_return report(globals, harvested, told_of_harvest());
}

Exit run_payment(const Globals& globals, const Arguments& arguments, Direction direction) {
  const auto name = read_name("NAME", arguments.name);
  if (!name) return Exit::usage;
  const auto amount = read_number("AMOUNT", arguments.amount, 1);
  if (!amount) return Exit::usage;
  const Payment payment{
      .account = *name, .amount = Cents{*amount}, .reference = arguments.reference};
  const auto place = place_of(globals);
  if (!place) return Exit::usage;
  if (*place == Place::node) return ask_nodes(globals, remote(payment, direction));
  return with_host(globals, [&](Host* host) { return pay(host, globals, payment, direction); });
}

Exit run_harvest(const Globals& globals, const Arguments& arguments) {
  const auto place = place_of(globals);
  if (!place) return Exit::usage;
  const auto name = read_who("NAME", arguments.name, *place);
  if (!name) return Exit::usage;
  if (*place == Place::node) return ask_nodes(globals, remote_harvest(*name));
  return with_host(globals, [&](Host* host) { return harvest(host, globals, *name); });
}

void add_payment(CLI::App* command, Chosen& chosen, Direction direction) {
  auto arguments = std::make_shared<Arguments>();
  command->add_option("NAME", arguments->name, "the account")->required();
  command->add_option("AMOUNT", arguments->amount, "in minor units, e.g. cents")->required();
  command
      ->add_option("--reference", arguments->reference,
                   "the payment's own name; the same again is the same payment")
      ->required();
  add_place_options(*command, chosen);
  command->callback([&chosen, arguments, direction] {
    chosen.run = [&chosen, arguments, direction] {
      return run_payment(chosen.globals, *arguments, direction);
    };
  });
}

}  // namespace

void add_payment_commands(CLI::App& app, Chosen& chosen) {
  add_payment(app.add_subcommand("deposit", "Book money that came in, once per reference"), chosen,
              Direction::in);
  add_payment(app.add_subcommand("withdraw", "Book money that goes out, once per reference"),
              chosen, Direction::out);
}

void add_harvest_command(CLI::App& app, Chosen& chosen) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command =
      app.add_subcommand("harvest", "Pay a seller what its campaigns have sold, once per sale");
  command->add_option("NAME", arguments->name, "the seller's account; with --node the token's");
  add_place_options(*command, chosen);
  command->callback([&chosen, arguments] {
    chosen.run = [&chosen, arguments] { return run_harvest(chosen.globals, *arguments); };
  });
}

}  // namespace posse
