/// The program posse-explore.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "sim/explorer.h"

namespace posse::sim {
namespace {

struct Arguments {
  std::string only;
  std::uint64_t states_max = 20'000'000;
  bool list = false;
  bool shortest = false;

  Next next() const { return shortest ? Next::shallowest : Next::deepest; }
};

/// What the program ends with. CLI11 has its own codes above 100 for wrong options.
enum Exit : std::uint8_t { exit_sound = 0, exit_broken = 1, exit_given_up = 2 };

struct Total {
  std::uint64_t scenarios = 0;
  std::uint64_t states = 0;
  std::uint64_t broken = 0;
  std::uint64_t given_up = 0;
};

void print(const std::string& text) {
  (void)std::fputs(text.c_str(), stdout);
  (void)std::fflush(stdout);
}

void show_progress(const Explored& so_far) {
  (void)std::fprintf(stderr, "\r%s states ", std::to_string(so_far.states).c_str());
}

std::string to_text(const std::string& name, const Explored& explored, double seconds) {
  std::string text = name + ": " + std::to_string(explored.states) + " states, " +
                     std::to_string(explored.ends) + " ends, " + std::to_string(explored.fenced) +
                     " with a fence, " + std::to_string(explored.contents) +
                     " contents of the store, " + std::to_string(explored.histories) +
                     " lives of processes; told";
  for (const auto& [word, count] : explored.told) text += " " + word + " " + std::to_string(count);
  text += "; " + std::to_string(static_cast<int>(seconds * 1000)) + " ms\n";
  if (explored.truncated) text += "  GIVEN UP: more states than --states-max\n";
  if (!explored.broken) return text;
  text += "  BROKEN: " + *explored.broken + "\n";
  for (const auto& step : explored.trace) text += "    " + step + "\n";
  return text;
}

Explored explore(const Scenario& scenario, const Arguments& arguments) {
  const auto began = std::chrono::steady_clock::now();
  Explorer explorer(scenario, arguments.next());
  const Explored explored = explorer.run(arguments.states_max, show_progress);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - began;
  (void)std::fputs("\r", stderr);
  print(to_text(scenario.name, explored, seconds.count()));
  return explored;
}

/// Where a rule is broken on purpose, it must be found.
bool is_blind(const Arguments& arguments) {
  Explorer explorer(canary(), arguments.next());
  const Explored explored = explorer.run(arguments.states_max, [](const Explored&) {});
  if (explored.broken) return false;
  print("BLIND: the canary's broken rule was not found\n");
  return true;
}

/// Those whose name contains what was asked for; the one that is called so, if there is one.
std::vector<Scenario> chosen_scenarios(const std::string& asked) {
  std::vector<Scenario> all = all_scenarios();
  const auto is_called_so = [&](const Scenario& one) { return one.name == asked; };
  const bool exact = std::any_of(all.begin(), all.end(), is_called_so);
  std::erase_if(all, [&](const Scenario& one) {
    return exact ? one.name != asked : one.name.find(asked) == std::string::npos;
  });
  return all;
}

Total explore_all(const std::vector<Scenario>& scenarios, const Arguments& arguments) {
  Total total;
  for (const Scenario& scenario : scenarios) {
    const Explored explored = explore(scenario, arguments);
    ++total.scenarios;
    total.states += explored.states;
    total.broken += explored.broken ? 1U : 0U;
    total.given_up += explored.truncated ? 1U : 0U;
  }
  print(std::to_string(total.scenarios) + " scenarios, " + std::to_string(total.states) +
        " states, " + std::to_string(total.broken + total.given_up) + " broken or given up\n");
  return total;
}

int run(const Arguments& arguments) {
  const auto scenarios = chosen_scenarios(arguments.only);
  if (arguments.list) {
    for (const Scenario& scenario : scenarios) print(scenario.name + "\n");
    return exit_sound;
  }
  if (is_blind(arguments)) return exit_given_up;
  const Total total = explore_all(scenarios, arguments);
  if (total.broken > 0) return exit_broken;
  return total.given_up > 0 || total.scenarios == 0 ? exit_given_up : exit_sound;
}

}  // namespace
}  // namespace posse::sim

int main(int argc, char** argv) {
  CLI::App app(
      "Tries every order of every call, with every fault, in small scenarios on the production "
      "code.",
      "posse-explore");
  posse::sim::Arguments arguments;
  app.add_option("--scenario", arguments.only,
                 "the scenario of this name, or all whose names contain this");
  app.add_option("--states-max", arguments.states_max,
                 "give a scenario up after so many states (20000000)");
  app.add_flag("--list", arguments.list, "only name the scenarios");
  app.add_flag("--shortest", arguments.shortest,
               "breadth first, slower: what is broken is shown by a shortest trace");
  app.footer(
      "Exit codes: 0 all sound, 1 a rule is broken, 2 given up, blind, or no such scenario.");
  CLI11_PARSE(app, argc, argv);
  return posse::sim::run(arguments);
}
