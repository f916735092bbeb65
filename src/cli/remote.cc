/// Asking nodes from the command line.
// SPDX-License-Identifier: Apache-2.0
#include "cli/remote.h"

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "core/fields.h"
#include "system/system_clock.h"

namespace posse {
namespace asio = boost::asio;
namespace json = boost::json;
namespace {

constexpr std::size_t token_bytes_max = 256;

std::string from_environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : value;
}

bool is_token(const std::string& text) {
  const auto allowed = [](unsigned char c) { return c > ' ' && c < 0x7F; };
  return text.size() <= token_bytes_max && std::ranges::all_of(text, allowed);
}

Exit no_posse_node(const Reply& reply) {
  return report(Error{Errc::unavailable,
                      "what answers at " + reply.node + " is no Posse node of this version"});
}

/// A problem (RFC 9457) as the shop would have said it.
Exit report_problem(const Globals& globals, const Reply& reply) {
  const auto code = text_in(reply.body, "code");
  const auto detail = text_in(reply.body, "detail").value_or("");
  if (!code) return no_posse_node(reply);
  if (*code == "books_unreadable") return report(Error{Errc::unreadable, std::string(detail)});
  if (reply.status >= 500) return report(Error{Errc::unavailable, std::string(detail)});
  Refusal refusal{.code = std::string(*code), .detail = std::string(detail), .more = {}};
  if (*code == "unauthorized") {
    refusal.detail =
        "POSSE_TOKEN or --token must have a token that counts; `posse login NAME` gives one";
  }
  for (const auto& [field, value] : reply.body) {
    const bool is_said = field == "type" || field == "title" || field == "status" ||
                         field == "code" || field == "detail";
    if (!is_said) refusal.more[field] = value;
  }
  return report(globals, refusal);
}

/// Why nobody knows.
std::string reason_of(const Reply& reply) {
  if (reply.status == no_posse)
    return "what answers at " + reply.node + " is no Posse node of this version";
  if (const auto detail = text_in(reply.body, "detail"); detail && reply.status == no_answer) {
    return "a node did not answer and may still do it, though " + reply.node +
           " refuses now: " + std::string(*detail);
  }
  return "the node does not say";
}

Exit report_unknown(const Globals& globals, const Reply& reply, const Told& told) {
  return report_undecided(globals, reason_of(reply), text_in(reply.body, "intent").value_or(""),
                          told);
}

/// Whether the token is the one of the account that the command line names; else says so.
Task<std::optional<Exit>> refuse_others(NodeClient* client, const Globals* globals,
                                        const RemoteCommand* command) {
  if (command->who.empty()) co_return std::nullopt;
  Ask who_am_i;
  who_am_i.target = "/v1/me";
  const Reply me = co_await client->insist(who_am_i);
  if (me.status != 200) co_return report(*globals, me, {.text = account_text, .ask_again = {}});
  const auto name = text_in(me.body, "name");
  if (!name) co_return no_posse_node(me);
  if (*name == command->who) co_return std::nullopt;
  co_return usage_error(command->who_option + " is `" + command->who +
                        "`, but the token is that of `" + std::string(*name) + "`");
}

Task<Exit> ask_and_report(NodeClient* client, Globals globals, RemoteCommand command) {
  const auto refused = co_await refuse_others(client, &globals, &command);
  if (refused) co_return *refused;
  auto asking = command.once ? client->ask(command.ask) : client->insist(command.ask);
  Reply reply = co_await std::move(asking);
  const bool is_view = reply.status == 200 || reply.status == 201;
  if (is_view && command.fits && !command.fits(reply.body)) reply.status = no_posse;
  co_return report(globals, reply, command.told);
}

}  // namespace

void add_node_options(CLI::App& command, Chosen& chosen) {
  command
      .add_option("--node", chosen.globals.nodes,
                  "nodes to ask, http://HOST:PORT[,…]; else POSSE_NODE says it")
      ->type_name("URL");
  command
      .add_option("--token", chosen.globals.token,
                  "what `posse login` gave, or an API key; better in POSSE_TOKEN")
      ->type_name("TOKEN");
  command
      .add_option("--patience", chosen.globals.patience,
                  "seconds to insist on an answer, at one node after the other (20)")
      ->check(CLI::Range(1, 3600));
}

void add_place_options(CLI::App& command, Chosen& chosen) {
  add_store_option(command, chosen);
  add_node_options(command, chosen);
  add_json_option(command, chosen);
}

std::optional<Place> place_of(const Globals& globals) {
  if (!globals.store.empty() && !globals.nodes.empty()) {
    usage_error("--store and --node exclude each other");
    return {};
  }
  if (!globals.store.empty()) return Place::store;
  if (!globals.nodes.empty()) return Place::node;
  const bool store = !from_environment("POSSE_STORE").empty();
  const bool node = !from_environment("POSSE_NODE").empty();
  if (store != node) return node ? Place::node : Place::store;
  usage_error(store ? "POSSE_STORE and POSSE_NODE are both set: --store or --node must choose"
                    : "--store (or POSSE_STORE) must say where the shop is kept, or --node (or "
                      "POSSE_NODE) who answers for it");
  return {};
}

std::optional<Name> read_who(const std::string& option, const std::string& text, Place place) {
  if (text.empty() && place == Place::node) return Name();
  return read_name(option, text);
}

Exit with_nodes(const Globals& globals, const std::function<Task<Exit>(NodeClient*)>& task) {
  const std::string text = globals.nodes.empty() ? from_environment("POSSE_NODE") : globals.nodes;
  if (text.empty()) return usage_error("--node (or POSSE_NODE) must say who is asked");
  auto nodes = read_node_addresses(text);
  if (!nodes) {
    return usage_error("--node " + std::string(node_addresses_rule) + ", not `" + text + "`");
  }
  const std::string token = globals.token.empty() ? from_environment("POSSE_TOKEN") : globals.token;
  if (!is_token(token)) {
    return usage_error("--token must be at most " + std::to_string(token_bytes_max) +
                       " characters of ASCII without spaces");
  }
  asio::io_context io(1);
  SystemClock clock(io.get_executor());
  NodeClient client(io.get_executor(), clock, *std::move(nodes), token);
  ClientWaits waits;
  waits.in_all = std::chrono::seconds{globals.patience};
  waits.lookup = std::min(waits.lookup, waits.in_all);
  waits.any = std::min(waits.any, waits.in_all);
  waits.answer = std::min(waits.answer, waits.in_all);
  client.set_waits(waits);
  Exit exit = Exit::refused;
  asio::co_spawn(io, task(&client), [&](const std::exception_ptr& thrown, Exit code) {
    if (thrown) std::rethrow_exception(thrown);
    exit = code;
  });
  io.run();
  return exit;
}

Exit ask_nodes(const Globals& globals, RemoteCommand command) {
  return with_nodes(globals, [&](NodeClient* client) {
    return ask_and_report(client, globals, std::move(command));
  });
}

Exit report(const Globals& globals, const Reply& reply, const Told& told) {
  const bool only_reads = told.ask_again.empty();
  switch (reply.status) {
    case 200:
    case 201:
      if (is_read_by(told.text, reply.body)) return report(globals, reply.body, told);
      [[fallthrough]];
    case no_posse:
      if (only_reads) return no_posse_node(reply);
      return report_unknown(globals, {.status = no_posse, .body = {}, .node = reply.node}, told);
    case 202:
    case no_answer:
      if (only_reads) return report(Error{Errc::unavailable, "no answer from " + reply.node});
      return report_unknown(globals, reply, told);
    case 204:
      return Exit::fine;
    case no_node:
      return report(
          Error{Errc::unavailable, "no node could be reached, last tried: " + reply.node});
    default:
      return report_problem(globals, reply);
  }
}

}  // namespace posse
