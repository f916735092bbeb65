/// What the commands share.
// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"

#include <cstdlib>

#include "core/text.h"
#include "patrol/membership.h"

namespace posse {

void add_store_option(CLI::App& command, Chosen& chosen) {
  command
      .add_option(
          "--store", chosen.globals.store,
          "where the shop is kept: " + std::string(store_url_forms) + "; else POSSE_STORE says it")
      ->type_name("URL");
}

void add_json_option(CLI::App& command, Chosen& chosen) {
  command.add_flag("--json", chosen.globals.json, "print JSON, one object");
}

void add_id_option(CLI::App& command, std::string& id) {
  command.add_option("--id", id, "name of this member; no two alive may share one")
      ->check([](const std::string& text) {
        return is_node_name(text) ? std::string() : std::string(node_name_rule);
      });
}

std::string store_url(const Globals& globals) {
  const char* environment = std::getenv("POSSE_STORE");
  return globals.store.empty() && environment != nullptr ? environment : globals.store;
}

std::optional<std::string> wrong_store(const std::string& url) {
  if (url.empty()) return "--store (or POSSE_STORE) must say where the shop is kept";
  if (const auto wrong = wrong_store_url(url)) return "--store " + *wrong;
  return {};
}

namespace {

Exit run_on(const std::string& url, Missing missing, const std::function<Task<Exit>(Host*)>& task) {
  if (const auto wrong = wrong_store(url)) return usage_error(*wrong);
  auto host = Host::open(url, missing);
  if (!host) return report(host.error());
  return (*host)->run(task(host->get()));
}

}  // namespace

Exit with_host(const Globals& globals, const std::function<Task<Exit>(Host*)>& task) {
  const std::string url = store_url(globals);
  if (url == "memory:") {
    return usage_error("--store memory: is empty at each start; only bench can use it");
  }
  return run_on(url, Missing::refuse, task);
}

Exit with_new_host(const std::string& url, const std::function<Task<Exit>(Host*)>& task) {
  return run_on(url, Missing::create, task);
}

std::optional<Name> read_name(const std::string& what, const std::string& text) {
  auto name = Name::from(text);
  if (!name) usage_error(what + " " + std::string(Name::rule));
  return name;
}

std::optional<std::int64_t> read_number(const std::string& what, const std::string& text,
                                        std::int64_t least) {
  const auto number = whole_number(text);
  if (number && *number >= least) return number;
  usage_error(what + " must be a whole number from " + std::to_string(least) +
              " to 9223372036854775807");
  return {};
}

}  // namespace posse
