/// `posse login`, `posse logout`
// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"
#include "cli/password_line.h"
#include "cli/remote.h"
#include "cli/views.h"

namespace posse {
namespace {

std::string nothing_text(const boost::json::object& /*nothing*/) {
  return "";
}

Exit log_in(const Globals& globals, const std::string& text) {
  const auto name = read_name("NAME", text);
  if (!name) return Exit::usage;
  const auto password = read_password();
  if (!password) return Exit::usage;
  RemoteCommand command{.ask = {.method = "POST",
                                .target = "/v1/sessions",
                                .body = {{{"name", name->text()}, {"password", *password}}},
                                .key = {}},
                        .told = {.text = token_text, .ask_again = "log in again"},
                        .once = false,
                        .who = {},
                        .who_option = {}};
  return ask_nodes(globals, std::move(command));
}

Exit log_out(const Globals& globals) {
  RemoteCommand command{
      .ask = {.method = "DELETE", .target = "/v1/sessions", .body = {}, .key = {}},
      .told = {.text = nothing_text, .ask_again = "log out again"},
      .once = false,
      .who = {},
      .who_option = {}};
  return ask_nodes(globals, std::move(command));
}

}  // namespace

void add_login_commands(CLI::App& app, Chosen& chosen) {
  auto name = std::make_shared<std::string>();
  CLI::App* login = app.add_subcommand(
      "login", "Ask a node for a token; the password is read from standard input");
  login->add_option("NAME", *name, "the account")->required();
  add_node_options(*login, chosen);
  add_json_option(*login, chosen);
  login->callback(
      [&chosen, name] { chosen.run = [&chosen, name] { return log_in(chosen.globals, *name); }; });

  CLI::App* logout = app.add_subcommand("logout", "End the token's session, on every node");
  add_node_options(*logout, chosen);
  logout->callback([&chosen] { chosen.run = [&chosen] { return log_out(chosen.globals); }; });
}

}  // namespace posse
