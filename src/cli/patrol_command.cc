/// `posse patrol`
// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"
#include "cli/patroller.h"
#include "core/text.h"

namespace posse {
namespace {

struct Arguments {
  bool once = false;
  std::string id;
  std::string schedule = "lottery";
};

boost::json::object to_json(const Summary& summary) {
  boost::json::array alarms;
  for (const auto& alarm : summary.alarms) alarms.emplace_back(alarm);
  return {{"sequences", summary.sequences},
          {"finished", summary.finished},
          {"errors", summary.errors},
          {"oldest_ms", summary.oldest.count()},
          {"alarms", std::move(alarms)}};
}

Exit report(const Globals& globals, const Summary& summary) {
  for (const auto& alarm : summary.alarms) (void)report(Error{Errc::books_broken, alarm});
  if (summary.errors > 0) (void)report(Error{Errc::unavailable, summary.last_error});
  if (globals.json) {
    print(to_json(summary));
  } else {
    print("looked at " + with_thousands(summary.sequences) + " sequences, finished " +
          with_thousands(summary.finished) + " entries\n");
  }
  if (!summary.alarms.empty()) return Exit::refused;
  return summary.errors > 0 ? Exit::unreachable : Exit::fine;
}

Task<Exit> patrol(Host* host, Globals globals, Arguments arguments) {
  std::unique_ptr<Schedule> schedule;
  if (arguments.schedule == "rotation")
    schedule = std::make_unique<Rotation>();
  else
    schedule = std::make_unique<Lottery>(host->random());
  if (arguments.id.empty()) arguments.id = process_name(host->random());
  Patroller patroller(*host, arguments.id, std::move(schedule));
  if (arguments.once) {
    const auto summary = co_await patroller.patrol().once();
    co_return report(globals, summary);
  }
  EndRequest end(host->io());
  if (!globals.json) print(arguments.id + " patrols; end it with Ctrl-C\n");
  patroller.patrol().start();
  co_await end.heard();
  co_await patroller.patrol().stop();
  co_return report(globals, patroller.patrol().counters().rounds);
}

}  // namespace

void add_patrol_command(CLI::App& app, Chosen& chosen) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command =
      app.add_subcommand("patrol", "Be a posse member: finish what others have left behind");
  command->add_flag("--once", arguments->once, "one pass over everything, then end");
  add_id_option(*command, arguments->id);
  command
      ->add_option("--schedule", arguments->schedule,
                   "who patrols when: lottery or rotation (lottery)")
      ->check(CLI::IsMember({"lottery", "rotation"}));
  add_store_option(*command, chosen);
  add_json_option(*command, chosen);
  command->callback([&chosen, arguments] {
    chosen.run = [&chosen, arguments] {
      return with_host(chosen.globals,
                       [&](Host* host) { return patrol(host, chosen.globals, *arguments); });
    };
  });
}

}  // namespace posse
