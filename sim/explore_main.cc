/// The program posse-explore.
// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>

#include <CLI/CLI.hpp>

#include "sim/explorer.h"

namespace posse::sim {
namespace {

struct Arguments {
  std::string only;
  std::uint64_t states_max = 20'000'000;
  bool list = false;
};

struct Total {
  std::uint64_t scenarios = 0;
  std::uint64_t states = 0;
  std::uint64_t broken = 0;
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
  Explorer explorer(scenario);
  const Explored explored = explorer.run(arguments.states_max, show_progress);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - began;
  (void)std::fputs("\r", stderr);
  print(to_text(scenario.name, explored, seconds.count()));
  return explored;
}

/// Where a rule is broken on purpose, it must be found.
bool is_blind(const Arguments& arguments) {
  Explorer explorer(canary());
  const Explored explored = explorer.run(arguments.states_max, [](const Explored&) {});
  if (explored.broken) return false;
  print("BLIND: the canary's broken rule was not found\n");
  return true;
}

int run(const Arguments& arguments) {
  if (is_blind(arguments)) return 1;
  Total total;
  for (const Scenario& scenario : all_scenarios()) {
    if (scenario.name.find(arguments.only) == std::string::npos) continue;
    ++total.scenarios;
    if (arguments.list) {
      print(scenario.name + "\n");
      continue;
    }
    const Explored explored = explore(scenario, arguments);
    total.states += explored.states;
    total.broken += explored.broken || explored.truncated ? 1U : 0U;
  }
  if (!arguments.list) {
    print(std::to_string(total.scenarios) + " scenarios, " + std::to_string(total.states) +
          " states, " + std::to_string(total.broken) + " broken or given up\n");
  }
  return total.broken > 0 || total.scenarios == 0 ? 1 : 0;
}

}  // namespace
}  // namespace posse::sim

int main(int argc, char** argv) {
  CLI::App app(
      "Tries every order of every call, with every fault, in small scenarios on the production "
      "code.",
      "posse-explore");
  posse::sim::Arguments arguments;
  app.add_option("--scenario", arguments.only, "only scenarios whose name contains this");
  app.add_option("--states-max", arguments.states_max,
                 "give a scenario up after so many states (20000000)");
  app.add_flag("--list", arguments.list, "only name the scenarios");
  app.footer("Exit codes: 0 all sound, 1 something is broken or was given up.");
  CLI11_PARSE(app, argc, argv);
  return posse::sim::run(arguments);
}
