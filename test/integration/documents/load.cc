/// Clients that change documents of a store together, and write down what they ask and hear.
// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <iostream>

#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "core/task_group.h"
#include "posse/open.h"
#include "system/system_clock.h"
#include "system/system_random.h"
#include "workload.h"

namespace posse::testing {
namespace {

Task<void> client(Stage* stage, Workload* workload) {
  const Steady until = stage->clock.steady() + stage->plan.length;
  while (stage->clock.steady() < until) co_await workload->step();
}

/// Takes the next line that no other client has taken, until there is none.
Task<void> last_client(std::ifstream* last, Workload* workload) {
  for (std::string line; std::getline(*last, line);) {
    boost::json::object what = boost::json::parse(line).as_object();
    co_await workload->finish(std::move(what));
  }
}

Task<void> do_all(Stage* stage, Workload* workload, TaskGroup* clients) {
  const bool is_last = !stage->plan.last.empty();
  std::ifstream last(stage->plan.last);
  if (!is_last) stage->documents.patrol();
  if (stage->plan.prepares) co_await workload->prepare();
  for (std::size_t i = 0; i < stage->plan.clients; ++i) {
    if (is_last)
      clients->spawn(last_client(&last, workload));
    else
      clients->spawn(client(stage, workload));
  }
  co_await clients->join();
  co_await stage->documents.close();
}

int run(const Plan& plan) {
  boost::asio::io_context io(1);
  const auto opened = open_store(plan.store, Missing::create, io.get_executor());
  if (!opened) {
    std::cerr << "posse_documents_load: " << opened.error().detail << '\n';
    return 1;
  }
  SystemClock clock(io.get_executor());
  SystemRandom random;
  History history(plan.history);
  Documents documents({(*opened)->store(), clock, random, io.get_executor()});
  Stage stage{
      .documents = documents, .clock = clock, .random = random, .history = history, .plan = plan};
  const auto workload = plan.workload == "bank" ? make_bank(stage) : make_append(stage);
  TaskGroup clients(io.get_executor());
  const auto ended = [&](const std::exception_ptr& thrown) {
    if (thrown) std::rethrow_exception(thrown);
    io.stop();
  };
  boost::asio::co_spawn(io, do_all(&stage, workload.get(), &clients), ended);
  io.run();
  return 0;
}

}  // namespace
}  // namespace posse::testing

int main(int count, char** words) {
  posse::testing::Plan plan;
  CLI::App app("Changes documents together.", "posse_documents_load");
  std::size_t seconds = 10;
  app.add_option("--store", plan.store, posse::store_url_forms)->required();
  app.add_option("--workload", plan.workload)->required()->check(CLI::IsMember({"bank", "append"}));
  app.add_option("--history", plan.history, "file to append to")->required();
  app.add_option("--process", plan.process, "a number that no other process has")->required();
  app.add_option("--clients", plan.clients);
  app.add_option("--documents", plan.documents)->check(CLI::Range(2, 10'000));
  app.add_option("--seconds", seconds);
  app.add_flag("--prepare", plan.prepares, "make what must be there first");
  app.add_option("--last", plan.last, "do what stands in this file, each client the next line");
  CLI11_PARSE(app, count, words);
  plan.length = std::chrono::seconds(seconds);
  return posse::testing::run(plan);
}
