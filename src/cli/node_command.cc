/// `posse node`
// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"
#include "cli/patroller.h"
#include "node/web_node.h"

namespace posse {
namespace {

struct Arguments {
  std::string listen = "127.0.0.1:8080";
  std::string id;
};

Task<Exit> serve(Host* host, Globals globals, Arguments arguments) {
  auto server = Server::listen(host->io().get_executor(), arguments.listen, ServerLimits{});
  if (!server) co_return report(server.error());
  if (arguments.id.empty()) arguments.id = process_name(host->random());
  Patroller patroller(*host, arguments.id, std::make_unique<Lottery>(host->random()));
  const WebNode::Doors doors{.store = host->store(),
                             .clock = host->clock(),
                             .random = host->random(),
                             .shop = host->shop(),
                             .patrol = patroller.patrol(),
                             .membership = patroller.membership(),
                             .executor = host->io().get_executor()};
  WebNode node(doors, *std::move(server));
  host->observed().observe(&node.metrics());
  patroller.patrol().tell([&node](const Summary& pass) {
    if (pass.finished > 0) node.metrics().recovered(pass.oldest);
  });
  node.start();
  patroller.patrol().start();
  const std::string url = "http://" + node.address();
  if (globals.json)
    print(boost::json::object{{"url", url}, {"id", arguments.id}});
  else
    print(arguments.id + " answers at " + url + "; end it with Ctrl-C\n");
  co_await end_is_asked_for(host);
  co_await node.stop();
  co_await patroller.patrol().stop();
  co_await host->shop().close();  // what is settled behind the last answers is observed too
  host->observed().observe(nullptr);
  co_return Exit::fine;
}

}  // namespace

void add_node_command(CLI::App& app, Chosen& chosen) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("node", "Answer over HTTP, and patrol");
  command
      ->add_option("--listen", arguments->listen,
                   "IP address and port (127.0.0.1:8080); port 0 takes a free one")
      ->type_name("HOST:PORT");
  add_id_option(*command, arguments->id);
  add_store_option(*command, chosen);
  add_json_option(*command, chosen);
  command->callback([&chosen, arguments] {
    chosen.run = [&chosen, arguments] {
      return with_new_host(store_url(chosen.globals),
                           [&](Host* host) { return serve(host, chosen.globals, *arguments); });
    };
  });
}

}  // namespace posse
