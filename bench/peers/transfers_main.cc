/// `posse-bench-transfers`: clients that move money between two of many documents, at full speed.
// SPDX-License-Identifier: Apache-2.0
#include <csignal>
#include <utility>

#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>

#include "bench/peers/tellers.h"
#include "cli/exit.h"
#include "cli/latencies.h"
#include "cli/report.h"
#include "core/task_group.h"
#include "system/system_random.h"

namespace posse::bench {
namespace {

using Moment = std::chrono::steady_clock::time_point;

constexpr std::int64_t first_balance = 1'000'000'000;

struct Arguments {
  std::string peer;
  std::size_t documents = 10'000;
  std::size_t clients = 64;
  std::size_t seconds = 5;
  std::size_t connections = 0;
  std::string folder;
  std::string address;
  bool json = false;
};

/// What all clients have done.
class Work {
 public:
  Work(Teller& teller, const Arguments& arguments)
      : teller_(teller),
        count_(arguments.documents),
        expected_(count_, first_balance),
        until_(std::chrono::steady_clock::now() + std::chrono::seconds{arguments.seconds}) {}

  Task<void> client() {
    for (Moment now = std::chrono::steady_clock::now(); now < until_;) {
      const Transfer transfer = some_transfer(random_, count_);
      repeats_ += co_await teller_.transfer(transfer);
      expected_[transfer.from] -= transfer.amount;
      expected_[transfer.to] += transfer.amount;
      const Moment before = std::exchange(now, std::chrono::steady_clock::now());
      latencies_.add(std::chrono::duration_cast<std::chrono::microseconds>(now - before));
    }
  }

  const std::vector<std::int64_t>& expected() const { return expected_; }
  const Latencies& latencies() const { return latencies_; }
  std::uint64_t repeats() const { return repeats_; }

 private:
  Teller& teller_;
  std::size_t count_;
  std::vector<std::int64_t> expected_;
  Moment until_;
  SystemRandom random_;
  Latencies latencies_;
  std::uint64_t repeats_ = 0;
};

Task<void> transfer_all(Teller* teller, Arguments arguments, boost::asio::io_context* io) {
  co_await teller->prepare(arguments.documents, first_balance);
  Work work(*teller, arguments);
  const Moment began = std::chrono::steady_clock::now();
  TaskGroup clients(io->get_executor());
  for (std::size_t i = 0; i < arguments.clients; ++i) clients.spawn(work.client());
  co_await clients.join();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  const auto found = co_await teller->balances(arguments.documents);
  if (found != work.expected()) give_up("the books of " + arguments.peer + " are wrong");
  const Latencies& latencies = work.latencies();
  boost::json::object row{{"peer", arguments.peer},
                          {"documents", arguments.documents},
                          {"clients", arguments.clients},
                          {"per_second", static_cast<double>(latencies.count()) / took.count()},
                          {"p50_us", latencies.percentile(0.5).count()},
                          {"p99_us", latencies.percentile(0.99).count()},
                          {"repeats", work.repeats()},
                          {"sound", true}};
  print(row);
  co_await teller->close();
}

Exit run(const Arguments& arguments) {
  boost::asio::io_context io(1);
  const Place place{.io = &io,
                    .folder = arguments.folder,
                    .address = arguments.address,
                    .connections = arguments.connections,
                    .buyers = arguments.clients};
  const auto teller = make_teller(arguments.peer, place);
  const auto ended = [&](const std::exception_ptr& thrown) {
    if (thrown) std::rethrow_exception(thrown);
    io.stop();
  };
  boost::asio::co_spawn(io, transfer_all(teller.get(), arguments, &io), ended);
  io.run();
  return Exit::fine;
}

void add_options(CLI::App& app, Arguments& arguments) {
  app.add_option("--peer", arguments.peer, teller_help)
      ->required()
      ->check(CLI::IsMember(teller_names));
  app.add_option("--documents", arguments.documents, "accounts (10000)")
      ->check(CLI::Range(2, 10'000'000));
  app.add_option("--clients", arguments.clients, "at a time (64)")->check(CLI::Range(1, 4096));
  app.add_option("--seconds", arguments.seconds, "how long (5)")->check(CLI::Range(1, 86400));
  app.add_option("--connections", arguments.connections, "to PostgreSQL (16)");
  app.add_option("--folder", arguments.folder, "of Posse's store: an empty one");
  app.add_option("--address", arguments.address, "of PostgreSQL, whose data is deleted: conninfo");
  app.add_flag("--json", arguments.json, "as it is printed anyway");
}

}  // namespace
}  // namespace posse::bench

int main(int argc, char** argv) {
  (void)std::signal(SIGPIPE, SIG_IGN);
  posse::bench::Arguments arguments;
  CLI::App app("Moves money between two documents.", "posse-bench-transfers");
  posse::bench::add_options(app, arguments);
  try {
    app.parse(argc, argv);
    return static_cast<int>(posse::bench::run(arguments));
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : static_cast<int>(posse::Exit::usage);
  } catch (const std::exception& error) {
    posse::bench::give_up(error.what());
  }
}
