/// Reading, comparing and writing counts.
// SPDX-License-Identifier: Apache-2.0
#include "sim/counts.h"

#include <fstream>
#include <sstream>
#include <utility>

namespace posse::sim {

Counts::Counts(std::string file) : file_(std::move(file)) {
  std::ifstream in(file_);
  for (std::string line; std::getline(in, line);) {
    const auto colon = line.find(": ");
    if (colon == std::string::npos) continue;
    known_[line.substr(0, colon)] = numbers_of(line.substr(colon + 2));
  }
}

Wrong Counts::difference(const std::string& scenario, const Explored& explored) const {
  const auto known = known_.find(scenario);
  if (known == known_.end()) return file_ + " has no line for it; --rewrite writes one";
  const Numbers now = numbers_of(explored);
  if (now == known->second) return {};
  std::string text = "not as in " + file_ + ":";
  for (std::size_t i = 0; i < now.size(); ++i) {
    const auto& [name, count] = now[i];
    const bool has = i < known->second.size() && known->second[i].first == name;
    const std::string before = has ? std::to_string(known->second[i].second) : "none";
    if (!has || known->second[i].second != count) {
      text.append(" ").append(name).append(" were ").append(before);
      text.append(", are ").append(std::to_string(count)).append(";");
    }
  }
  return text + " --rewrite accepts it";
}

std::uint64_t Counts::states(const std::string& scenario) const {
  const auto known = known_.find(scenario);
  return known == known_.end() || known->second.empty() ? 0 : known->second.front().second;
}

void Counts::put(const std::string& scenario, const Explored& explored) {
  known_[scenario] = numbers_of(explored);
}

bool Counts::rewrite(const std::vector<std::string>& scenarios) const {
  std::ofstream out(file_);
  for (const auto& scenario : scenarios) {
    const auto known = known_.find(scenario);
    if (known == known_.end()) continue;
    out << scenario << ":";
    const char* between = " ";
    for (const auto& [name, count] : known->second) {
      out << std::exchange(between, ", ") << count << " " << name;
    }
    out << "\n";
  }
  out.close();
  return out.good();
}

Counts::Numbers Counts::numbers_of(const Explored& explored) {
  Numbers numbers{{"states", explored.states},
                  {"ends", explored.ends},
                  {"ends with a fence", explored.fenced},
                  {"contents", explored.contents}};
  if (!explored.in_short.empty()) numbers.emplace_back("ends in short", explored.in_short.size());
  return numbers;
}

Counts::Numbers Counts::numbers_of(const std::string& line) {
  Numbers numbers;
  std::istringstream in(line);
  for (std::string part; std::getline(in, part, ',');) {
    std::istringstream number(part);
    std::uint64_t count = 0;
    std::string name;
    number >> count >> std::ws;
    std::getline(number, name);
    numbers.emplace_back(name, count);
  }
  return numbers;
}

}  // namespace posse::sim
