/// `posse node`
// SPDX-License-Identifier: Apache-2.0
#include <csignal>
#include <set>
#include <sys/prctl.h>
#include <utility>

#include "cli/commands.h"
#include "cli/node_config.h"
#include "cli/patroller.h"
#include "node/web_node.h"

namespace posse {
namespace {

struct Arguments {
  std::string config;
  std::string listen;
  std::string id;
  std::string log_level;
  std::string log_format;
  bool check = false;
  bool ends_with_parent = false;
};

/// The command line before the environment, that before the file, that before what is usual.
Result<NodeConfig> settings_of(const Globals& globals, const Arguments& arguments) {
  NodeConfig config;
  if (!arguments.config.empty()) {
    auto read = read_node_config(arguments.config);
    if (!read) return read.error();
    config = *std::move(read);
  }
  const std::string url = store_url(globals);
  if (!url.empty()) config.store = url;
  if (!arguments.listen.empty()) config.listen = arguments.listen;
  if (!arguments.id.empty()) config.id = arguments.id;
  if (const auto level = log_level(arguments.log_level)) config.log.least = *level;
  if (const auto format = log_format(arguments.log_format)) config.log.format = *format;
  return config;
}

/// Hears what the patrol comes to. An alarm is told once: it stays until somebody has looked.
class PatrolLog {
 public:
  PatrolLog(Log& log, Metrics& metrics) : log_(log), metrics_(metrics) {}

  void hear(const Summary& pass) {
    if (pass.finished > 0) {
      metrics_.recovered(pass.oldest);
      log_.write(LogLevel::info, "recovered",
                 {{"entries", pass.finished}, {"oldest_ms", pass.oldest.count()}});
    }
    if (pass.errors > 0) {
      log_.write(LogLevel::warning, "patrol hindered",
                 {{"errors", pass.errors}, {"last", pass.last_error}});
    }
    for (const auto& alarm : pass.alarms) {
      if (told_.insert(alarm).second) log_.write(LogLevel::error, "alarm", {{"books", alarm}});
    }
  }

 private:
  Log& log_;
  Metrics& metrics_;
  std::set<std::string> told_;
};

Task<Exit> serve(Host* host, Globals globals, NodeConfig config) {
  auto server = Server::listen(host->io().get_executor(), config.listen, config.limits);
  if (!server) co_return report(server.error());
  if (config.id.empty()) config.id = process_name(host->random());
  Log log(config.log);
  Patroller patroller(*host, config.id, std::make_unique<Lottery>(host->random()));
  const WebNode::Doors doors{.store = host->store(),
                             .clock = host->clock(),
                             .random = host->random(),
                             .shop = host->shop(),
                             .patrol = patroller.patrol(),
                             .membership = patroller.membership(),
                             .log = log,
                             .executor = host->io().get_executor()};
  WebNode node(doors, *std::move(server));
  PatrolLog patrol_log(log, node.metrics());
  host->observed().observe(&node.metrics());
  patroller.patrol().tell([&patrol_log](const Summary& pass) { patrol_log.hear(pass); });
  node.start();
  patroller.patrol().start();
  const std::string url = "http://" + node.address();
  log.write(LogLevel::info, "started", {{"url", url}, {"id", config.id}, {"store", config.store}});
  if (globals.json)
    print(boost::json::object{{"url", url}, {"id", config.id}});
  else
    print(config.id + " answers at " + url + "; end it with Ctrl-C\n");
  co_await end_is_asked_for(host);
  log.write(LogLevel::info, "stopping", {});
  co_await node.stop();
  co_await patroller.patrol().stop();
  co_await host->shop().close();  // what is settled behind the last answers is observed too
  host->observed().observe(nullptr);
  log.write(LogLevel::info, "stopped", {});
  co_return Exit::fine;
}

Exit check(const Globals& globals, const NodeConfig& config) {
  boost::json::object settings{
      {"store", config.store}, {"listen", config.listen}, {"id", config.id}};
  if (globals.json)
    print(settings);
  else
    print("the settings are fine\n");
  return Exit::fine;
}

Exit run(const Globals& globals, const Arguments& arguments) {
  const auto config = settings_of(globals, arguments);
  if (!config) return usage_error(config.error().detail);
  if (!Server::is_address(config->listen)) {
    return usage_error("--listen " + std::string(server_address_rule) + ", not `" + config->listen +
                       "`");
  }
  if (arguments.check) return check(globals, *config);
  if (arguments.ends_with_parent) (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
  return with_new_host(config->store, [&](Host* host) { return serve(host, globals, *config); });
}

}  // namespace

void add_node_command(CLI::App& app, Chosen& chosen) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("node", "Answer over HTTP, and patrol");
  command
      ->add_option("--config", arguments->config,
                   "file of settings (TOML); the command line comes before it")
      ->type_name("FILE");
  command->add_flag("--check", arguments->check, "read the settings, say what is wrong, and end");
  command
      ->add_option("--listen", arguments->listen,
                   "IP address and port (127.0.0.1:8080); port 0 takes a free one")
      ->type_name("HOST:PORT");
  add_id_option(*command, arguments->id);
  command->add_option("--log-level", arguments->log_level, "debug, info, warning or error (info)")
      ->check(CLI::IsMember({"debug", "info", "warning", "error"}));
  command->add_option("--log-format", arguments->log_format, "text or json (text)")
      ->check(CLI::IsMember({"text", "json"}));
  // A demonstration that is killed leaves nobody behind.
  command->add_flag("--ends-with-parent", arguments->ends_with_parent)->group("");
  add_store_option(*command, chosen);
  add_json_option(*command, chosen);
  command->callback([&chosen, arguments] {
    chosen.run = [&chosen, arguments] { return run(chosen.globals, *arguments); };
  });
}

}  // namespace posse
