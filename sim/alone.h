/// One process with the world to itself.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "sim/contents.h"
#include "sim/puppet.h"

namespace posse::sim {

struct Alone {
  bool ended = false;
  std::uint64_t writes = 0;  ///< That changed something.
  std::uint64_t alarms = 0;
  std::vector<Told> told;
};

/// Runs `script` on `contents` with nobody else there and nothing going wrong. It has not ended if
/// it still wants something after very many calls.
Alone run_alone(boost::asio::io_context& io, const Script& script, Contents& contents);

}  // namespace posse::sim
