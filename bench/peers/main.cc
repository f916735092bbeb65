/// `posse-bench-peer`: the load of `posse bench` on what people would pick instead of Posse.
// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <filesystem>
#include <functional>
#include <map>
#include <unistd.h>

#include <CLI/CLI.hpp>

#include "bench/peers/peers.h"
#include "bench/peers/program.h"
#include "cli/bench_row.h"
#include "cli/report.h"
#include "cli/sample.h"

namespace posse::bench {
namespace {

constexpr std::size_t buyers_max = 4096;

/// The same as `posse bench` sells.
constexpr const char* prefix = "bench";
constexpr Cents price{40};
constexpr Cents funds{1'000'000'000};

struct Arguments {
  std::string peer;
  std::string load = "hot";
  std::size_t buyers = 64;
  std::size_t seconds = 5;
  std::size_t accounts = 100'000;
  std::size_t campaigns = 1000;
  std::size_t connections = 0;
  std::string folder;
  std::string address;
  bool json = false;
};

using Make = std::function<std::unique_ptr<Peer>(const Place&)>;

const std::map<std::string, Make>& makers() {
  static const std::map<std::string, Make> all{
      {"etcd", [](const Place& place) { return make_etcd(place); }},
      {"lmdb", [](const Place& place) { return make_lmdb(place, Commits::one_by_one); }},
      {"lmdb-grouped", [](const Place& place) { return make_lmdb(place, Commits::grouped); }},
      {"postgres", [](const Place& place) { return make_postgres(place, Locking::first); }},
      {"postgres-tuned", [](const Place& place) { return make_postgres(place, Locking::last); }},
      {"postgres-expert",
       [](const Place& place) { return make_postgres(place, Locking::until_written); }},
      {"redis", [](const Place& place) { return make_redis(place); }},
      {"sqlite", [](const Place& place) { return make_sqlite(place, Commits::one_by_one); }},
      {"sqlite-grouped", [](const Place& place) { return make_sqlite(place, Commits::grouped); }},
  };
  return all;
}

std::vector<std::string> names_of_peers() {
  std::vector<std::string> names;
  for (const auto& [name, make] : makers()) names.push_back(name);
  return names;
}

bool is_server(const std::string& peer) {
  return peer == "redis" || peer == "etcd" || peer.starts_with("postgres");
}

void expect_empty(const std::string& folder) {
  std::error_code wrong;
  std::filesystem::create_directories(folder, wrong);
  if (wrong || !std::filesystem::is_empty(folder, wrong) || wrong)
    give_up(folder + " must be an empty folder, or one that can be made");
}

Task<Exit> sell(Host* host, Peer* peer, Arguments arguments) {
  const Goods goods{
      .accounts = sample_names(prefix, arguments.accounts),
      .campaigns = sample_names(prefix, arguments.load == "hot" ? 1 : arguments.campaigns),
      .price = price,
      .funds = funds};
  peer->prepare(goods);
  LoadPlan plan{.accounts = goods.accounts,
                .campaigns = goods.campaigns,
                .max_price = price,
                .buyers = arguments.buyers,
                .length = std::chrono::seconds{arguments.seconds}};
  NoWitness nobody;
  Load load(*host, *peer, nobody, std::move(plan));
  BenchRow row{.load = arguments.load, .buyers = arguments.buyers, .result = {}};
  row.result = co_await load.run();
  row.memory_mib = memory_mib(::getpid());
  const std::string wrong = wrong_with(peer->books(goods), goods, row.result.sold);
  if (!wrong.empty()) {
    complain("the books of " + arguments.peer + " are wrong: " + wrong);
    co_return Exit::refused;
  }
  if (!arguments.json) {
    print(bench_header + to_text(row));
    print("the books are sound\n");
    co_return Exit::fine;
  }
  boost::json::object line = to_json(row);
  line["peer"] = arguments.peer;
  line["sound"] = true;
  print(line);
  co_return Exit::fine;
}

Exit run(const Arguments& arguments) {
  const bool needs_address = is_server(arguments.peer);
  if (needs_address == arguments.address.empty() || needs_address != arguments.folder.empty()) {
    return usage_error(arguments.peer +
                       (needs_address ? " needs --address alone" : " needs --folder alone"));
  }
  if (!needs_address) expect_empty(arguments.folder);
  // Its shop stays empty; the buyers need its clock and its chance.
  auto host = Host::open("memory:", Missing::create);
  if (!host) return report(host.error());
  const Place place{.io = &(*host)->io(),
                    .folder = arguments.folder,
                    .address = arguments.address,
                    .connections = arguments.connections,
                    .buyers = arguments.buyers};
  const auto peer = makers().at(arguments.peer)(place);
  return (*host)->run(sell(host->get(), peer.get(), arguments));
}

void add_options(CLI::App& app, Arguments& arguments) {
  app.add_option("--peer", arguments.peer, "who sells")
      ->required()
      ->check(CLI::IsMember(names_of_peers()));
  app.add_option("--load", arguments.load, "hot: one campaign; spread: all of them (hot)")
      ->check(CLI::IsMember({"hot", "spread"}));
  app.add_option("--buyers", arguments.buyers, "buyers at a time (64)")
      ->check(CLI::Range(std::size_t{1}, buyers_max));
  app.add_option("--seconds", arguments.seconds, "how long they buy (5)")
      ->check(CLI::Range(1, 86400));
  app.add_option("--accounts", arguments.accounts, "accounts to buy for (100000)")
      ->check(CLI::Range(1, 10'000'000));
  app.add_option("--campaigns", arguments.campaigns, "campaigns of the load spread (1000)")
      ->check(CLI::Range(1, 1'000'000));
  app.add_option("--connections", arguments.connections,
                 "to a server at most, never more than buyers, to etcd always one; 0: what "
                 "docs/benchmarks.md says (0)");
  app.add_option("--folder", arguments.folder, "of an engine in this process: an empty one");
  app.add_option("--address", arguments.address,
                 "of a server: a conninfo string (PostgreSQL), the path of a socket (Redis), "
                 "HOST:PORT,... of all members (etcd, which must be empty). "
                 "All that the others have is deleted");
  app.add_flag("--json", arguments.json, "for programs");
}

int run_with(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("Sells slots with what people would pick instead of Posse.", "posse-bench-peer");
  add_options(app, arguments);
  return run_program(app, argc, argv, [&] { return run(arguments); });
}

}  // namespace
}  // namespace posse::bench

int main(int argc, char** argv) {
  return posse::bench::run_with(argc, argv);
}
