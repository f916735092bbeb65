/// `posse demo`
// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"
#include "cli/demo.h"
#include "cli/scratch.h"

namespace posse {
namespace {

struct Arguments {
  DemoPlan plan;
  double seconds = 30;
  double kill_every = 2;
  double freeze_every = 0;
};

Task<Exit> demo(Host* host, Globals globals, DemoPlan plan, std::filesystem::path logs) {
  Demo demo(*host, std::move(globals), plan, std::move(logs));
  co_return co_await demo.run();
}

std::chrono::milliseconds milliseconds(double seconds) {
  return std::chrono::milliseconds{static_cast<std::int64_t>(seconds * 1000)};
}

Exit run(Globals globals, Arguments arguments) {
  const Scratch scratch("demo");
  if (globals.store.empty()) globals.store = scratch.store_url();
  if (globals.store == "memory:")
    return usage_error("--store must be one that processes can share, not memory:");
  arguments.plan.length = std::chrono::seconds{static_cast<std::int64_t>(arguments.seconds)};
  arguments.plan.kill_every = milliseconds(arguments.kill_every);
  arguments.plan.freeze_every = milliseconds(arguments.freeze_every);
  return with_new_host(globals.store, [&](Host* host) {
    return demo(host, globals, arguments.plan, scratch.path());
  });
}

void add_sizes(CLI::App& command, DemoPlan& plan) {
  command.add_option("--nodes", plan.nodes, "nodes (3)")->check(CLI::Range(1, 64));
  command.add_option("--buyers", plan.buyers, "buyers, each with a connection (50)")
      ->check(CLI::Range(1, 1024));
  command.add_option("--accounts", plan.accounts, "accounts they buy for (100)")
      ->check(CLI::Range(1, 100'000));
  command.add_option("--campaigns", plan.campaigns, "campaigns they buy from (2)")
      ->check(CLI::Range(std::size_t{1}, campaigns_per_owner_max));
}

}  // namespace

void add_demo_command(CLI::App& app, Chosen& chosen) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand(
      "demo",
      "Nodes that sell over HTTP at full speed, one killed every few seconds; then the audit");
  add_sizes(*command, arguments->plan);
  command->add_option("--seconds", arguments->seconds, "how long (30)")
      ->check(CLI::Range(1, 86400));
  const auto is_decimal = [](const std::string& text) {
    const bool digits = text.find_first_not_of("0123456789.") == std::string::npos;
    return digits ? std::string() : "must be 0.1 to 3600 seconds, not " + text;  // no `nan`
  };
  command->add_option("--kill-every", arguments->kill_every, "seconds between two kills (2)")
      ->check(CLI::Range(0.1, 3600.0))
      ->check(is_decimal);
  command
      ->add_option("--freeze-every", arguments->freeze_every,
                   "seconds between two freezes of 0.1 to 5 s; none: no freezes")
      ->check(CLI::Range(0.1, 3600.0))
      ->check(is_decimal);
  command
      ->add_option("--store", chosen.globals.store,
                   std::string(store_url_forms) + ", not a real shop's; none: one of its own")
      ->type_name("URL");
  add_json_option(*command, chosen);
  command->callback([&chosen, arguments] {
    chosen.run = [&chosen, arguments] { return run(chosen.globals, *arguments); };
  });
}

}  // namespace posse
