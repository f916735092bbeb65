/// The program posse-simulate.
// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <mutex>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

#include <CLI/CLI.hpp>

#include "sim/arguments.h"
#include "sim/digest.h"
#include "sim/shrink.h"
#include "sim/world.h"

namespace posse::sim {
namespace {

using RealClock = std::chrono::steady_clock;

struct Arguments {
  std::string program;
  std::uint64_t first = 1;
  std::uint64_t seeds = 2000;
  std::size_t seconds = 0;
  std::size_t jobs = 2;
  std::uint64_t seed = 0;
  std::string orders;
  std::string mishaps;
  bool table = false;
  bool thin_is_fine = false;
  std::size_t shrink_seconds = 60;
};

void print(const std::string& text) {
  (void)std::fputs(text.c_str(), stdout);
  (void)std::fflush(stdout);
}

/// What people must have been told in one world or another.
const std::vector<std::string> words{
    "committed", "error",       "lost",   "undecided",  "insufficient_funds",
    "sold_out",  "price_moved", "closed", "key_reused", "reference_reused",
    "not_open"};

/// What all worlds came to.
struct Total {
  std::uint64_t worlds = 0;
  std::uint64_t orders = 0;
  std::uint64_t sales = 0;
  std::uint64_t calls = 0;
  std::uint64_t crashes = 0;
  std::uint64_t mishaps = 0;
  std::uint64_t fences = 0;
  std::uint64_t digest = 0;
  std::uint64_t seconds = 0;  ///< Of virtual time.
  Moment longest_unsettled{};
  std::map<std::string, std::uint64_t> told;
  Coverage coverage;

  void add(const Course& course) {
    ++worlds;
    orders += course.orders;
    sales += course.sales;
    calls += course.calls;
    crashes += course.crashes;
    mishaps += course.mishaps;
    fences += course.fences;
    digest += course.digest;  // in whatever order worlds end
    seconds += static_cast<std::uint64_t>(course.length.count()) / 1'000'000;
    longest_unsettled = std::max(longest_unsettled, course.longest_unsettled);
    for (const auto& [word, count] : course.told) told[word] += count;
    coverage.add(course.coverage);
  }
};

std::string to_text(const Total& total, double seconds) {
  const auto a_minute = [&](std::uint64_t count) {
    return std::to_string(count) + " (" +
           std::to_string(static_cast<std::uint64_t>(static_cast<double>(count) * 60 / seconds)) +
           " a minute)";
  };
  std::string text = std::to_string(total.worlds) + " worlds, " + std::to_string(total.seconds) +
                     " s of virtual time in " + std::to_string(static_cast<int>(seconds)) +
                     " s\n  sales " + a_minute(total.sales) + "\n  crashes " +
                     a_minute(total.crashes) + "\n  mishaps " + a_minute(total.mishaps) +
                     "\n  calls of stores " + std::to_string(total.calls) + ", fences " +
                     std::to_string(total.fences) + "\n  told";
  for (const auto& [word, count] : total.told) text += " " + word + " " + std::to_string(count);
  return text + "\n  digest " + std::to_string(total.digest) + "\n";
}

Course run_world(const Swarm& swarm, const Selection& selection) {
  World world(swarm, selection);
  return world.run();
}

/// All seeds, on several threads; worlds share nothing.
class Fleet {
 public:
  explicit Fleet(const Arguments& arguments) : arguments_(arguments), next_(arguments.first) {}

  Total run() {
    std::vector<std::thread> threads;
    threads.reserve(arguments_.jobs);
    for (std::size_t i = 0; i < arguments_.jobs; ++i) threads.emplace_back([this] { work(); });
    for (auto& thread : threads) thread.join();
    return total_;
  }

  /// The first seed that failed, and how.
  const std::optional<std::pair<std::uint64_t, Course>>& broken() const { return broken_; }

 private:
  void work() {
    while (const auto seed = take()) {
      const Swarm swarm = swarm_of(*seed);
      const Course course = run_world(swarm, {});
      // One in a hundred twice: a world that is not the same again could not be replayed.
      const bool differs = *seed % 100 == 0 && run_world(swarm, {}).digest != course.digest;
      keep(*seed, course, differs);
    }
  }

  std::optional<std::uint64_t> take() {
    const std::scoped_lock lock(mutex_);
    const bool is_late = arguments_.seconds > 0 &&
                         RealClock::now() - began_ >= std::chrono::seconds{arguments_.seconds};
    const bool is_enough = arguments_.seconds == 0 && next_ >= arguments_.first + arguments_.seeds;
    if (broken_ || is_late || is_enough) return {};
    return next_++;
  }

  void keep(std::uint64_t seed, Course course, bool differs) {
    const std::scoped_lock lock(mutex_);
    if (differs && !course.wrong) course.wrong = "the same seed came to something else (X1)";
    total_.add(course);
    if (total_.worlds % 64 == 0 && isatty(STDERR_FILENO) != 0) {
      (void)std::fprintf(stderr, "\r%s worlds, %s sales ", std::to_string(total_.worlds).c_str(),
                         std::to_string(total_.sales).c_str());
    }
    const bool is_first = !broken_ || seed < broken_->first;
    if (course.wrong && is_first) broken_ = {seed, std::move(course)};
  }

  const Arguments& arguments_;
  RealClock::time_point began_ = RealClock::now();
  std::mutex mutex_;
  std::uint64_t next_;
  Total total_;
  std::optional<std::pair<std::uint64_t, Course>> broken_;
};

/// A driver that lies must be found out, or the simulator is blind.
bool is_blind() {
  constexpr std::uint64_t seeds = 20;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    if (run_world(lying_swarm_of(seed), {}).wrong) continue;
    print("BLIND: nobody noticed that the driver of world " + std::to_string(seed) + " lies\n");
    return true;
  }
  return false;
}

int show_broken(std::uint64_t seed, const Course& course, const Arguments& arguments) {
  print("BROKEN: " + *course.wrong + "\n  seed " + std::to_string(seed) + ", " +
        std::to_string(course.happened.size()) + " mishaps, " +
        std::to_string(course.ordered.size()) + " orders\n");
  const Swarm swarm = swarm_of(seed);
  const Selection fewer = shrink(swarm, course, std::chrono::seconds{arguments.shrink_seconds});
  const Course again = run_world(swarm, fewer);
  print("  it takes " + std::to_string(fewer.mishaps->size()) + " mishaps and " +
        std::to_string(fewer.orders->size()) + " orders: " + again.wrong.value_or("") + "\n  " +
        arguments.program + " " + replay_arguments(swarm, fewer) + "\n");
  return 1;
}

int replay(const Arguments& arguments) {
  Selection selection;
  if (!arguments.orders.empty()) selection.orders = read_decisions(arguments.orders);
  if (!arguments.mishaps.empty()) selection.mishaps = read_decisions(arguments.mishaps);
  const Course course = run_world(swarm_of(arguments.seed), selection);
  print("digest " + std::to_string(course.digest) + ", " + std::to_string(course.sales) +
        " sales\n");
  print(course.wrong ? "BROKEN: " + *course.wrong + "\n" : "sound\n");
  const auto strangers = [](const auto& selected, const auto& met) {
    return !selected ? 0 : std::count_if(selected->begin(), selected->end(), [&](const auto& id) {
      return !met.contains(id);
    });
  };
  print("of what was named, " + std::to_string(strangers(selection.mishaps, course.happened)) +
        " mishaps and " + std::to_string(strangers(selection.orders, course.ordered)) +
        " orders did not happen\n");
  return course.wrong ? 1 : 0;
}

int run(const Arguments& arguments) {
  if (arguments.seed != 0) return replay(arguments);
  if (is_blind()) return 1;
  const auto began = RealClock::now();
  Fleet fleet(arguments);
  const Total total = fleet.run();
  const std::chrono::duration<double> seconds = RealClock::now() - began;
  if (isatty(STDERR_FILENO) != 0) (void)std::fputs("\r", stderr);
  print(to_text(total, seconds.count()));
  if (arguments.table) print(total.coverage.table());
  if (fleet.broken()) return show_broken(fleet.broken()->first, fleet.broken()->second, arguments);
  std::string gaps = total.coverage.gaps();
  for (const auto& word : words) {
    if (!total.told.contains(word)) gaps += (gaps.empty() ? "told " : ", told ") + word;
  }
  if (gaps.empty() || arguments.thin_is_fine) return 0;
  print("TOO THIN: never met " + gaps + "; more --seeds meet more, --thin lets it pass\n");
  return 1;
}

/// `text` as what CLI11 makes of a check: empty, or the complaint.
std::string decisions_or_complaint(const std::string& text) {
  return read_decisions(text) ? "" : "must be `none` or ids such as 1.2.33, separated by commas";
}

}  // namespace
}  // namespace posse::sim

int main(int argc, char** argv) {
  CLI::App app(
      "Whole shops in virtual time, one for each seed: nodes, people, patrol, and everything that "
      "can go wrong.",
      posse::sim::program_name(argv));
  posse::sim::Arguments arguments;
  arguments.program = app.get_name();
  const CLI::Range some(std::int64_t{1}, std::int64_t{1'000'000'000'000});
  app.add_option("--seeds", arguments.seeds, "how many worlds (2000)")->check(some);
  app.add_option("--first", arguments.first, "the first seed (1)")->check(some);
  app.add_option("--seconds", arguments.seconds, "go on for so long, instead of --seeds")
      ->check(some);
  app.add_option("--jobs", arguments.jobs, "worlds at a time (2)")->check(CLI::Range(1, 256));
  app.add_flag("--table", arguments.table, "show which mishap met which step how often");
  app.add_flag("--thin", arguments.thin_is_fine, "do not fail when some never met");
  app.add_option("--shrink-seconds", arguments.shrink_seconds,
                 "look so long for fewer orders and mishaps that break the same rule (60)")
      ->check(CLI::Range(0, 3600));
  auto* seed = app.add_option("--seed", arguments.seed, "only this world")->check(some);
  app.add_option("--orders", arguments.orders, "with --seed: only these orders")
      ->needs(seed)
      ->check(posse::sim::decisions_or_complaint);
  app.add_option("--mishaps", arguments.mishaps, "with --seed: only these mishaps")
      ->needs(seed)
      ->check(posse::sim::decisions_or_complaint);
  app.footer(
      "Exit codes: 0 all sound, 1 something is broken, or was never tried, 2 wrong arguments.");
  if (const auto code = posse::sim::parse(app, argc, argv)) return *code;
  return posse::sim::run(arguments);
}
