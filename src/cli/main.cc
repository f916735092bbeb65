/// The `posse` program: the command line, and nothing else.
// SPDX-License-Identifier: Apache-2.0
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string_view>
#include <unistd.h>

#include "cli/commands.h"

namespace {

/// A store's file that is shorter than it says, or a disk that gives no page, ends the process in
/// the middle of a read: there is nobody to hand an error to.
void say_that_pages_are_missing(int /*signal*/) {
  constexpr std::string_view sentence =
      "posse: the store's file is damaged, or the disk under it fails\n";
  (void)!::write(STDERR_FILENO, sentence.data(), sentence.size());
  ::_exit(static_cast<int>(posse::Exit::unreachable));
}

/// One sentence, as everywhere else.
std::string usage_sentence(const CLI::App* app, const CLI::Error& error) {
  const auto unknown = app->remaining(true);
  const bool no_command = error.get_name() == "RequiredError" && app->get_subcommands().empty();
  // What is missing may only be misspelt.
  const std::string also_unknown = error.get_name() == "RequiredError" && !unknown.empty()
                                       ? ", and `" + unknown.front() + "` is unknown"
                                       : "";
  const std::string what = no_command && !unknown.empty()
                               ? "there is no command `" + unknown.front() + "`"
                               : std::string(error.what()) + also_unknown;
  return "posse: " + what + " (posse --help says what there is)\n";
}

}  // namespace

int main(int argc, char** argv) {
  (void)std::signal(SIGPIPE, SIG_IGN);
  (void)std::signal(SIGBUS, say_that_pages_are_missing);
  // gRPC writes lines of its own among ours, once a second for a member with a wrong certificate.
  ::setenv("GRPC_VERBOSITY", "NONE", /*replace=*/0);
  CLI::App app(
      "Sells numbered slots exactly once, over any store that can add and compare-and-swap.",
      "posse");
  app.set_version_flag("--version", POSSE_VERSION);
  app.require_subcommand(1);
  app.footer(
      "Exit codes: 0 fine, 1 refused or unsound, 2 usage, 3 store or node unreachable, 4 "
      "undecided.");
  app.failure_message(usage_sentence);
  posse::Chosen chosen;
  posse::add_account_commands(app, chosen);
  posse::add_payment_commands(app, chosen);
  posse::add_campaign_commands(app, chosen);
  posse::add_buy_command(app, chosen);
  posse::add_harvest_command(app, chosen);
  posse::add_watch_command(app, chosen);
  posse::add_login_commands(app, chosen);
  posse::add_key_commands(app, chosen);
  posse::add_audit_command(app, chosen);
  posse::add_explain_command(app, chosen);
  posse::add_node_command(app, chosen);
  posse::add_patrol_command(app, chosen);
  posse::add_bench_command(app, chosen);
  posse::add_demo_command(app, chosen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? 0 : static_cast<int>(posse::Exit::usage);
  }
  try {
    const posse::Exit exit = chosen.run();
    if (exit == posse::Exit::fine && (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)) {
      std::cerr << "posse: the answer could not be written\n";
      return static_cast<int>(posse::Exit::unreachable);
    }
    return static_cast<int>(exit);
  } catch (const std::exception& error) {
    std::cerr << "posse: " << error.what() << '\n';
    return static_cast<int>(posse::Exit::unreachable);
  }
}
