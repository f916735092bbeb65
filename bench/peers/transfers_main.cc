/// `posse-bench-transfers`: clients that move money between two of many documents, at full speed.
// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "bench/peers/program.h"
#include "bench/peers/teller_program.h"
#include "cli/latencies.h"
#include "cli/report.h"
#include "core/task_group.h"
#include "system/system_random.h"

namespace posse::bench {
namespace {

using Moment = std::chrono::steady_clock::time_point;

/// What all clients have done.
class Work {
 public:
  Work(Teller& teller, const TellerArguments& arguments)
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

Task<void> transfer_all(Teller* teller, TellerArguments arguments,
                        boost::asio::any_io_executor executor) {
  co_await teller->prepare(arguments.documents, first_balance);
  Work work(*teller, arguments);
  const Moment began = std::chrono::steady_clock::now();
  TaskGroup clients(executor);
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

int run_with(int argc, char** argv) {
  TellerArguments arguments{.peer = {}, .documents = 10'000, .folder = {}, .address = {}};
  CLI::App app("Moves money between two documents.", "posse-bench-transfers");
  add_options(app, arguments);
  return run_program(app, argc, argv, [&] {
    return run_teller(arguments, [&](Teller* teller, boost::asio::any_io_executor executor) {
      return transfer_all(teller, arguments, std::move(executor));
    });
  });
}

}  // namespace
}  // namespace posse::bench

int main(int argc, char** argv) {
  return posse::bench::run_with(argc, argv);
}
