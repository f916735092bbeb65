/// Wiring a node, and taking it down in order.
// SPDX-License-Identifier: Apache-2.0
#include "cli/serving.h"

#include <utility>

namespace posse {

void PatrolLog::hear(const Summary& pass) {
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

Serving::Serving(Host& host, const LogOptions& log, std::string id, std::unique_ptr<Server> server)
    : host_(host),
      log_(log),
      patroller_(host, std::move(id), std::make_unique<Lottery>(host.random())),
      node_({.store = host.store(),
             .scan = host.scan(),
             .watch = host.watch(),
             .clock = host.clock(),
             .random = host.random(),
             .shop = host.shop(),
             .patrol = patroller_.patrol(),
             .membership = patroller_.membership(),
             .log = log_,
             .executor = host.io().get_executor()},
            std::move(server)),
      patrol_log_(log_, node_.metrics()) {}

void Serving::start() {
  host_.observed().observe(&node_.metrics());
  patroller_.patrol().tell([this](const Summary& pass) {
    patrol_log_.hear(pass);
    node_.hear(pass);
  });
  node_.start();
  patroller_.patrol().start();
}

Task<void> Serving::stop_answering() {
  return node_.stop();
}

Task<void> Serving::leave() {
  co_await patroller_.patrol().stop();
  co_await host_.shop().close();  // what is settled behind the last answers is observed too
  host_.observed().observe(nullptr);
}

}  // namespace posse
