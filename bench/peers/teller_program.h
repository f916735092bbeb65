/// What the programs have in common whose clients move money.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include <CLI/CLI.hpp>
#include <boost/asio/any_io_executor.hpp>

#include "bench/peers/tellers.h"
#include "cli/exit.h"

namespace posse::bench {

/// What each account has before anything is moved.
inline constexpr std::int64_t first_balance = 1'000'000'000;

/// The options of both.
struct TellerArguments {
  std::string peer;
  std::size_t documents = 2;
  std::size_t clients = 64;
  std::size_t seconds = 5;
  std::size_t connections = 0;
  std::string folder;
  std::string address;
  bool json = false;
};

void add_options(CLI::App& app, TellerArguments& arguments);

/// Has `act` done by the teller that the arguments name.
Exit run_teller(const TellerArguments& arguments,
                const std::function<Task<void>(Teller*, boost::asio::any_io_executor)>& act);

}  // namespace posse::bench
