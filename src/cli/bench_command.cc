/// `posse bench`: load, throughput, percentiles, and the audit at the end.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <unistd.h>

#include <boost/asio/signal_set.hpp>

#include "cli/bench_row.h"
#include "cli/commands.h"
#include "cli/followers.h"
#include "cli/load.h"
#include "cli/node_config.h"
#include "cli/node_process.h"
#include "cli/node_till.h"
#include "cli/sample.h"
#include "cli/scratch.h"
#include "core/text.h"
#include "shop/audit.h"
#include "shop/audit_text.h"

namespace posse {
namespace {

using namespace std::chrono_literals;

/// More buyers than this only wait for each other: a turnstile takes 8192.
constexpr std::size_t buyers_max = 4096;

constexpr const char* prefix = "bench";
constexpr Cents price{40};

struct Arguments {
  std::vector<std::string> loads{"hot", "spread"};
  std::vector<std::size_t> buyers{1, 16, 64, 256};
  std::size_t seconds = 5;
  std::size_t accounts = 100'000;
  std::size_t campaigns = 1000;
  std::uint64_t purchases = 0;
  bool http = false;
  std::size_t threads = 1;
  std::size_t streams = 0;
  std::string peer;
  pid_t peer_process = 0;
};

/// The sample that is sold, and what all rows share.
struct Bench {
  Host* host;  ///< Whoever runs now.
  Globals globals;
  Arguments arguments;
  std::vector<Name> accounts;
  std::vector<Name> campaigns;
  std::map<Name, std::string> tokens;  // over HTTP only
  std::filesystem::path logs;
};

LoadPlan plan_of(const Bench& bench, const BenchRow& row) {
  return {
      .accounts = bench.accounts,
      .campaigns = row.load == "hot" ? std::vector<Name>{bench.campaigns.front()} : bench.campaigns,
      .max_price = price,
      .buyers = row.buyers,
      .length = std::chrono::seconds{bench.arguments.seconds},
      .purchases = bench.arguments.purchases};
}

Task<Result<void>> run_here(Bench* bench, BenchRow* row) {
  NoWitness nobody;
  ShopTill till(bench->host->shop());
  Load load(*bench->host, till, nobody, plan_of(*bench, *row));
  row->result = co_await load.run();
  co_await bench->host->shop().close();
  row->memory_mib = memory_mib(::getpid());
  co_return Result<void>{};
}

/// At whoever answers there, which is `process`; the buyers stay in this one.
Task<void> run_over_http(Bench* bench, BenchRow* row, NodeAddress address, pid_t process) {
  Host& host = *bench->host;
  NodeTill::Plan plan{
      .nodes = {address}, .tokens = bench->tokens, .buyers = row->buyers, .waits = {}};
  NodeTill till(host.io().get_executor(), host.clock(), std::move(plan));
  NoWitness nobody;
  Load load(host, till, nobody, plan_of(*bench, *row));
  const auto before = processor_time(process);
  row->result = co_await load.run();
  row->processor_time = processor_time(process) - before;
  row->memory_mib = memory_mib(process);
}

/// A node of its own for each row, and perhaps followers.
Task<Result<void>> run_at_node(Bench* bench, BenchRow* row) {
  Host& host = *bench->host;
  const NodeAddress address = free_addresses(host.io(), 1).front();
  const std::string name = "node-" + row->load + "-" + std::to_string(row->buyers);
  const NodePlan plan{.store = bench->globals.store,
                      .address = address,
                      .name = name,
                      .logs = bench->logs,
                      .threads = bench->arguments.threads,
                      .streams = bench->arguments.streams};
  Child node = start_node(plan);
  const bool is_ready = co_await becomes_ready(&host, address);
  if (!is_ready) co_return Error{Errc::unavailable, "the node does not start"};
  Followers followers(host, address, bench->campaigns.front(), bench->arguments.streams);
  co_await followers.start();
  followers.count();
  co_await run_over_http(bench, row, address, node.id());
  row->events = followers.events();
  row->event_age_p50 = followers.ages().percentile(0.5);
  row->event_age_p99 = followers.ages().percentile(0.99);
  followers.stop();
  node.send(SIGTERM);
  while (!node.ended()) co_await host.clock().sleep(10ms);
  co_await followers.join();
  co_return Result<void>{};
}

Task<Result<void>> run_row(Bench* bench, BenchRow* row) {
  if (bench->arguments.http) co_return co_await run_at_node(bench, row);
  const auto peer = read_node_addresses(bench->arguments.peer);
  if (!peer) co_return co_await run_here(bench, row);
  co_await run_over_http(bench, row, peer->front(), bench->arguments.peer_process);
  co_return Result<void>{};
}

Task<Result<void>> prepare(Bench* bench) {
  const Arguments& arguments = bench->arguments;
  const bool spread = std::ranges::find(arguments.loads, "spread") != arguments.loads.end();
  (void)std::fprintf(stderr, "preparing %s accounts\n", with_thousands(arguments.accounts).c_str());
  Host& host = *bench->host;
  const SamplePlan sample{.prefix = prefix,
                          .accounts = arguments.accounts,
                          .campaigns = spread ? arguments.campaigns : 1,
                          .price = price,
                          .funds = Cents{1'000'000'000},
                          .round = "bench-" + Uuid::make(host.clock().now(), host.random()).text()};
  bench->accounts = sample_names(prefix, sample.accounts);
  bench->campaigns = sample_names(prefix, sample.campaigns);
  if (!arguments.peer.empty()) {
    for (const auto& account : bench->accounts) bench->tokens[account] = account.text();
    co_return Result<void>{};
  }
  auto made = co_await make_sample(&host, sample);
  if (!made) co_return made;
  if (!arguments.http) co_return Result<void>{};
  auto tokens = co_await make_sessions(&host, bench->accounts);
  if (!tokens) co_return tokens.error();
  bench->tokens = *std::move(tokens);
  co_return Result<void>{};
}

/// Leaves no store of many megabytes behind when it is told to end.
void clear_at_the_end(boost::asio::signal_set* signals, std::filesystem::path scratch) {
  signals->add(SIGINT);
  signals->add(SIGTERM);
  signals->async_wait([scratch = std::move(scratch)](boost::system::error_code wrong, int signal) {
    if (wrong) return;
    std::error_code ignored;
    std::filesystem::remove_all(scratch, ignored);
    std::_Exit(128 + signal);
  });
}

Task<Exit> prepare_on(Host* host, Bench* bench) {
  boost::asio::signal_set signals(host->io());
  if (!bench->logs.empty()) clear_at_the_end(&signals, bench->logs);
  bench->host = host;
  const auto prepared = co_await prepare(bench);
  if (!prepared) co_return report(prepared.error());
  co_return Exit::fine;
}

Task<Exit> run_rows(Host* host, Bench* bench) {
  boost::asio::signal_set signals(host->io());
  if (!bench->logs.empty()) clear_at_the_end(&signals, bench->logs);
  bench->host = host;
  const bool json = bench->globals.json;
  if (!json) print(bench_header);
  for (const auto& load : bench->arguments.loads) {
    for (const std::size_t buyers : bench->arguments.buyers) {
      BenchRow row{.load = load, .buyers = buyers, .result = {}};
      const auto ran = co_await run_row(bench, &row);
      if (!ran) co_return report(ran.error());
      if (json)
        print(to_json(row));
      else
        print(to_text(row));
    }
  }
  co_return Exit::fine;
}

Task<Exit> audit_on(Host* host, Bench* bench) {
  Audit audit(host->shop().journal(), host->scan(), host->clock());
  const auto books = co_await audit.run(nullptr);
  if (!books) co_return report(books.error());
  if (bench->globals.json)
    print(to_json(*books));
  else
    print(to_text(*books));
  co_return books->sound() ? Exit::fine : Exit::refused;
}

Task<Exit> run_all(Host* host, Bench* bench) {
  const Exit prepared = co_await prepare_on(host, bench);
  if (prepared != Exit::fine) co_return prepared;
  const Exit ran = co_await run_rows(host, bench);
  if (ran != Exit::fine) co_return ran;
  co_return co_await audit_on(host, bench);
}

/// Leaves the store to the node while it sells: a node that has it for itself is faster.
Exit run_at_nodes(Bench* bench) {
  const std::string& store = bench->globals.store;
  const Exit prepared =
      with_new_host(store, [bench](Host* host) { return prepare_on(host, bench); });
  if (prepared != Exit::fine) return prepared;
  const Exit ran = with_new_host("memory:", [bench](Host* host) { return run_rows(host, bench); });
  if (ran != Exit::fine) return ran;
  return with_new_host(store, [bench](Host* host) { return audit_on(host, bench); });
}

Exit run(Globals globals, const Arguments& arguments) {
  std::optional<Scratch> scratch;  // logs of nodes go there too
  if (globals.store.empty() || arguments.http) scratch.emplace("bench");
  if (globals.store.empty()) globals.store = scratch->store_url();
  if (arguments.streams > 0 && !arguments.http) return usage_error("--streams needs --http");
  if (arguments.threads > 1 && !arguments.http) return usage_error("--threads needs --http");
  if (arguments.http && globals.store == "memory:")
    return usage_error("--http needs a store that processes can share, not memory:");
  Bench bench{.host = nullptr,
              .globals = globals,
              .arguments = arguments,
              .accounts = {},
              .campaigns = {},
              .tokens = {},
              .logs = scratch ? scratch->path() : ""};
  if (arguments.http) return run_at_nodes(&bench);
  return with_new_host(globals.store, [&bench](Host* host) { return run_all(host, &bench); });
}

}  // namespace

void add_bench_command(CLI::App& app, Chosen& chosen) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand(
      "bench", "Measure purchases per second; without --store on a store of its own");
  command->add_option("--load", arguments->loads, "hot: one campaign; spread: all of them (both)")
      ->delimiter(',')
      ->check(CLI::IsMember({"hot", "spread"}));
  command->add_option("--buyers", arguments->buyers, "buyers at a time (1,16,64,256)")
      ->delimiter(',')
      ->check(CLI::Range(std::size_t{1}, buyers_max));
  command->add_option("--seconds", arguments->seconds, "length of each row (5)")
      ->check(CLI::Range(1, 86400));
  command
      ->add_option("--purchases", arguments->purchases,
                   "end a row after so many; 0: after its seconds alone")
      ->check(CLI::Range(std::int64_t{0}, INT64_MAX));
  command->add_option("--accounts", arguments->accounts, "accounts to buy for (100000)")
      ->check(CLI::Range(1, 10'000'000));
  command->add_option("--campaigns", arguments->campaigns, "campaigns of the load spread (1000)")
      ->check(CLI::Range(std::size_t{1}, campaigns_per_owner_max));
  command->add_flag("--http", arguments->http,
                    "buy over HTTP from a node of its own, each buyer on a connection");
  command->add_option("--threads", arguments->threads, "with --http: threads of the node (1)")
      ->check(CLI::Range(1, node_threads_max));
  // bench/ has peers that speak our call; there, an account's name is its token.
  command->add_option("--peer", arguments->peer)->group("");
  command->add_option("--peer-pid", arguments->peer_process)->group("");
  command
      ->add_option("--streams", arguments->streams,
                   "with --http: event streams of the first campaign meanwhile (0)")
      ->check(CLI::Range(0, 12'000));
  command
      ->add_option(
          "--store", chosen.globals.store,
          "memory:, " + std::string(store_url_forms) + ", not a real shop's; none: one of its own")
      ->type_name("URL");
  add_json_option(*command, chosen);
  command->callback([&chosen, arguments] {
    chosen.run = [&chosen, arguments] { return run(chosen.globals, *arguments); };
  });
}

}  // namespace posse
