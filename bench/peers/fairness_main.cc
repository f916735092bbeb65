/// `posse-bench-fairness`: one of several processes whose clients all want the same few documents;
/// it tells what each client was given.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iostream>
#include <utility>

#include "bench/peers/program.h"
#include "bench/peers/teller_program.h"
#include "cli/report.h"
#include "core/task_group.h"
#include "system/system_random.h"

namespace posse::bench {
namespace {

namespace json = boost::json;
using Moment = std::chrono::steady_clock::time_point;

struct Arguments : TellerArguments {
  std::string task;
};

/// What one client was given.
struct Share {
  std::uint64_t done = 0;      ///< Transfers that were answered before the time was over.
  std::uint64_t lost_run = 0;  ///< How often in a row somebody else was first.
  std::vector<std::int64_t> waits_us;
};

class Work {
 public:
  Work(Teller& teller, const Arguments& arguments)
      : teller_(teller),
        moved_(arguments.documents),
        shares_(arguments.clients),
        until_(std::chrono::steady_clock::now() + std::chrono::seconds{arguments.seconds}) {}

  /// The last transfer of a client counts as a wait, however long after the end it is answered:
  /// whoever is starved is answered only when the others have gone.
  Task<void> client(std::size_t number) {
    for (Moment now = std::chrono::steady_clock::now(); now < until_;) {
      const Transfer transfer = some_transfer(random_, moved_.size());
      const std::uint64_t lost = co_await teller_.transfer(transfer);
      moved_[transfer.from] -= transfer.amount;
      moved_[transfer.to] += transfer.amount;
      const Moment before = std::exchange(now, std::chrono::steady_clock::now());
      Share& share = shares_[number];
      share.done += now < until_ ? 1 : 0;
      share.lost_run = std::max(share.lost_run, lost);
      const auto waited = std::chrono::duration_cast<std::chrono::microseconds>(now - before);
      share.waits_us.push_back(waited.count());
    }
  }

  json::object row() const {
    json::array done;
    json::array lost;
    json::array waits;
    for (const Share& share : shares_) {
      done.push_back(share.done);
      lost.push_back(share.lost_run);
      waits.insert(waits.end(), share.waits_us.begin(), share.waits_us.end());
    }
    json::array moved(moved_.begin(), moved_.end());
    return {{"done", std::move(done)},
            {"lost", std::move(lost)},
            {"waits_us", std::move(waits)},
            {"moved", std::move(moved)}};
  }

 private:
  Teller& teller_;
  std::vector<std::int64_t> moved_;
  std::vector<Share> shares_;
  Moment until_;
  SystemRandom random_;
};

/// All processes begin together: each says that it is ready, and waits for a line.
void wait_for_the_others() {
  print(json::object{{"ready", true}});
  std::string line;
  if (!std::getline(std::cin, line)) give_up("nobody has told it to begin");
}

Task<void> transfer_all(Teller* teller, Arguments arguments,
                        boost::asio::any_io_executor executor) {
  wait_for_the_others();
  Work work(*teller, arguments);
  TaskGroup clients(executor);
  for (std::size_t i = 0; i < arguments.clients; ++i) clients.spawn(work.client(i));
  co_await clients.join();
  print(work.row());
}

Task<void> look(Teller* teller, std::size_t documents) {
  const auto found = co_await teller->balances(documents);
  json::array moved;
  for (const std::int64_t balance : found) moved.push_back(balance - first_balance);
  print(json::object{{"moved", std::move(moved)}});
}

Task<void> act(Teller* teller, Arguments arguments, boost::asio::any_io_executor executor) {
  if (arguments.task == "prepare") co_await teller->prepare(arguments.documents, first_balance);
  if (arguments.task == "transfer") co_await transfer_all(teller, arguments, executor);
  if (arguments.task == "look") co_await look(teller, arguments.documents);
  co_await teller->close();
}

int run_with(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("Wants the same few documents as others.", "posse-bench-fairness");
  app.add_option("--task", arguments.task,
                 "prepare: make the accounts; transfer, once a line is read; look: what has moved")
      ->required()
      ->check(CLI::IsMember({"prepare", "transfer", "look"}));
  add_options(app, arguments);
  return run_program(app, argc, argv, [&] {
    return run_teller(arguments, [&](Teller* teller, boost::asio::any_io_executor executor) {
      return act(teller, arguments, std::move(executor));
    });
  });
}

}  // namespace
}  // namespace posse::bench

int main(int argc, char** argv) {
  return posse::bench::run_with(argc, argv);
}
