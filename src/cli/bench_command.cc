/// `posse bench`: load, throughput, percentiles, and the audit at the end.
// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <fstream>

#include "cli/commands.h"
#include "cli/load.h"
#include "cli/sample.h"
#include "cli/scratch.h"
#include "core/text.h"
#include "shop/audit.h"
#include "shop/audit_text.h"

namespace posse {
namespace {

/// More buyers than this only wait for each other: a turnstile takes 8192.
constexpr std::size_t buyers_max = 4096;

struct Arguments {
  std::vector<std::string> loads{"hot", "spread"};
  std::vector<std::size_t> buyers{1, 16, 64, 256};
  std::size_t seconds = 5;
  std::size_t accounts = 100'000;
  std::size_t campaigns = 1000;
  std::uint64_t purchases = 0;
};

struct Row {
  std::string load;
  std::size_t buyers = 0;
  LoadResult result;
  std::size_t memory_mib = 0;
};

/// Memory of the process's own, without the pages of files that the kernel may drop at any time:
/// an LMDB file is mapped, and counts as resident as far as it was read.
std::size_t memory_mib() {
  std::ifstream file("/proc/self/status");
  std::string word;
  std::size_t kib = 0;
  while (file >> word) {
    if (word == "RssAnon:") file >> kib;
  }
  return kib / 1024;
}

boost::json::object to_json(const Row& row) {
  const auto& latencies = row.result.latencies;
  std::uint64_t refused = 0;
  for (const auto& [code, count] : row.result.refused) refused += count;
  return {{"load", row.load},
          {"buyers", row.buyers},
          {"sold", row.result.sold},
          {"per_second", row.result.per_second()},
          {"p50_us", latencies.percentile(0.5).count()},
          {"p99_us", latencies.percentile(0.99).count()},
          {"p999_us", latencies.percentile(0.999).count()},
          {"max_us", latencies.most().count()},
          {"refused", refused},
          {"undecided", row.result.undecided},
          {"failed", row.result.failed},
          {"memory_mib", row.memory_mib}};
}

std::string to_text(const Row& row) {
  const auto milliseconds = [](std::chrono::microseconds time) {
    return static_cast<double>(time.count()) / 1000;
  };
  const auto& latencies = row.result.latencies;
  std::array<char, 160> line{};
  (void)std::snprintf(
      line.data(), line.size(), "%-7s %6zu %12s/s %9.2f %9.2f %9.2f %9.2f ms %6zu MiB\n",
      row.load.c_str(), row.buyers,
      with_thousands(static_cast<std::uint64_t>(row.result.per_second())).c_str(),
      milliseconds(latencies.percentile(0.5)), milliseconds(latencies.percentile(0.99)),
      milliseconds(latencies.percentile(0.999)), milliseconds(latencies.most()), row.memory_mib);
  std::string text = line.data();
  for (const auto& [code, count] : row.result.refused)
    text += "  refused " + code + ": " + with_thousands(count) + "\n";
  if (row.result.undecided > 0)
    text += "  undecided: " + with_thousands(row.result.undecided) + "\n";
  if (row.result.failed > 0) text += "  failed: " + with_thousands(row.result.failed) + "\n";
  return text;
}

Task<Exit> run_rows(Host* host, Globals globals, Arguments arguments) {
  const bool spread =
      std::find(arguments.loads.begin(), arguments.loads.end(), "spread") != arguments.loads.end();
  (void)std::fprintf(stderr, "preparing %s accounts\n", with_thousands(arguments.accounts).c_str());
  const SamplePlan sample{
      .prefix = "bench",
      .accounts = arguments.accounts,
      .campaigns = spread ? arguments.campaigns : 1,
      .price = Cents{40},
      .funds = Cents{1'000'000'000},
      .round = "bench-" + Uuid::make(host->clock().now(), host->random()).text()};
  const auto made = co_await make_sample(host, sample);
  if (!made) co_return report(made.error());
  if (!globals.json)
    print("load    buyers    purchases       p50       p99     p99.9       max      memory\n");
  const auto campaigns = sample_names("bench", sample.campaigns);
  for (const auto& load : arguments.loads) {
    for (const std::size_t buyers : arguments.buyers) {
      LoadPlan plan{.accounts = sample_names("bench", arguments.accounts),
                    .campaigns = load == "hot" ? std::vector<Name>{campaigns.front()} : campaigns,
                    .max_price = Cents{40},
                    .buyers = buyers,
                    .length = std::chrono::seconds{arguments.seconds},
                    .purchases = arguments.purchases};
      NoWitness nobody;
      ShopTill till(host->shop());
      Load running(*host, till, nobody, std::move(plan));
      Row row{.load = load, .buyers = buyers, .result = {}};
      row.result = co_await running.run();
      co_await host->shop().close();
      row.memory_mib = memory_mib();
      if (globals.json)
        print(to_json(row));
      else
        print(to_text(row));
    }
  }
  Audit audit(host->shop().journal(), host->scan(), host->clock());
  const auto books = co_await audit.run(nullptr);
  if (!books) co_return report(books.error());
  if (globals.json)
    print(to_json(*books));
  else
    print(to_text(*books));
  co_return books->sound() ? Exit::fine : Exit::refused;
}

Exit run(Globals globals, const Arguments& arguments) {
  std::optional<Scratch> scratch;
  if (globals.store.empty()) globals.store = scratch.emplace("bench").store_url();
  return with_new_host(globals.store,
                       [&](Host* host) { return run_rows(host, globals, arguments); });
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
  command
      ->add_option("--store", chosen.globals.store,
                   "lmdb:DIRECTORY or memory:, not a real shop's; none: one of its own")
      ->type_name("URL");
  add_json_option(*command, chosen);
  command->callback([&chosen, arguments] {
    chosen.run = [&chosen, arguments] { return run(chosen.globals, *arguments); };
  });
}

}  // namespace posse
