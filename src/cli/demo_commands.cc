/// `posse demo`, and the processes it starts
// SPDX-License-Identifier: Apache-2.0
#include <csignal>
#include <sys/prctl.h>

#include "cli/commands.h"
#include "cli/demo.h"
#include "cli/load.h"
#include "cli/patroller.h"
#include "cli/sample.h"
#include "cli/scratch.h"
#include "cli/witness_log.h"

namespace posse {
namespace {

struct Arguments {
  DemoPlan plan;
  double seconds = 30;
  double kill_every = 2;
  std::string id;
  std::string log;
};

/// One in so many offers of a demonstration's buyers is too low, so that there are refusals to hold
/// against the books.
constexpr std::uint64_t too_low_in = 20;

Task<Exit> demo(Host* host, Globals globals, DemoPlan plan, std::filesystem::path logs) {
  Demo demo(*host, std::move(globals), plan, std::move(logs));
  co_return co_await demo.run();
}

Exit run_demo(Globals globals, Arguments arguments) {
  const Scratch scratch("demo");
  if (globals.store.empty()) globals.store = scratch.store_url();
  if (globals.store == "memory:")
    return usage_error("--store must be one that processes can share, not memory:");
  arguments.plan.length = std::chrono::seconds{static_cast<std::int64_t>(arguments.seconds)};
  arguments.plan.kill_every =
      std::chrono::milliseconds{static_cast<std::int64_t>(arguments.kill_every * 1000)};
  return with_new_host(globals.store, [&](Host* host) {
    return demo(host, globals, arguments.plan, scratch.path());
  });
}

Task<void> stop_when_asked(Host* host, Load* load) {
  co_await end_is_asked_for(host);
  load->stop();
}

/// Buys and patrols until it is asked to end.
Task<Exit> node(Host* host, Arguments arguments) {
  (void)prctl(PR_SET_PDEATHSIG, SIGKILL);  // whoever demonstrates is gone: so is this process
  WitnessLog log(arguments.log);
  LoadPlan plan{.accounts = sample_names(demo_prefix, arguments.plan.accounts),
                .campaigns = sample_names(demo_prefix, arguments.plan.campaigns),
                .max_price = demo_price,
                .buyers = arguments.plan.buyers,
                .length = std::chrono::hours{24},
                .too_low_in = too_low_in};
  Load load(*host, std::move(plan), log);
  Patroller patroller(*host, arguments.id, std::make_unique<Lottery>(host->random()));
  patroller.patrol().start();
  host->shop().journal().tasks().spawn(stop_when_asked(host, &load));
  const auto result = co_await load.run();
  co_await patroller.patrol().stop();
  co_return result.failed == 0 ? Exit::fine : Exit::unreachable;
}

void add_plan_options(CLI::App& command, Arguments& arguments) {
  command.add_option("--buyers", arguments.plan.buyers, "buyers in each process (16)")
      ->check(CLI::Range(1, 1024));
  command.add_option("--accounts", arguments.plan.accounts, "accounts they buy for (100)")
      ->check(CLI::Range(1, 100'000));
  command.add_option("--campaigns", arguments.plan.campaigns, "campaigns they buy from (2)")
      ->check(CLI::Range(std::size_t{1}, campaigns_per_owner_max));
}

}  // namespace

void add_demo_commands(CLI::App& app, Chosen& chosen) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand(
      "demo", "Processes that buy at full speed, one killed every few seconds; then the audit");
  command->add_option("--processes", arguments->plan.processes, "processes (3)")
      ->check(CLI::Range(1, 64));
  command->add_option("--seconds", arguments->seconds, "how long (30)")
      ->check(CLI::Range(1, 86400));
  const auto is_decimal = [](const std::string& text) {
    const bool digits = text.find_first_not_of("0123456789.") == std::string::npos;
    return digits ? std::string() : "must be 0.1 to 3600 seconds, not " + text;  // no `nan`
  };
  command->add_option("--kill-every", arguments->kill_every, "seconds between two kills (2)")
      ->check(CLI::Range(0.1, 3600.0))
      ->check(is_decimal);
  add_plan_options(*command, *arguments);
  command
      ->add_option("--store", chosen.globals.store,
                   "lmdb:DIRECTORY, not a real shop's; none: one of its own")
      ->type_name("URL");
  add_json_option(*command, chosen);
  command->callback([&chosen, arguments] {
    chosen.run = [&chosen, arguments] { return run_demo(chosen.globals, *arguments); };
  });

  CLI::App* one = app.add_subcommand("demo-node", "One process of a demonstration")->group("");
  one->add_option("--id", arguments->id, "its name")->required();
  one->add_option("--log", arguments->log, "where it writes what its buyers were told")->required();
  add_plan_options(*one, *arguments);
  add_store_option(*one, chosen);
  one->callback([&chosen, arguments] {
    chosen.run = [&chosen, arguments] {
      return with_host(chosen.globals, [&](Host* host) { return node(host, *arguments); });
    };
  });
}

}  // namespace posse
