/// `posse account …`
// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "cli/commands.h"
#include "cli/password_line.h"
#include "cli/remote.h"
#include "system/password.h"

namespace posse {
namespace {

struct Arguments {
  std::string name;
  std::string role;
  bool password_stdin = false;
  bool resolve = false;
};

Told told_of_account() {
  return {.text = account_text, .ask_again = "look at the account, then try again"};
}

RemoteCommand remote_create(const Name& name, const std::string& password) {
  return {.ask = {.method = "POST",
                  .target = "/v1/accounts",
                  .body = {{{"name", name.text()}, {"password", password}}},
                  .key = {}},
          .told = told_of_account(),
          .once = true,
          .who = {},
          .who_option = {}};
}

RemoteCommand remote_show(const Name& name, bool resolve) {
  Told told = told_of_account();
  if (!resolve) told.ask_again.clear();  // it only reads
  return {.ask = {.method = resolve ? "POST" : "GET",
                  .target = resolve ? "/v1/me/resolve" : "/v1/me",
                  .body = {},
                  .key = {}},
          .told = std::move(told),
          .once = false,
          .who = name.text(),
          .who_option = "NAME"};
}

Task<Exit> create(Host* host, Globals globals, Name name, std::string hash) {
  const auto created = co_await host->shop().accounts().create(std::move(name), std::move(hash));
  co_return report(globals, created, told_of_account());
}

Task<Exit> show(Host* host, Globals globals, Name name, bool resolve) {
  Accounts& accounts = host->shop().accounts();
  auto shown = resolve ? accounts.resolve(std::move(name)) : accounts.show(std::move(name));
  const auto account = co_await std::move(shown);
  co_return report(globals, account, told_of_account());
}

Task<Exit> give_role(Host* host, Globals globals, Name name, std::string role) {
  const auto account = co_await host->shop().accounts().give_role(std::move(name), std::move(role));
  co_return report(globals, account, told_of_account());
}

Exit run_create(const Globals& globals, const Arguments& arguments) {
  const auto name = read_name("NAME", arguments.name);
  if (!name) return Exit::usage;
  const auto place = place_of(globals);
  if (!place) return Exit::usage;
  std::optional<std::string> password;
  if (arguments.password_stdin) {
    password = read_password();
    if (!password) return Exit::usage;
  }
  if (*place == Place::node) {
    if (!password) return usage_error("over a node an account needs a --password-stdin");
    return ask_nodes(globals, remote_create(*name, *password));
  }
  std::string hash;
  if (password) {
    hash = hash_password(*password);
    if (hash.empty()) return report(Error{Errc::unavailable, "no memory to hash the password"});
  }
  return with_new_host(store_url(globals),
                       [&](Host* host) { return create(host, globals, *name, hash); });
}

Exit run_show(const Globals& globals, const Arguments& arguments) {
  const auto place = place_of(globals);
  if (!place) return Exit::usage;
  const auto name = read_who("NAME", arguments.name, *place);
  if (!name) return Exit::usage;
  if (*place == Place::node) return ask_nodes(globals, remote_show(*name, arguments.resolve));
  return with_host(globals,
                   [&](Host* host) { return show(host, globals, *name, arguments.resolve); });
}

Exit run_role(const Globals& globals, const Arguments& arguments) {
  const auto name = read_name("NAME", arguments.name);
  if (!name) return Exit::usage;
  return with_host(globals,
                   [&](Host* host) { return give_role(host, globals, *name, arguments.role); });
}

}  // namespace

void add_account_commands(CLI::App& app, Chosen& chosen) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* account = app.add_subcommand("account", "Create and show accounts");
  account->require_subcommand(1);

  CLI::App* make = account->add_subcommand("create", "Create an account with nothing in it");
  make->add_option("NAME", arguments->name, "a-z 0-9 . _ -, at most 64")->required();
  make->add_flag("--password-stdin", arguments->password_stdin,
                 "read its password from standard input");
  add_place_options(*make, chosen);
  make->callback([&chosen, arguments] {
    chosen.run = [&chosen, arguments] { return run_create(chosen.globals, *arguments); };
  });

  add_password_command(*account, chosen);

  CLI::App* look = account->add_subcommand(
      "show", "Show an account: balance, what of it can be spent, what is undecided");
  look->add_option("NAME", arguments->name, "the account; with --node the token's");
  look->add_flag("--resolve", arguments->resolve,
                 "decide first what is undecided, as a login does");
  add_place_options(*look, chosen);
  look->callback([&chosen, arguments] {
    chosen.run = [&chosen, arguments] { return run_show(chosen.globals, *arguments); };
  });

  CLI::App* role =
      account->add_subcommand("role", "Say whether an account is a person's or an operator's");
  role->add_option("NAME", arguments->name, "the account")->required();
  role->add_option("ROLE", arguments->role, "person or operator")
      ->required()
      ->check(CLI::IsMember({"person", "operator"}));
  add_store_option(*role, chosen);
  add_json_option(*role, chosen);
  role->callback([&chosen, arguments] {
    chosen.run = [&chosen, arguments] { return run_role(chosen.globals, *arguments); };
  });
}

}  // namespace posse
