/// Selling, killing, judging.
// SPDX-License-Identifier: Apache-2.0
#include "cli/demo.h"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <utility>

#include "cli/node_process.h"
#include "cli/sample.h"
#include "core/text.h"
#include "shop/audit.h"
#include "shop/audit_text.h"

namespace posse {
namespace {

using namespace std::chrono_literals;

constexpr const char* prefix = "demo";
constexpr Cents price{40};
constexpr Cents funds{1'000'000'000'000};

/// One in so many offers is too low, so that there are refusals to hold against the books.
constexpr std::uint64_t too_low_in = 20;

/// How long a node gets to finish what it has begun before it is killed too.
constexpr auto end_within = 10s;

/// How long a recovery is watched; none should take a tenth of it.
constexpr std::chrono::microseconds recovered_within = 60s;

/// Purchases that are asked for again when all is over.
constexpr std::size_t asked_again_max = 5000;

/// A buyer loses no time with a dead node, and gives up only when all are silent for a minute.
constexpr ClientWaits buyers_wait{.connect = 500ms, .answer = 2s, .any = 60s, .in_all = 60s};

std::string plural(std::uint64_t count, const std::string& one, const std::string& many) {
  return with_thousands(count) + " " + (count == 1 ? one : many);
}

std::string plural(std::uint64_t count, const std::string& one) {
  return plural(count, one, one + "s");
}

std::chrono::microseconds since(Moment moment) {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() -
                                                               moment);
}

}  // namespace

/// What came of it, besides what the buyers saw.
struct Demo::Verdict {
  AuditReport before;  ///< As the nodes left it.
  AuditReport books;   ///< One repair later.
  std::vector<std::string> wrong;
};

Demo::Demo(Host& host, Globals globals, DemoPlan plan, std::filesystem::path logs)
    : host_(host),
      globals_(std::move(globals)),
      plan_(plan),
      logs_(std::move(logs)),
      signals_(host.io(), SIGINT, SIGTERM),
      tasks_(host.io().get_executor()),
      campaigns_(sample_names(prefix, plan.campaigns)) {}

Task<Exit> Demo::run() {
  const auto prepared = co_await prepare();
  if (!prepared) co_return report(prepared.error());
  for (auto& address : free_addresses(host_.io(), plan_.nodes)) {
    Child child = start(address);
    members_.push_back({.address = std::move(address), .child = std::move(child)});
  }
  const bool are_ready = co_await ready();
  if (!are_ready) co_return report(Error{Errc::unavailable, "the nodes do not start"});
  sold_before_ = co_await sold_so_far();

  NodeTill till(host_.io().get_executor(), host_.clock(), till_plan());
  Load load(host_, till, testimony_,
            {.accounts = sample_names(prefix, plan_.accounts),
             .campaigns = campaigns_,
             .max_price = price,
             .buyers = plan_.buyers,
             .length = std::chrono::hours{25},
             .too_low_in = too_low_in});
  tasks_.spawn(sell(&load));
  co_await trouble(&load);
  co_await tasks_.join();
  undisturbed_ = till.undisturbed();
  auto verdict = co_await judge();
  if (!verdict) co_return report(verdict.error());
  co_return tell(*verdict, load.so_far());
}

/// Accounts with funds, campaigns, and a session for each account.
Task<Result<void>> Demo::prepare() {
  const SamplePlan sample{.prefix = prefix,
                          .accounts = plan_.accounts,
                          .campaigns = plan_.campaigns,
                          .price = price,
                          .funds = funds,
                          .round = "demo"};
  const auto made = co_await make_sample(&host_, sample);
  if (!made) co_return made;
  auto tokens = co_await make_sessions(&host_, sample_names(prefix, plan_.accounts));
  if (!tokens) co_return tokens.error();
  tokens_ = *std::move(tokens);
  co_return Result<void>{};
}

NodeTill::Plan Demo::till_plan() const {
  NodeTill::Plan plan{.nodes = {}, .tokens = tokens_, .buyers = plan_.buyers, .waits = buyers_wait};
  for (const auto& member : members_) plan.nodes.push_back(member.address);
  return plan;
}

Task<void> Demo::sell(Load* load) {
  const auto result = co_await load->run();
  (void)result;  // the load remembers it
  over_ = true;
}

Task<bool> Demo::ready() {
  for (const auto& member : members_) {
    const bool is_ready = co_await becomes_ready(&host_, member.address);
    if (!is_ready) co_return false;
  }
  co_return true;
}

/// Until the last buyer has its last answer; by then every node is there again.
Task<void> Demo::trouble(Load* load) {
  // Whoever ends it early gets the audit early.
  signals_.async_wait([this](const boost::system::error_code& wrong, int /*signal*/) {
    if (!wrong) stopped_ = true;
  });
  const Steady began = host_.clock().steady();
  Steady next_kill = began + plan_.kill_every;
  Steady next_freeze = began + plan_.freeze_every;
  Steady next_show = began + 1s;
  while (!over_) {
    co_await host_.clock().sleep(20ms);
    for (auto& member : members_) {
      if (member.child.ended()) member.child = start(member.address);
    }
    const Steady now = host_.clock().steady();
    if (stopped_ || now - began >= plan_.length) {
      load->stop();
      continue;
    }
    if (now >= next_kill) {
      next_kill += plan_.kill_every;
      kill_one();
    }
    if (plan_.freeze_every > 0ms && now >= next_freeze) {
      next_freeze += plan_.freeze_every;
      tasks_.spawn(freeze(host_.random().bits() % members_.size()));
    }
    if (now < next_show) continue;
    next_show += 1s;
    const std::uint64_t sold = co_await sold_so_far();
    show(std::chrono::duration_cast<std::chrono::seconds>(now - began), sold);
  }
  signals_.cancel();
}

Child Demo::start(const NodeAddress& address) {
  return start_node({.store = globals_.store,
                     .address = address,
                     .name = "node-" + std::to_string(++started_),
                     .logs = logs_});
}

void Demo::kill_one() {
  members_[host_.random().bits() % members_.size()].child.send(SIGKILL);
  ++kills_;
  tasks_.spawn(measure_recovery());
}

/// From a kill until everything that was claimed before it is settled and published.
Task<void> Demo::measure_recovery() {
  const Moment killed = std::chrono::steady_clock::now();
  for (const auto& campaign : campaigns_) {
    std::optional<EntryNumber> claimed;
    while (since(killed) < recovered_within) {
      const auto shown = co_await host_.shop().campaigns().show(campaign);
      const auto* view = shown ? std::get_if<CampaignView>(&*shown) : nullptr;
      if (view != nullptr && !claimed) claimed = view->tip.entry;
      if (view != nullptr && view->head.entry >= *claimed) break;
      co_await host_.clock().sleep(10ms);
    }
  }
  recoveries_.add(since(killed));
}

Task<void> Demo::freeze(std::size_t member) {
  const pid_t frozen = members_[member].child.id();
  members_[member].child.send(SIGSTOP);
  ++freezes_;
  const auto length = 100ms + std::chrono::milliseconds{host_.random().bits() % 4900};
  co_await host_.clock().sleep(length);
  if (members_[member].child.id() == frozen) members_[member].child.send(SIGCONT);
}

void Demo::show(std::chrono::seconds passed, std::uint64_t sold) const {
  if (globals_.json) return;
  const std::string freezes = freezes_ > 0 ? ", " + plural(freezes_, "freeze") : "";
  print(std::to_string(passed.count()) + " s: " + plural(plan_.nodes, "node") + ", " +
        plural(kills_, "kill") + freezes + ", " + plural(sold - sold_before_, "slot") + " sold\n");
}

Task<std::uint64_t> Demo::sold_so_far() {
  std::uint64_t sold = 0;
  for (const auto& id : campaigns_) {
    const auto shown = co_await host_.shop().campaigns().show(id);
    const auto* view = shown ? std::get_if<CampaignView>(&*shown) : nullptr;
    if (view != nullptr) sold += number(view->tip.slot);
  }
  co_return sold;
}

Task<void> Demo::end_nodes() {
  for (const auto& member : members_) member.child.send(SIGTERM);
  const Steady until = host_.clock().steady() + end_within;
  const auto running = [](Member& member) { return !member.child.ended(); };
  while (std::any_of(members_.begin(), members_.end(), running) && host_.clock().steady() < until) {
    co_await host_.clock().sleep(20ms);
  }
  members_.clear();
}

Task<Result<Demo::Verdict>> Demo::judge() {
  Verdict verdict;
  NodeTill till(host_.io().get_executor(), host_.clock(), till_plan());
  auto other = co_await testimony_.asked_again(&host_, &till, plan_.buyers, asked_again_max);
  co_await end_nodes();

  Audit audit(host_.shop().journal(), host_.scan(), host_.clock());
  auto before = co_await audit.run(nullptr);
  if (!before) co_return before.error();
  const auto repairs = co_await audit.repair(nullptr);
  if (!repairs) co_return repairs.error();
  auto books = co_await audit.run(nullptr);
  if (!books) co_return books.error();
  auto wrong = co_await testimony_.contradictions(&host_);
  if (!wrong) co_return wrong.error();
  verdict.before = *std::move(before);
  verdict.books = *std::move(books);
  verdict.wrong = *std::move(wrong);
  std::ranges::move(other, std::back_inserter(verdict.wrong));
  co_return verdict;
}

std::string Demo::kills_and_waits() const {
  const auto ms = [](std::chrono::microseconds wait) {
    return std::to_string(wait.count() / 1000) + " ms";
  };
  std::string told = plural(kills_, "kill");
  if (recoveries_.count() > 0) {
    told += ": what the dead had sold was settled within " + ms(recoveries_.percentile(0.5)) +
            " (median), " + ms(recoveries_.percentile(0.99)) + " (p99)";
  }
  return told + "\n" + with_thousands(undisturbed_.count()) +
         " were answered by the first node that they asked, within " +
         ms(undisturbed_.percentile(0.99)) + " (p99), " + ms(undisturbed_.most()) + " at most";
}

Exit Demo::tell(const Verdict& verdict, const LoadResult& load) const {
  const AuditReport& books = verdict.books;
  for (const auto& sentence : verdict.wrong)
    (void)std::fprintf(stderr, "posse: %s\n", sentence.c_str());
  const bool good = verdict.before.sound() && books.sound() && books.finished() &&
                    verdict.wrong.empty() && load.failed == 0;
  const auto& left = verdict.before.unfinished;
  const auto milliseconds = [&](double share) {
    return recoveries_.percentile(share).count() / 1000;
  };
  if (globals_.json) {
    print(boost::json::object{
        {"kills", kills_},
        {"freezes", freezes_},
        {"acknowledged", testimony_.sold()},
        {"refused", testimony_.refused()},
        {"undecided", load.undecided},
        {"failed", load.failed},
        {"purchase_p50_us", load.latencies.percentile(0.5).count()},
        {"purchase_p99_us", load.latencies.percentile(0.99).count()},
        {"purchase_max_us", load.latencies.most().count()},
        {"recovery_p50_ms", milliseconds(0.5)},
        {"recovery_p99_ms", milliseconds(0.99)},
        {"undisturbed", undisturbed_.count()},
        {"undisturbed_p99_us", undisturbed_.percentile(0.99).count()},
        {"undisturbed_max_us", undisturbed_.most().count()},
        {"contradictions", verdict.wrong.size()},
        {"left_behind", boost::json::object{{"entries", left.entries}, {"holds", left.holds}}},
        {"audit", to_json(books)},
        {"good", good}});
    return good ? Exit::fine : Exit::refused;
  }
  print("\n" + kills_and_waits() + "\nWhen the last node ended, the posse had left " +
        plural(left.entries, "unfinished entry", "unfinished entries") + " and " +
        plural(left.holds, "undecided hold") + "; one repair later:\n" + to_text(books) +
        plural(testimony_.sold(), "acknowledged purchase") + " and " +
        plural(testimony_.refused(), "refusal") + " compared with the books: " +
        (verdict.wrong.empty() ? "all true\n"
                               : plural(verdict.wrong.size(), "contradiction") + "\n"));
  print("refused after a node had not answered: " + with_thousands(load.undecided) +
        "; without a node: " + with_thousands(load.failed) + "\n");
  return good ? Exit::fine : Exit::refused;
}

}  // namespace posse
