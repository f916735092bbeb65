/// `posse-bench-puts`: what etcd writes by itself, one put for each call: no reads, nothing
/// compared. Nobody who writes one key at a time can have more of it.
// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <cstddef>
#include <exception>
#include <string>

#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "bench/peers/etcd_client.h"
#include "bench/peers/peers.h"
#include "bench/peers/program.h"
#include "cli/latencies.h"
#include "cli/report.h"
#include "core/task_group.h"

namespace posse::bench {
namespace {

using Instant = std::chrono::steady_clock::time_point;

struct Arguments {
  std::string address;
  std::size_t clients = 64;
  std::size_t seconds = 5;
  std::size_t bytes = 300;
  bool json = false;
};

struct Run {
  EtcdClient* client;
  std::size_t bytes;
  Instant until;
  Latencies waits = {};
};

/// One client's keys are its own, and never the same.
Task<void> put_again_and_again(Run* run, std::size_t client) {
  const std::string prefix = "p/" + std::to_string(client) + '/';
  for (std::size_t i = 0;; ++i) {
    const auto asked = std::chrono::steady_clock::now();
    if (asked >= run->until) co_return;
    EtcdTransaction transaction;
    transaction.put(prefix + std::to_string(i), std::string(run->bytes, 'x'));
    co_await run->client->commit(std::move(transaction));
    const auto waited = std::chrono::steady_clock::now() - asked;
    run->waits.add(std::chrono::duration_cast<std::chrono::microseconds>(waited));
  }
}

Exit run(const Arguments& arguments) {
  boost::asio::io_context io(1);
  EtcdClient client(&io, arguments.address);
  if (!client.is_empty_now()) give_up("something is in this etcd: it needs an empty one");
  const auto began = std::chrono::steady_clock::now();
  Run run{.client = &client,
          .bytes = arguments.bytes,
          .until = began + std::chrono::seconds(arguments.seconds)};
  TaskGroup clients(io.get_executor());
  for (std::size_t i = 0; i < arguments.clients; ++i) clients.spawn(put_again_and_again(&run, i));
  boost::asio::co_spawn(io, clients.join(), [&](const std::exception_ptr&) { io.stop(); });
  io.run();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  print(boost::json::object{{"clients", arguments.clients},
                            {"bytes", arguments.bytes},
                            {"per_second", static_cast<double>(run.waits.count()) / took.count()},
                            {"p99_us", run.waits.percentile(0.99).count()}});
  return Exit::fine;
}

int run_with(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("Puts key after key into etcd.", "posse-bench-puts");
  app.add_option("--address", arguments.address, "HOST:PORT,... of all members, without data")
      ->required();
  app.add_option("--clients", arguments.clients, "at a time (64)")->check(CLI::Range(1, 4096));
  app.add_option("--seconds", arguments.seconds, "how long (5)")->check(CLI::Range(1, 86400));
  app.add_option("--bytes", arguments.bytes, "of each value (300)")->check(CLI::Range(0, 1 << 20));
  app.add_flag("--json", arguments.json, "as it is printed anyway");
  return run_program(app, argc, argv, [&] { return run(arguments); });
}

}  // namespace
}  // namespace posse::bench

int main(int argc, char** argv) {
  return posse::bench::run_with(argc, argv);
}
