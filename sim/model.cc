/// Reading the model's ends.
// SPDX-License-Identifier: Apache-2.0
#include "sim/model.h"

#include <fstream>

namespace posse::sim {

std::map<std::string, Ends> read_model(const std::string& file) {
  std::map<std::string, Ends> cases;
  std::ifstream in(file);
  Ends* ends = nullptr;
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with("  ")) {
      ends = &cases[line];
    } else if (ends != nullptr) {
      ends->insert(line.substr(2));
    }
  }
  return cases;
}

}  // namespace posse::sim
