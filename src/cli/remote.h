/// Client commands that ask a node instead of opening the store.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "client/node_client.h"

namespace posse {

/// Where a client command works.
enum class Place : std::uint8_t { store, node };

/// Gives `command` the options of one that works in both places: `--store`, `--node`, `--token`,
/// `--json`.
void add_place_options(CLI::App& command, Chosen& chosen);

/// Gives `command` the options of one that needs a node: `--node`, `--token`.
void add_node_options(CLI::App& command, Chosen& chosen);

/// What the command line says or, if it says nothing, POSSE_STORE or POSSE_NODE. Empty after a
/// usage error.
std::optional<Place> place_of(const Globals& globals);

/// The account that the command line names as `option`. Where a node is asked it may be left out,
/// and the name is empty: it is the token's. Empty after a usage error.
std::optional<Name> read_who(const std::string& option, const std::string& text, Place place);

/// A command as a node is asked for it.
struct RemoteCommand {
  Ask ask;
  Told told;
  bool once = false;  ///< Has neither key nor reference: is asked a single time.
  std::string who;    ///< The account it is for, which must be the token's own; empty: whoever's.
  std::string who_option;  ///< Where the command line named it.
  /// Whether a success is one of what was asked for; empty: any is.
  std::function<bool(const boost::json::object&)> fits{};
};

/// Asks the nodes of the command line, or of POSSE_NODE, and reports what they say.
Exit ask_nodes(const Globals& globals, RemoteCommand command);

/// Runs `task` with a client for these nodes.
Exit with_nodes(const Globals& globals, const std::function<Task<Exit>(NodeClient*)>& task);

/// Reports an answer. What is no answer of a node of this version is told as such.
Exit report(const Globals& globals, const Reply& reply, const Told& told);

}  // namespace posse
