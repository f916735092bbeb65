/// The ends that the reference model of the protocol reaches, as it stands in the tree.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>
#include <string>

namespace posse::sim {

/// The ends of one case, each as in_short() says it, on one line.
using Ends = std::set<std::string>;

/// Reads the cases by their names: a name on a line of its own, then its ends, each with two
/// spaces before it.
std::map<std::string, Ends> read_model(const std::string& file);

}  // namespace posse::sim
