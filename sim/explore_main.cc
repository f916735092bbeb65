/// The program posse-explore.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <future>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include <CLI/CLI.hpp>

#include "sim/arguments.h"
#include "sim/counts.h"
#include "sim/explorer.h"
#include "sim/model.h"
#include "sim/replay.h"

namespace posse::sim {
namespace {

struct Arguments {
  std::string only;
  std::uint64_t states_max = 20'000'000;
  std::size_t jobs = 1;
  std::string counts = "sim/counts.txt";
  std::string model = "sim/model_ends.txt";
  std::vector<std::string> transcripts;
  bool rewrite = false;
  bool list = false;
  bool shortest = false;

  Next next() const { return shortest ? Next::shallowest : Next::deepest; }
};

/// What the program ends with; exit_given_up also if its arguments are wrong.
enum Exit : std::uint8_t { exit_sound = 0, exit_broken = 1, exit_given_up = 2, exit_changed = 3 };

struct Total {
  std::uint64_t states = 0;
  std::uint64_t broken = 0;
  std::uint64_t given_up = 0;
  std::uint64_t changed = 0;
  std::uint64_t unlike = 0;  ///< Ends of the model that no scenario came to.
};

struct Timed {
  Explored explored;
  std::chrono::milliseconds took{};
};

void print(const std::string& text) {
  (void)std::fputs(text.c_str(), stdout);
  (void)std::fflush(stdout);
}

std::string to_text(const Scenario& scenario, const Timed& timed) {
  const Explored& explored = timed.explored;
  std::string text = scenario.name + ": " + std::to_string(explored.states) + " states, " +
                     std::to_string(explored.ends) + " ends, " + std::to_string(explored.fenced) +
                     " with a fence, " + std::to_string(explored.contents) +
                     " contents of the store, " + std::to_string(explored.histories) +
                     " lives of processes; told";
  for (const auto& [word, count] : explored.told) text += " " + word + " " + std::to_string(count);
  text += "; " + std::to_string(timed.took.count()) + " ms\n";
  if (explored.truncated) text += "  GIVEN UP: more states than --states-max\n";
  if (explored.broken) text += "\n" + transcript_of(scenario, explored) + "\n";
  return text;
}

Timed explore(const Scenario& scenario, const Arguments& arguments, std::uint64_t states_max) {
  const auto began = std::chrono::steady_clock::now();
  Explorer explorer(scenario, arguments.next());
  Timed timed{.explored = explorer.run(states_max), .took = {}};
  timed.took = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - began);
  return timed;
}

/// Where a rule is broken on purpose, it must be found.
bool is_blind(const Arguments& arguments) {
  constexpr std::uint64_t canary_states_max = 1'000'000;
  if (explore(canary(), arguments, canary_states_max).explored.broken) return false;
  print("BLIND: the canary's broken rule was not found\n");
  return true;
}

/// Those whose name contains what was asked for; the one that is called so, if there is one.
std::vector<Scenario> chosen(const std::string& asked) {
  std::vector<Scenario> all = all_scenarios();
  const auto is_called_so = [&](const Scenario& one) { return one.name == asked; };
  const bool exact = std::ranges::any_of(all, is_called_so);
  std::erase_if(all, [&](const Scenario& one) {
    return exact ? one.name != asked : one.name.find(asked) == std::string::npos;
  });
  return all;
}

/// Explores all of them, several at once, those that take long first. Nothing is shared.
class Pool {
 public:
  Pool(const std::vector<Scenario>& scenarios, const Counts& counts, const Arguments& arguments)
      : scenarios_(scenarios), arguments_(arguments), results_(scenarios.size()) {
    for (std::size_t i = 0; i < scenarios.size(); ++i) order_.push_back(i);
    std::ranges::sort(order_, std::ranges::greater{},
                      [&](std::size_t i) { return counts.states(scenarios[i].name); });
    for (std::size_t job = 0; job < arguments.jobs; ++job) {
      threads_.emplace_back([this] { work(); });
    }
  }

  /// Waits for that scenario.
  Timed result(std::size_t scenario) { return results_[scenario].get_future().get(); }

 private:
  void work() {
    for (std::size_t next = next_++; next < order_.size(); next = next_++) {
      const std::size_t scenario = order_[next];
      results_[scenario].set_value(
          explore(scenarios_[scenario], arguments_, arguments_.states_max));
    }
  }

  const std::vector<Scenario>& scenarios_;
  const Arguments& arguments_;
  std::vector<std::size_t> order_;
  std::vector<std::promise<Timed>> results_;
  std::atomic<std::size_t> next_ = 0;
  std::vector<std::jthread> threads_;
};

/// What the model can come to, production can: the scenarios of a case come to all of its ends.
std::uint64_t print_missing(const std::map<std::string, Ends>& model,
                            const std::map<std::string, Ends>& reached) {
  std::uint64_t broken = 0;
  for (const auto& [name, ends] : model) {
    const auto found = reached.find(name);
    for (const auto& end : ends) {
      if (found != reached.end() && found->second.contains(end)) continue;
      std::string text = "NOT LIKE THE MODEL: ";
      print(text.append(name).append(" also comes to ").append(end).append("\n"));
      ++broken;
    }
  }
  return broken;
}

/// Prints what came of a scenario, and adds it.
void judge(const Scenario& scenario, const Timed& timed, Counts& counts, Total& total) {
  const Explored& explored = timed.explored;
  print(to_text(scenario, timed));
  total.states += explored.states;
  total.broken += explored.broken ? 1U : 0U;
  total.given_up += explored.truncated ? 1U : 0U;
  if (explored.broken || explored.truncated) return;
  const auto difference = counts.difference(scenario.name, explored);
  counts.put(scenario.name, explored);
  if (!difference) return;
  ++total.changed;
  print("  CHANGED: " + *difference + "\n");
}

std::vector<std::string> names_of(const std::vector<Scenario>& scenarios) {
  std::vector<std::string> names;
  names.reserve(scenarios.size());
  for (const Scenario& scenario : scenarios) names.push_back(scenario.name);
  return names;
}

Exit exit_of(const Total& total, const Arguments& arguments) {
  if (total.broken > 0) return exit_broken;
  if (total.given_up > 0) return exit_given_up;
  const bool changed = total.changed > 0 && !arguments.rewrite;
  return changed || total.unlike > 0 ? exit_changed : exit_sound;
}

Exit give_up(const std::string& why) {
  (void)std::fputs((why + "\n").c_str(), stderr);
  return exit_given_up;
}

Exit explore_all(const std::vector<Scenario>& scenarios, const Arguments& arguments) {
  Counts counts(arguments.counts);
  Pool pool(scenarios, counts, arguments);
  Total total;
  std::map<std::string, Ends> reached;
  for (std::size_t i = 0; i < scenarios.size(); ++i) {
    const Timed timed = pool.result(i);
    reached[scenarios[i].model_case].insert(timed.explored.in_short.begin(),
                                            timed.explored.in_short.end());
    judge(scenarios[i], timed, counts, total);
  }
  if (arguments.only.empty()) total.unlike = print_missing(read_model(arguments.model), reached);
  if (arguments.rewrite && !counts.rewrite(names_of(all_scenarios()))) {
    return give_up(arguments.counts + " cannot be written");
  }
  print(std::to_string(scenarios.size()) + " scenarios, " + std::to_string(total.states) +
        " states, " + std::to_string(total.broken + total.given_up) + " broken or given up, " +
        std::to_string(total.changed) + " changed\n");
  return exit_of(total, arguments);
}

int replay_all(const Arguments& arguments) {
  int code = exit_sound;
  for (const auto& file : arguments.transcripts) {
    if (!std::ifstream(file)) return give_up(file + " cannot be read");
    const auto wrong = arguments.rewrite ? rewrite_transcript(file) : check_transcript(file);
    print(file + ": " + (wrong ? *wrong : arguments.rewrite ? "rewritten" : "as it says") + "\n");
    if (wrong) code = exit_broken;
  }
  return code;
}

int run(const Arguments& arguments) {
  if (!arguments.transcripts.empty()) return replay_all(arguments);
  const auto scenarios = chosen(arguments.only);
  if (arguments.list) {
    for (const auto& name : names_of(scenarios)) print(name + "\n");
    return exit_sound;
  }
  if (scenarios.empty()) return give_up("no scenario has `" + arguments.only + "` in its name");
  for (const auto& file : {arguments.counts, arguments.model}) {
    if (!arguments.rewrite && !std::ifstream(file)) {
      return give_up(file + " cannot be read: start the program where the tree is");
    }
  }
  if (is_blind(arguments)) return exit_given_up;
  return explore_all(scenarios, arguments);
}

}  // namespace
}  // namespace posse::sim

int main(int argc, char** argv) {
  CLI::App app(
      "Tries every order of every call, with every fault, in small scenarios on the production "
      "code. To be started where the tree is.",
      posse::sim::program_name(argv));
  posse::sim::Arguments arguments;
  app.add_option("--scenario", arguments.only,
                 "the scenario of this name, or all whose names contain this");
  app.add_option("--states-max", arguments.states_max,
                 "give a scenario up after so many states (20000000)")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1'000'000'000'000}));
  app.add_option("--jobs", arguments.jobs, "so many scenarios at once (1)")
      ->check(CLI::PositiveNumber);
  app.add_option("--counts", arguments.counts, "what each scenario must come to (sim/counts.txt)");
  app.add_option("--model", arguments.model,
                 "what scenarios of the reference model can come to (sim/model_ends.txt)");
  app.add_option("--replay", arguments.transcripts, "replay these transcripts instead");
  app.add_flag("--rewrite", arguments.rewrite, "write down what comes of it, instead of comparing");
  app.add_flag("--list", arguments.list, "only name the scenarios");
  app.add_flag("--shortest", arguments.shortest,
               "breadth first, slower: what is broken is shown by a shortest trace");
  app.footer(
      "Exit codes: 0 all sound, 1 a rule is broken, 2 given up, blind, or wrong arguments, 3 "
      "sound, but not as counted or not as the model.");
  if (const auto code = posse::sim::parse(app, argc, argv)) return *code;
  return posse::sim::run(arguments);
}
