/// `posse node`
// SPDX-License-Identifier: Apache-2.0
#include <csignal>
#include <sys/prctl.h>
#include <utility>
#include <vector>

#include "cli/commands.h"
#include "cli/node_config.h"
#include "cli/node_thread.h"
#include "cli/serving.h"
#include "core/task_group.h"
#include "patrol/membership.h"

namespace posse {
namespace {

struct Arguments {
  std::string config;
  std::string listen;
  std::string id;
  std::string log_level;
  std::string log_format;
  std::size_t threads = 0;
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
  if (arguments.threads > 0) config.threads = arguments.threads;
  if (const auto level = log_level(arguments.log_level)) config.log.least = *level;
  if (const auto format = log_format(arguments.log_format)) config.log.format = *format;
  return config;
}

/// What the nodes of this process are called: `id`, and with a number behind it.
std::string name_of(const std::string& id, std::size_t thread) {
  return thread == 0 ? id : id + "-" + std::to_string(thread + 1);
}

/// A host for each thread but the first.
Result<std::vector<std::unique_ptr<Host>>> hosts_beside(Host& first, std::size_t threads) {
  std::vector<std::unique_ptr<Host>> hosts;
  while (hosts.size() + 1 < threads) {
    auto host = first.beside();
    if (!host) return host.error();
    hosts.push_back(*std::move(host));
  }
  return hosts;
}

/// A misspelt store would look like a shop without anything in it: that is said.
void tell(const Globals& globals, const NodeConfig& config, const std::string& url, bool is_new) {
  if (globals.json) return print(boost::json::object{{"url", url}, {"id", config.id}});
  if (is_new) print("a new shop, without anything in it: " + config.store + "\n");
  print(config.id + " answers at " + url + "; end it with Ctrl-C\n");
}

/// The nodes of this process, the first of them on this thread.
class Nodes {
 public:
  Nodes(Host& first, std::vector<std::unique_ptr<Host>> beside, const NodeConfig& config,
        std::vector<std::unique_ptr<Server>> servers)
      : executor_(first.io().get_executor()),
        first_(first, config.log, config.id, std::move(servers.front())) {
    std::vector<WebNode*> all{&first_.node()};
    for (std::size_t i = 0; i < beside.size(); ++i) {
      others_.push_back(std::make_unique<NodeThread>(
          std::move(beside[i]), config.log, name_of(config.id, i + 1), std::move(servers[i + 1])));
      all.push_back(&others_.back()->node());
    }
    for (WebNode* node : all) node->work_with(all);
  }

  Serving& first() { return first_; }

  void start() {
    for (const auto& other : others_) other->start();
    first_.start();
  }

  Task<void> stop() {
    TaskGroup stopping(executor_);
    stopping.spawn(first_.stop_answering());
    for (const auto& other : others_) stopping.spawn(other->stop_answering());
    co_await stopping.join();
    stopping.spawn(first_.leave());
    for (const auto& other : others_) stopping.spawn(other->leave());
    co_await stopping.join();
  }

 private:
  boost::asio::any_io_executor executor_;
  Serving first_;
  std::vector<std::unique_ptr<NodeThread>> others_;
};

Task<Exit> serve(Host* host, Globals globals, NodeConfig config) {
  auto beside = hosts_beside(*host, config.threads);
  if (!beside) co_return report(beside.error());
  std::vector<boost::asio::any_io_executor> executors{host->io().get_executor()};
  for (const auto& other : *beside) executors.emplace_back(other->io().get_executor());
  auto servers = Server::listen(executors, config.listen, config.limits, config.proxies);
  if (!servers) co_return report(servers.error());
  if (config.id.empty()) config.id = process_name(host->random());
  Nodes nodes(*host, *std::move(beside), config, *std::move(servers));
  EndRequest end(host->io());
  nodes.start();
  const std::string url = "http://" + nodes.first().node().address();
  Log& log = nodes.first().log();
  log.write(
      LogLevel::info, "started",
      {{"url", url}, {"id", config.id}, {"store", config.store}, {"threads", config.threads}});
  const bool is_new = host->opened().was_new();
  if (is_new) log.write(LogLevel::warning, "new shop", {{"store", config.store}});
  if (const auto warning = host->opened().warning())
    log.write(LogLevel::warning, "store", {{"warning", *warning}});
  tell(globals, config, url, is_new);
  co_await end.heard();
  log.write(LogLevel::info, "stopping", {});
  co_await nodes.stop();
  log.write(LogLevel::info, "stopped", {});
  co_return Exit::fine;
}

Exit check(const Globals& globals, const NodeConfig& config) {
  boost::json::object settings{{"store", config.store},
                               {"listen", config.listen},
                               {"id", config.id},
                               {"threads", config.threads}};
  if (globals.json)
    print(settings);
  else
    print(std::string("the settings are fine") +
          (is_there(config.store) ? "\n" : "; there is no shop yet, the node will make one\n"));
  return Exit::fine;
}

Exit run(const Globals& globals, const Arguments& arguments) {
  const auto config = settings_of(globals, arguments);
  if (!config) return usage_error(config.error().detail);
  if (const auto wrong = wrong_store(config->store)) return usage_error(*wrong);
  if (!Server::is_address(config->listen)) {
    return usage_error("--listen " + std::string(server_address_rule) + ", not `" + config->listen +
                       "`");
  }
  const std::string last = name_of(config->id, config->threads - 1);
  if (last.size() > node_name_max) {
    return usage_error("--id must leave room for a number behind it: `" + last +
                       "` has more than " + std::to_string(node_name_max) + " characters");
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
  command
      ->add_option("--threads", arguments->threads,
                   "nodes in this process, each on a thread of its own, 1 to 64 (1)")
      ->check(CLI::Range(1, node_threads_max));
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
