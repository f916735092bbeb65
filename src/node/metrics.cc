/// Measuring by prometheus-cpp; nothing else in the tree sees its types.
// SPDX-License-Identifier: Apache-2.0
#include "node/metrics.h"

#include <array>
#include <map>
#include <prometheus/counter.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>
#include <tuple>
#include <utility>
#include <vector>

#include "journal/counters.h"
#include "live/live_documents.h"
#include "node/server.h"
#include "patrol/clock_watch.h"
#include "patrol/membership.h"
#include "patrol/patrol.h"
#include "system/password_worker.h"

namespace posse {
namespace {

using Bounds = prometheus::Histogram::BucketBoundaries;
using Counter = prometheus::Counter;
using Histogram = prometheus::Histogram;
using Labels = prometheus::Labels;
using StopClock = std::chrono::steady_clock;

double seconds(std::chrono::duration<double> time) {
  return time.count();
}

/// Of requests, purchases and calls of the store: from a read in memory to the longest deadline.
const Bounds& call_bounds() {
  static const Bounds bounds{0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01,
                             0.025,   0.05,   0.1,     0.25,   0.5,   1,      2.5,   5};
  return bounds;
}

/// Round the 100 ms that are promised.
const Bounds& age_bounds() {
  static const Bounds bounds{0.001, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.125, 0.15, 0.25, 1};
  return bounds;
}

/// Round the goals for recoveries: 1.2 s for half, 3 s for nearly all.
const Bounds& recovery_bounds() {
  static const Bounds bounds{0.25, 0.5, 0.75, 1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 7.5, 10, 30, 60, 600};
  return bounds;
}

constexpr std::array<const char*, 3> call_names{"get", "add", "cas"};
constexpr std::array<const char*, 4> answer_names{"done", "refused", "unknown", "error"};

/// Metrics that others keep as plain numbers, one after the other.
class Families {
 public:
  void counter(const std::string& name, const std::string& help, std::uint64_t value) {
    auto& metric = add(name, help, prometheus::MetricType::Counter);
    metric.counter.value = static_cast<double>(value);
  }
  void gauge(const std::string& name, const std::string& help, double value) {
    auto& metric = add(name, help, prometheus::MetricType::Gauge);
    metric.gauge.value = value;
  }
  prometheus::ClientMetric& add(const std::string& name, const std::string& help,
                                prometheus::MetricType type) {
    prometheus::MetricFamily family;
    family.name = "posse_" + name;
    family.help = help;
    family.type = type;
    family.metric.emplace_back();
    families_.push_back(std::move(family));
    return families_.back().metric.back();
  }
  std::vector<prometheus::MetricFamily> take() { return std::move(families_); }

 private:
  std::vector<prometheus::MetricFamily> families_;
};

void add_journal(Families& families, const JournalCounters& journal) {
  families.counter("journal_operations_total", "Operations committed by this node.",
                   journal.operations);
  families.counter("journal_entries_total", "Entries added by this node.", journal.entries);
  families.counter("journal_lost_claims_total", "Positions that were somebody else's.",
                   journal.lost_claims);
  families.counter("journal_fences_total", "Positions closed empty.", journal.fences);
  families.counter("journal_settled_total", "Settlements by this node.", journal.settled);
  families.counter("journal_released_total", "Holds taken out without effect.", journal.released);
  families.counter("journal_helped_total", "Entries of others that this node finished.",
                   journal.helped);
  families.counter("journal_swaps_lost_total", "Documents that somebody else changed first.",
                   journal.swaps_lost);
}

void add_patrol(Families& families, const Patrol& patrol, const Membership& membership) {
  const PatrolCounters counters = patrol.counters();
  families.counter("patrol_wins_total", "Seconds in which a group was this node's.", counters.wins);
  families.counter("patrol_beats_total", "Heartbeats that the store accepted.", counters.beats);
  families.counter("patrol_rounds_total", "Sequences looked at.", counters.rounds.sequences);
  families.counter("patrol_finished_entries_total", "Entries of others that rounds finished.",
                   counters.rounds.finished);
  families.counter("patrol_errors_total", "Rounds and heartbeats that failed.",
                   counters.rounds.errors);
  families.gauge("patrol_oldest_unsettled_seconds",
                 "Age of the oldest entry that the latest passes found unsettled.",
                 seconds(counters.oldest_now));
  families.gauge("patrol_members", "Nodes that this one takes for alive.",
                 static_cast<double>(membership.alive().size()));
}

void add_server(Families& families, const ServerCounters& server) {
  families.counter("http_malformed_total", "Requests answered before any route saw them.",
                   server.malformed);
  families.gauge("http_connections", "Connections now.", static_cast<double>(server.connections));
  families.gauge("http_streams", "Event streams now.", static_cast<double>(server.streams));
}

void add_live(Families& families, const LiveDocuments& live) {
  families.counter("live_answers_total", "Live documents asked for.", live.counters().answers);
  families.counter("live_reads_total", "Reads of the store for them.", live.counters().reads);
  families.counter("live_failures_total", "Reads of those that failed.", live.counters().failures);
  families.gauge("live_followers", "Followers of live documents now.",
                 static_cast<double>(live.followers()));
}

}  // namespace

struct Metrics::Instruments {
  using Request = std::pair<std::string, std::string>;  // method and route

  prometheus::Registry registry;
  prometheus::Family<Counter>& answers = prometheus::BuildCounter()
                                             .Name("posse_http_answers_total")
                                             .Help("Requests answered.")
                                             .Register(registry);
  prometheus::Family<Histogram>& requests = prometheus::BuildHistogram()
                                                .Name("posse_http_request_seconds")
                                                .Help("From a request's last byte to its answer.")
                                                .Register(registry);
  prometheus::Family<Counter>& purchases = prometheus::BuildCounter()
                                               .Name("posse_purchases_total")
                                               .Help("Purchases by what they came to.")
                                               .Register(registry);
  Histogram& purchase = prometheus::BuildHistogram()
                            .Name("posse_purchase_seconds")
                            .Help("From a purchase's request to its answer.")
                            .Register(registry)
                            .Add({}, call_bounds());
  Histogram& age = prometheus::BuildHistogram()
                       .Name("posse_answer_age_seconds")
                       .Help("Age of what was shown, and of changes when followers saw them.")
                       .Register(registry)
                       .Add({}, age_bounds());
  Histogram& recovery = prometheus::BuildHistogram()
                            .Name("posse_recovery_seconds")
                            .Help("Age of the oldest entry a pass of the patrol has finished.")
                            .Register(registry)
                            .Add({}, recovery_bounds());
  prometheus::Family<Counter>& store_answers = prometheus::BuildCounter()
                                                   .Name("posse_store_calls_total")
                                                   .Help("Calls of the store by what they came to.")
                                                   .Register(registry);
  prometheus::Family<Histogram>& store_calls = prometheus::BuildHistogram()
                                                   .Name("posse_store_call_seconds")
                                                   .Help("How long calls of the store took.")
                                                   .Register(registry);
  // Looking a metric up by its labels costs a hash of them all: each is looked up once.
  std::map<Request, Histogram*> of_request;
  std::map<std::pair<Request, unsigned>, Counter*> of_answer;
  std::array<Histogram*, call_names.size()> of_call{};
  std::array<std::array<Counter*, answer_names.size()>, call_names.size()> of_store_answer{};

  std::uint64_t tickets = 0;
  std::map<std::uint64_t, StopClock::time_point> under_way;  // the oldest first
};

Metrics::Metrics() : instruments_(std::make_unique<Instruments>()) {
  for (std::size_t call = 0; call < call_names.size(); ++call) {
    const Labels labels{{"call", call_names.at(call)}};
    instruments_->of_call.at(call) = &instruments_->store_calls.Add(labels, call_bounds());
    for (std::size_t answer = 0; answer < answer_names.size(); ++answer) {
      const Labels both{{"call", call_names.at(call)}, {"answer", answer_names.at(answer)}};
      instruments_->of_store_answer.at(call).at(answer) = &instruments_->store_answers.Add(both);
    }
  }
  for (const char* answer : {"sold", "repeated", "undecided", "failed"}) {
    instruments_->purchases.Add({{"answer", answer}});
  }
}

Metrics::~Metrics() = default;

void Metrics::answered(const std::string& method, const std::string& route, unsigned status,
                       std::chrono::nanoseconds took) {
  const Instruments::Request request(method, route);
  Histogram*& histogram = instruments_->of_request[request];
  if (histogram == nullptr) {
    const Labels labels{{"method", method}, {"route", route}};
    histogram = &instruments_->requests.Add(labels, call_bounds());
  }
  histogram->Observe(seconds(took));
  Counter*& counter = instruments_->of_answer[{request, status}];
  if (counter == nullptr) {
    counter = &instruments_->answers.Add(
        {{"method", method}, {"route", route}, {"status", std::to_string(status)}});
  }
  counter->Increment();
}

void Metrics::aged(std::chrono::milliseconds age) {
  instruments_->age.Observe(seconds(age));
}

void Metrics::recovered(std::chrono::milliseconds age) {
  instruments_->recovery.Observe(seconds(age));
}

void Metrics::called(StoreCall call, StoreAnswer answer, std::chrono::nanoseconds took) {
  const auto kind = static_cast<std::size_t>(call);
  instruments_->of_call.at(kind)->Observe(seconds(took));
  instruments_->of_store_answer.at(kind).at(static_cast<std::size_t>(answer))->Increment();
}

Metrics::PurchaseUnderWay::PurchaseUnderWay(Metrics& metrics)
    : metrics_(metrics), ticket_(++metrics.instruments_->tickets) {
  metrics_.instruments_->under_way.emplace(ticket_, StopClock::now());
}

Metrics::PurchaseUnderWay::~PurchaseUnderWay() {
  Instruments& instruments = *metrics_.instruments_;
  const auto own = instruments.under_way.find(ticket_);
  instruments.purchase.Observe(seconds(StopClock::now() - own->second));
  instruments.under_way.erase(own);
  instruments.purchases.Add({{"answer", answer_}}).Increment();
}

struct Metrics::Measured {
  std::vector<prometheus::MetricFamily> families;
};

std::shared_ptr<const Metrics::Measured> Metrics::measure(const Sources& sources) const {
  Families families;
  prometheus::ClientMetric& build =
      families.add("build_info", "Always 1; the labels tell.", prometheus::MetricType::Gauge);
  build.label.push_back({.name = "version", .value = POSSE_VERSION});
  build.gauge.value = 1;
  const auto& under_way = instruments_->under_way;
  const auto oldest = under_way.empty() ? StopClock::duration::zero()
                                        : StopClock::now() - under_way.begin()->second;
  families.gauge("purchases_under_way", "Purchases without an answer yet.",
                 static_cast<double>(under_way.size()));
  families.gauge("oldest_purchase_seconds",
                 "Age of the oldest of them: no hold that this node has declared is older.",
                 seconds(oldest));
  add_journal(families, sources.journal);
  add_patrol(families, sources.patrol, sources.membership);
  families.gauge("clock_ahead_seconds",
                 "How far this node's clock is ahead of the median of its posse's; 0 with fewer "
                 "than three that are known.",
                 seconds(sources.clock_watch.ahead().value_or(std::chrono::milliseconds::zero())));
  add_server(families, sources.server.counters());
  add_live(families, sources.live);
  families.gauge("passwords_waiting", "Passwords that wait to be hashed.",
                 static_cast<double>(sources.passwords.waiting()));
  families.gauge("alarms", "Broken books that this node has met: each needs a person.",
                 static_cast<double>(sources.journal.alarms.size() +
                                     sources.patrol.counters().rounds.alarms.size()));
  std::vector<prometheus::MetricFamily> all = families.take();
  for (auto& family : instruments_->registry.Collect()) all.push_back(std::move(family));
  return std::make_shared<Measured>(std::move(all));
}

std::string Metrics::text(const std::vector<std::shared_ptr<const Measured>>& nodes) {
  if (nodes.size() == 1) return prometheus::TextSerializer().Serialize(nodes.front()->families);
  std::map<std::string, prometheus::MetricFamily> merged;
  std::size_t thread = 0;
  for (const auto& node : nodes) {
    ++thread;
    for (const auto& family : node->families) {
      auto& all =
          merged.try_emplace(family.name, family.name, family.help, family.type).first->second;
      for (const auto& metric : family.metric) {
        all.metric.push_back(metric);
        all.metric.back().label.push_back({.name = "thread", .value = std::to_string(thread)});
      }
    }
  }
  std::vector<prometheus::MetricFamily> all;
  for (auto& [name, family] : merged) all.push_back(std::move(family));
  return prometheus::TextSerializer().Serialize(all);
}

}  // namespace posse
