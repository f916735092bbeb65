/// `posse account password`
// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "cli/commands.h"
#include "cli/password_line.h"
#include "cli/remote.h"
#include "cli/views.h"
#include "node/access.h"
#include "system/password.h"

namespace posse {
namespace {

constexpr int changes_max = 8;

/// Whoever may write to the store needs no old password.
Task<Result<Answer<AccountView>>> exchange(Host* host, Name name, std::string hash) {
  Accounts& accounts = host->shop().accounts();
  for (int changes = 0; changes < changes_max; ++changes) {
    auto old = co_await accounts.password_hash(name);
    if (!old) co_return old.error();
    PasswordChange change{.from = *std::move(old), .to = hash};
    const auto changed = co_await accounts.change_password(name, std::move(change));
    if (!changed) co_return changed.error();
    if (*changed) break;
  }
  co_return co_await accounts.show(std::move(name));
}

Task<Exit> set(Host* host, Globals globals, Name name, std::string hash) {
  const auto account = co_await exchange(host, name, std::move(hash));
  const bool is_there = account && std::holds_alternative<AccountView>(*account);
  if (is_there) {
    LiveDocuments live({.store = host->store()}, host->clock(), host->io().get_executor(),
                       [](std::chrono::milliseconds) {});
    Access access(host->store(), live);
    const auto ended = co_await access.end_sessions(std::move(name));
    co_await live.close();
    if (!ended) co_return report(ended.error());
  }
  co_return report(globals, account, {.text = account_text, .ask_again = "set it again"});
}

Exit set_on_store(const Globals& globals, const Name& name) {
  const auto password = read_password("new password: ");
  if (!password) return Exit::usage;
  const std::string hash = hash_password(*password);
  if (hash.empty()) return report(Error{Errc::unavailable, "no memory to hash the password"});
  return with_host(globals, [&](Host* host) { return set(host, globals, name, hash); });
}

/// A change without an answer may be half done: the new password in place, old sessions open.
Exit change_at_node(const Globals& globals, const Name& name) {
  const auto old = read_password("password: ");
  if (!old) return Exit::usage;
  const auto fresh = read_password("new password: ");
  if (!fresh) return Exit::usage;
  RemoteCommand command{
      .ask = {.method = "PUT",
              .target = "/v1/me/password",
              .body = {{{"password", *old}, {"new_password", *fresh}}},
              .key = {}},
      .told = {.text = token_text,
               .ask_again = "repeat it with both passwords: only then old sessions end"},
      .once = true,
      .who = name.text(),
      .who_option = "NAME"};
  return ask_nodes(globals, std::move(command));
}

Exit run(const Globals& globals, const std::string& text) {
  const auto name = read_name("NAME", text);
  if (!name) return Exit::usage;
  const auto place = place_of(globals);
  if (!place) return Exit::usage;
  return *place == Place::node ? change_at_node(globals, *name) : set_on_store(globals, *name);
}

}  // namespace

void add_password_command(CLI::App& account, Chosen& chosen) {
  auto name = std::make_shared<std::string>();
  CLI::App* command = account.add_subcommand(
      "password",
      "Set a password, read from standard input, and end all sessions; with --node the old one "
      "comes first, and a new token is printed");
  command->add_option("NAME", *name, "the account; with --node the token's")->required();
  add_place_options(*command, chosen);
  command->callback(
      [&chosen, name] { chosen.run = [&chosen, name] { return run(chosen.globals, *name); }; });
}

}  // namespace posse
