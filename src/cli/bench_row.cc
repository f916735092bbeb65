/// Rows for programs and for people.
// SPDX-License-Identifier: Apache-2.0
#include "cli/bench_row.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>

#include "core/text.h"

namespace posse {
namespace {

std::uint64_t node_us_per_purchase(const BenchRow& row) {
  const auto worked = std::chrono::microseconds(row.processor_time).count();
  return static_cast<std::uint64_t>(worked) / std::max<std::uint64_t>(1, row.result.sold);
}

}  // namespace

std::size_t memory_mib(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/status");
  std::string word;
  std::size_t kib = 0;
  while (file >> word) {
    if (word == "RssAnon:") file >> kib;
  }
  return kib / 1024;
}

boost::json::object to_json(const BenchRow& row) {
  const auto& latencies = row.result.latencies;
  std::uint64_t refused = 0;
  for (const auto& [code, count] : row.result.refused) refused += count;
  boost::json::object out{{"load", row.load},
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
  if (row.processor_time.count() > 0) out["node_us_per_purchase"] = node_us_per_purchase(row);
  if (row.events > 0) {
    out["events"] = row.events;
    out["event_age_p50_ms"] = row.event_age_p50.count() / 1000;
    out["event_age_p99_ms"] = row.event_age_p99.count() / 1000;
  }
  return out;
}

std::string to_text(const BenchRow& row) {
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
  if (row.processor_time.count() > 0) {
    text += "  the node worked " + std::to_string(node_us_per_purchase(row)) +
            " us for each purchase\n";
  }
  if (row.events > 0) {
    text += "  " + with_thousands(row.events) + " events, " +
            std::to_string(row.event_age_p50.count() / 1000) + " ms old (median), " +
            std::to_string(row.event_age_p99.count() / 1000) + " ms (p99)\n";
  }
  for (const auto& [code, count] : row.result.refused)
    text += "  refused " + code + ": " + with_thousands(count) + "\n";
  if (row.result.undecided > 0)
    text += "  undecided: " + with_thousands(row.result.undecided) + "\n";
  if (row.result.failed > 0) text += "  failed: " + with_thousands(row.result.failed) + "\n";
  return text;
}

}  // namespace posse
