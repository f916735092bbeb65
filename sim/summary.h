/// The store's contents in a few lines that people can read.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "sim/contents.h"
#include "sim/scenario.h"

namespace posse::sim {

/// A line for each document. Operations are named by the first role that asks for them, whatever
/// the attempt; what is a set is in the order of names.
std::vector<std::string> in_short(const Contents& contents, const Scenario& scenario);

std::string one_line(const std::vector<std::string>& lines);

}  // namespace posse::sim
