/// One teller, one executor.
// SPDX-License-Identifier: Apache-2.0
#include "bench/peers/teller_program.h"

#include <exception>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

namespace posse::bench {

void add_options(CLI::App& app, TellerArguments& arguments) {
  app.add_option("--peer", arguments.peer, teller_help)
      ->required()
      ->check(CLI::IsMember(teller_names));
  app.add_option("--documents", arguments.documents, "accounts")
      ->capture_default_str()
      ->check(CLI::Range(2, 10'000'000));
  app.add_option("--clients", arguments.clients, "at a time (64)")->check(CLI::Range(1, 4096));
  app.add_option("--seconds", arguments.seconds, "how long (5)")->check(CLI::Range(1, 86400));
  app.add_option("--connections", arguments.connections, "to PostgreSQL (16)");
  app.add_option("--folder", arguments.folder, "of Posse's store");
  app.add_option("--address", arguments.address, "of PostgreSQL, whose data is deleted: conninfo");
  app.add_flag("--json", arguments.json, "as it is printed anyway");
}

Exit run_teller(const TellerArguments& arguments,
                const std::function<Task<void>(Teller*, boost::asio::any_io_executor)>& act) {
  boost::asio::io_context io(1);
  const Place place{.io = &io,
                    .folder = arguments.folder,
                    .address = arguments.address,
                    .connections = arguments.connections,
                    .buyers = arguments.clients};
  const auto teller = make_teller(arguments.peer, place);
  const auto ended = [&](const std::exception_ptr& thrown) {
    if (thrown) std::rethrow_exception(thrown);
    io.stop();
  };
  boost::asio::co_spawn(io, act(teller.get(), io.get_executor()), ended);
  io.run();
  return Exit::fine;
}

}  // namespace posse::bench
