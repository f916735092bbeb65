/// `posse account …`
// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include "cli/commands.h"
#include "system/password.h"

namespace posse {
namespace {

struct Arguments {
  std::string name;
  std::string role;
  bool password_stdin = false;
  bool resolve = false;
};

constexpr const char* again = "look at the account, then try again";

Task<Exit> create(Host* host, Globals globals, Name name, std::string hash) {
  const auto created = co_await host->shop().accounts().create(std::move(name), std::move(hash));
  co_return report(globals, created, again);
}

Task<Exit> show(Host* host, Globals globals, Name name, bool resolve) {
  Accounts& accounts = host->shop().accounts();
  auto shown = resolve ? accounts.resolve(std::move(name)) : accounts.show(std::move(name));
  const auto account = co_await std::move(shown);
  co_return report(globals, account, again);
}

Task<Exit> give_role(Host* host, Globals globals, Name name, std::string role) {
  const auto account = co_await host->shop().accounts().give_role(std::move(name), std::move(role));
  co_return report(globals, account, again);
}

/// One line of standard input, or its first `bytes_max` bytes.
std::string read_line(std::size_t bytes_max) {
  std::string line;
  for (char one = 0; line.size() < bytes_max && std::cin.get(one) && one != '\n';) line += one;
  return line;
}

Exit run_create(const Globals& globals, const Arguments& arguments) {
  const auto name = read_name("NAME", arguments.name);
  if (!name) return Exit::usage;
  std::string hash;
  if (arguments.password_stdin) {
    const std::string password = read_line(password_bytes_max + 1);
    if (password.size() < password_bytes_min || password.size() > password_bytes_max) {
      return usage_error("the password must be " + std::to_string(password_bytes_min) + " to " +
                         std::to_string(password_bytes_max) +
                         " bytes, on one line of standard input");
    }
    hash = hash_password(password);
    if (hash.empty()) return report(Error{Errc::unavailable, "no memory to hash the password"});
  }
  return with_new_host(store_url(globals),
                       [&](Host* host) { return create(host, globals, *name, hash); });
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
  add_store_option(*make, chosen);
  add_json_option(*make, chosen);
  make->callback([&chosen, arguments] {
    chosen.run = [&chosen, arguments] { return run_create(chosen.globals, *arguments); };
  });

  CLI::App* look = account->add_subcommand(
      "show", "Show an account: balance, what of it can be spent, what is undecided");
  look->add_option("NAME", arguments->name, "the account")->required();
  look->add_flag("--resolve", arguments->resolve,
                 "decide first what is undecided, as a login does");
  add_store_option(*look, chosen);
  add_json_option(*look, chosen);
  look->callback([&chosen, arguments] {
    chosen.run = [&chosen, arguments] {
      const auto name = read_name("NAME", arguments->name);
      if (!name) return Exit::usage;
      return with_host(chosen.globals, [&](Host* host) {
        return show(host, chosen.globals, *name, arguments->resolve);
      });
    };
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
    chosen.run = [&chosen, arguments] {
      const auto name = read_name("NAME", arguments->name);
      if (!name) return Exit::usage;
      return with_host(chosen.globals, [&](Host* host) {
        return give_role(host, chosen.globals, *name, arguments->role);
      });
    };
  });
}

}  // namespace posse
