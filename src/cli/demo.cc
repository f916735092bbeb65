/// Selling, killing, judging.
// SPDX-License-Identifier: Apache-2.0
#include "cli/demo.h"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <utility>

#include "cli/sample.h"
#include "cli/witness_log.h"
#include "core/text.h"
#include "shop/audit.h"
#include "shop/audit_text.h"

namespace posse {
namespace {

using namespace std::chrono_literals;

/// How long a process gets to finish what it has begun before it is killed too.
constexpr auto end_within = 10s;

std::string plural(std::uint64_t count, const std::string& one, const std::string& many) {
  return with_thousands(count) + " " + (count == 1 ? one : many);
}

std::string plural(std::uint64_t count, const std::string& one) {
  return plural(count, one, one + "s");
}

}  // namespace

Demo::Demo(Host& host, Globals globals, DemoPlan plan, std::filesystem::path logs)
    : host_(host),
      globals_(std::move(globals)),
      plan_(plan),
      logs_(std::move(logs)),
      signals_(host.io(), SIGINT, SIGTERM) {}

Task<Exit> Demo::run() {
  const SamplePlan sample{.prefix = demo_prefix,
                          .accounts = plan_.accounts,
                          .campaigns = plan_.campaigns,
                          .price = demo_price,
                          .funds = Cents{1'000'000'000'000},
                          .round = "demo"};
  const auto made = co_await make_sample(&host_, sample);
  if (!made) co_return report(made.error());
  sold_before_ = co_await sold_so_far();
  co_await sell_and_kill();
  co_await end_all();
  co_return co_await judge();
}

Task<void> Demo::sell_and_kill() {
  // Whoever ends it early gets the audit early.
  signals_.async_wait([this](const boost::system::error_code& wrong, int /*signal*/) {
    if (!wrong) stopped_ = true;
  });
  for (std::size_t i = 0; i < plan_.processes; ++i) children_.push_back(start());
  const Steady began = host_.clock().steady();
  Steady next_kill = began + plan_.kill_every;
  Steady next_show = began + 1s;
  while (!stopped_ && host_.clock().steady() - began < plan_.length) {
    co_await host_.clock().sleep(20ms);
    const Steady now = host_.clock().steady();
    if (now >= next_kill) {
      next_kill += plan_.kill_every;
      kill_one();
    }
    for (auto& child : children_) {
      if (child.ended()) child = start();
    }
    if (now < next_show) continue;
    next_show += 1s;
    const std::uint64_t sold = co_await sold_so_far();
    show(std::chrono::duration_cast<std::chrono::seconds>(now - began), sold);
  }
}

Child Demo::start() {
  const std::string name = "node-" + std::to_string(++started_);
  return Child({"demo-node", "--store", globals_.store, "--id", name, "--log",
                (logs_ / (name + ".log")).string(), "--buyers", std::to_string(plan_.buyers),
                "--accounts", std::to_string(plan_.accounts), "--campaigns",
                std::to_string(plan_.campaigns)});
}

void Demo::kill_one() {
  auto& victim = children_[host_.random().bits() % children_.size()];
  victim.send(SIGKILL);
  ++kills_;
}

void Demo::show(std::chrono::seconds passed, std::uint64_t sold) {
  if (globals_.json) return;
  print(std::to_string(passed.count()) + " s: " + plural(plan_.processes, "process", "processes") +
        " selling, " + plural(kills_, "kill") + ", " + plural(sold - sold_before_, "slot") +
        " sold\n");
}

Task<std::uint64_t> Demo::sold_so_far() {
  std::uint64_t sold = 0;
  for (const auto& id : sample_names(demo_prefix, plan_.campaigns)) {
    const auto shown = co_await host_.shop().campaigns().show(id);
    const auto* view = shown ? std::get_if<CampaignView>(&*shown) : nullptr;
    if (view != nullptr) sold += number(view->tip.slot);
  }
  co_return sold;
}

Task<void> Demo::end_all() {
  for (const auto& child : children_) child.send(SIGTERM);
  const Steady until = host_.clock().steady() + end_within;
  const auto running = [](Child& child) { return !child.ended(); };
  while (std::any_of(children_.begin(), children_.end(), running) &&
         host_.clock().steady() < until) {
    co_await host_.clock().sleep(20ms);
  }
  children_.clear();
  signals_.cancel();
}

Task<Exit> Demo::judge() {
  Audit audit(host_.shop().journal(), host_.scan(), host_.clock());
  const auto before = co_await audit.run(nullptr);
  if (!before) co_return report(before.error());
  const auto repairs = co_await audit.repair(nullptr);
  if (!repairs) co_return report(repairs.error());
  const auto books = co_await audit.run(nullptr);
  if (!books) co_return report(books.error());
  const Testimony testimony(logs_);
  const auto wrong = co_await testimony.contradictions(&host_);
  if (!wrong) co_return report(wrong.error());

  for (const auto& sentence : *wrong) (void)std::fprintf(stderr, "posse: %s\n", sentence.c_str());
  const bool good = before->sound() && books->sound() && books->finished() && wrong->empty();
  if (globals_.json) {
    print(boost::json::object{
        {"kills", kills_},
        {"acknowledged", testimony.sold()},
        {"refused", testimony.refused()},
        {"contradictions", wrong->size()},
        {"left_behind", boost::json::object{{"entries", before->unfinished.entries},
                                            {"holds", before->unfinished.holds}}},
        {"audit", to_json(*books)},
        {"good", good}});
    co_return good ? Exit::fine : Exit::refused;
  }
  print("\nWhen the last process ended, the posse had left " +
        plural(before->unfinished.entries, "unfinished entry", "unfinished entries") + " and " +
        plural(before->unfinished.holds, "undecided hold") + "; one repair later:\n" +
        to_text(*books) + plural(testimony.sold(), "acknowledged purchase") + " and " +
        plural(testimony.refused(), "refusal") + " compared with the books: " +
        (wrong->empty() ? "all true\n" : plural(wrong->size(), "contradiction") + "\n"));
  co_return good ? Exit::fine : Exit::refused;
}

}  // namespace posse
