/// The commands of the program. Each adds itself to the command line and leaves, in `Chosen`, what
/// to do if it is the one that was called.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "cli/exit.h"
#include "cli/host.h"
#include "cli/report.h"

namespace posse {

/// What the command line asks for.
struct Chosen {
  Globals globals;
  std::function<Exit()> run;
};

void add_account_commands(CLI::App& app, Chosen& chosen);
void add_password_command(CLI::App& account, Chosen& chosen);
void add_payment_commands(CLI::App& app, Chosen& chosen);
void add_campaign_commands(CLI::App& app, Chosen& chosen);
void add_campaign_change_command(CLI::App& campaign, Chosen& chosen);
void add_buy_command(CLI::App& app, Chosen& chosen);
void add_harvest_command(CLI::App& app, Chosen& chosen);
void add_watch_command(CLI::App& app, Chosen& chosen);
void add_login_commands(CLI::App& app, Chosen& chosen);
void add_key_commands(CLI::App& app, Chosen& chosen);
void add_audit_command(CLI::App& app, Chosen& chosen);
void add_explain_command(CLI::App& app, Chosen& chosen);
void add_node_command(CLI::App& app, Chosen& chosen);
void add_patrol_command(CLI::App& app, Chosen& chosen);
void add_bench_command(CLI::App& app, Chosen& chosen);
void add_demo_command(CLI::App& app, Chosen& chosen);

/// Gives `command` the options `--store` and `--json`.
void add_store_option(CLI::App& command, Chosen& chosen);
void add_json_option(CLI::App& command, Chosen& chosen);

/// Gives `command` the option `--id`, the name of this member.
void add_id_option(CLI::App& command, std::string& id);

/// Opens the store that the command line names, or POSSE_STORE, and runs `task` on it. There must
/// be one.
Exit with_host(const Globals& globals, const std::function<Task<Exit>(Host*)>& task);

/// The same on the store `url`, which is made if it is not there.
Exit with_new_host(const std::string& url, const std::function<Task<Exit>(Host*)>& task);

/// Says what is wrong with the store `url` as it is written, if anything is.
std::optional<std::string> wrong_store(const std::string& url);

/// The store that the command line names, or POSSE_STORE; empty if neither does.
std::string store_url(const Globals& globals);

/// Reads a name or a whole number of at least `least` that was given as `what`; says on standard
/// error what is wrong with it, and is empty then.
std::optional<Name> read_name(const std::string& what, const std::string& text);
std::optional<std::int64_t> read_number(const std::string& what, const std::string& text,
                                        std::int64_t least);

}  // namespace posse
