/// `posse key …`
// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "cli/commands.h"
#include "cli/remote.h"
#include "core/digest.h"
#include "core/text.h"
#include "node/sessions.h"

namespace posse {
namespace json = boost::json;
namespace {

struct Arguments {
  std::string who;
  std::string id;
};

Told told_of_making() {
  return {.text = key_text,
          .ask_again =
              "`posse key list` shows whether there is a new one: delete it, as its token "
              "is lost"};
}

Told told_of_list() {
  return {.text = keys_text, .ask_again = {}};
}

/// An account's keys straight on the store, for as long as one command runs.
class KeyRing {
 public:
  explicit KeyRing(Host& host)
      : live_({.store = host.store()}, host.clock(), host.io().get_executor(),
              [](std::chrono::milliseconds) {}),
        sessions_(host.store(), live_, host.clock(), host.random()) {}

  Sessions& sessions() { return sessions_; }
  Task<void> close() { return live_.close(); }

 private:
  LiveDocuments live_;
  Sessions sessions_;
};

json::object to_json(const std::vector<ListedKey>& keys) {
  json::array listed;
  for (const auto& key : keys) {
    listed.push_back(json::object{{"id", key.id}, {"created_at", rfc3339(key.created_at)}});
  }
  return {{"keys", std::move(listed)}};
}

Exit report_made(const Globals& globals, const Result<Answer<Opened>>& made) {
  if (!made) return report(made.error());
  if (const auto* refusal = std::get_if<Refusal>(&*made)) return report(globals, *refusal);
  const auto* key = std::get_if<Opened>(&*made);
  if (key == nullptr) {
    return report_undecided(globals, "the store does not say", "", told_of_making());
  }
  return report(globals, json::object{{"id", key->id}, {"key", key->token}}, told_of_making());
}

Task<Exit> make(KeyRing* ring, Globals globals, Name who) {
  const auto made = co_await ring->sessions().make_key(std::move(who));
  co_return report_made(globals, made);
}

Task<Exit> list(KeyRing* ring, Globals globals, Name who) {
  const auto keys = co_await ring->sessions().keys(std::move(who));
  if (!keys) co_return report(keys.error());
  co_return report(globals, to_json(*keys), keys_text);
}

Task<Exit> end(KeyRing* ring, Globals globals, Name who, std::string id) {
  const auto ended = co_await ring->sessions().end_key(who, std::move(id));
  if (!ended) co_return report(ended.error());
  if (*ended) co_return Exit::fine;
  co_return report(globals, refuse("unknown_key", who.text() + " has no key with this id"));
}

using RingTask = std::function<Task<Exit>(KeyRing*)>;

/// Runs `task` with the keys of `who`, an account that is there.
Task<Exit> with_ring(Host* host, Globals globals, Name who, const RingTask* task) {
  const auto account = co_await host->shop().accounts().show(std::move(who));
  if (!account) co_return report(account.error());
  if (const auto* refusal = std::get_if<Refusal>(&*account)) co_return report(globals, *refusal);
  KeyRing ring(*host);
  const Exit exit = co_await (*task)(&ring);
  co_await ring.close();
  co_return exit;
}

Exit on_store(const Globals& globals, const Name& who, const RingTask& task) {
  return with_host(globals, [&](Host* host) { return with_ring(host, globals, who, &task); });
}

RemoteCommand remote(const Name& who, Ask ask, Told told) {
  return {.ask = std::move(ask),
          .told = std::move(told),
          .once = false,
          .who = who.text(),
          .who_option = "--as"};
}

/// Asked a single time: each time makes another key.
RemoteCommand remote_make(const Name& who) {
  Ask ask{.method = "POST", .target = "/v1/me/keys", .body = {}, .key = {}};
  RemoteCommand command = remote(who, std::move(ask), told_of_making());
  command.once = true;
  return command;
}

RemoteCommand remote_list(const Name& who) {
  Ask ask{.method = "GET", .target = "/v1/me/keys", .body = {}, .key = {}};
  return remote(who, std::move(ask), told_of_list());
}

RemoteCommand remote_end(const Name& who, const std::string& id) {
  Ask ask{.method = "DELETE", .target = "/v1/me/keys/" + id, .body = {}, .key = {}};
  return remote(who, std::move(ask), {.text = keys_text, .ask_again = "delete it again"});
}

/// Reads whose keys they are; then one of both, where they are.
Exit run(const Globals& globals, const std::string& text,
         const std::function<RemoteCommand(const Name&)>& remote,
         const std::function<Task<Exit>(KeyRing*, const Name&)>& task) {
  const auto place = place_of(globals);
  if (!place) return Exit::usage;
  const auto who = read_who("--as", text, *place);
  if (!who) return Exit::usage;
  if (*place == Place::node) return ask_nodes(globals, remote(*who));
  return on_store(globals, *who, [&](KeyRing* ring) { return task(ring, *who); });
}

Exit run_make(const Globals& globals, const Arguments& arguments) {
  return run(globals, arguments.who, remote_make,
             [&](KeyRing* ring, const Name& who) { return make(ring, globals, who); });
}

Exit run_list(const Globals& globals, const Arguments& arguments) {
  return run(globals, arguments.who, remote_list,
             [&](KeyRing* ring, const Name& who) { return list(ring, globals, who); });
}

Exit run_end(const Globals& globals, const Arguments& arguments) {
  Digest digest{};
  if (!from_text(arguments.id, digest)) return usage_error("ID must be one that `key list` shows");
  const auto ask = [&](const Name& who) { return remote_end(who, arguments.id); };
  return run(globals, arguments.who, ask,
             [&](KeyRing* ring, const Name& who) { return end(ring, globals, who, arguments.id); });
}

using Run = Exit(const Globals& globals, const Arguments& arguments);

void add(CLI::App* command, Chosen& chosen, const std::shared_ptr<Arguments>& arguments, Run* run) {
  command->add_option("--as", arguments->who, "the account; with --node the token's");
  add_place_options(*command, chosen);
  command->callback([&chosen, arguments, run] {
    chosen.run = [&chosen, arguments, run] { return run(chosen.globals, *arguments); };
  });
}

}  // namespace

void add_key_commands(CLI::App& app, Chosen& chosen) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* key = app.add_subcommand("key", "Make, list and delete tokens for programs");
  key->require_subcommand(1);
  add(key->add_subcommand(
          "create", "Make a token that works until it is deleted, and print it, this one time"),
      chosen, arguments, run_make);
  add(key->add_subcommand("list", "List an account's keys, newest last, without their tokens"),
      chosen, arguments, run_list);
  CLI::App* command = key->add_subcommand("delete", "End a key, on every node");
  command->add_option("ID", arguments->id, "as the list shows it; behind -- if it begins with -")
      ->required();
  add(command, chosen, arguments, run_end);
}

}  // namespace posse
