/// Reading, replaying and writing transcripts.
// SPDX-License-Identifier: Apache-2.0
#include "sim/replay.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <utility>

namespace posse::sim {
namespace {

constexpr std::string_view scenario_line = "scenario: ";

struct Transcript {
  std::string scenario;
  std::array<std::vector<std::string>, 3> parts;  ///< Head, steps, what came of it.

  const std::vector<std::string>& steps() const { return parts[1]; }
  const std::vector<std::string>& outcome() const { return parts[2]; }
};

Transcript read_transcript(const std::string& file) {
  Transcript transcript;
  std::ifstream in(file);
  std::size_t part = 0;
  for (std::string line; std::getline(in, line);) {
    if (line.empty()) {
      part = std::min(part + 1, transcript.parts.size() - 1);
      continue;
    }
    if (line.starts_with(scenario_line)) transcript.scenario = line.substr(scenario_line.size());
    transcript.parts.at(part).push_back(std::move(line));
  }
  return transcript;
}

std::optional<Scenario> scenario_named(const std::string& name) {
  auto all = all_scenarios();
  all.push_back(canary());
  const auto found = std::ranges::find(all, name, &Scenario::name);
  if (found == all.end()) return {};
  return *std::move(found);
}

Wrong replay(const Transcript& transcript, Replayed& replayed) {
  auto scenario = scenario_named(transcript.scenario);
  if (!scenario) return "no scenario is named `" + transcript.scenario + "`";
  replayed = Explorer(*std::move(scenario)).replay(transcript.steps());
  return replayed.broken;
}

std::string line_at(const std::vector<std::string>& lines, std::size_t at) {
  return at < lines.size() ? "`" + lines[at] + "`" : "nothing more";
}

}  // namespace

std::string transcript_of(const Scenario& scenario, const Explored& explored) {
  std::string text = "# BROKEN: " + *explored.broken + "\n";
  text += std::string(scenario_line) + scenario.name + "\n\n";
  for (const auto& step : explored.trace) text += step + "\n";
  return text;
}

Wrong check_transcript(const std::string& file) {
  const Transcript transcript = read_transcript(file);
  Replayed replayed;
  if (auto wrong = replay(transcript, replayed)) return wrong;
  const auto [now, then] = std::ranges::mismatch(replayed.lines, transcript.outcome());
  if (now == replayed.lines.end() && then == transcript.outcome().end()) return {};
  const auto at = static_cast<std::size_t>(now - replayed.lines.begin());
  return "came to " + line_at(replayed.lines, at) + ", must come to " +
         line_at(transcript.outcome(), at) + "; --rewrite accepts it";
}

Wrong rewrite_transcript(const std::string& file) {
  Transcript transcript = read_transcript(file);
  Replayed replayed;
  if (auto wrong = replay(transcript, replayed)) return wrong;
  transcript.parts.back() = std::move(replayed.lines);
  std::ofstream out(file);
  std::string_view between;
  for (const auto& part : transcript.parts) {
    out << std::exchange(between, "\n");
    for (const auto& line : part) out << line << "\n";
  }
  return {};
}

}  // namespace posse::sim
