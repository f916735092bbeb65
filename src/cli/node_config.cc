/// Reading it by toml++; nothing else in the tree sees its types.
// SPDX-License-Identifier: Apache-2.0
#include "cli/node_config.h"

#include <filesystem>
#include <fstream>
#include <set>
#include <toml++/toml.h>

#include "core/fields.h"
#include "patrol/membership.h"
#include "posse/open.h"

namespace posse {
namespace {

/// Takes the settings of one table by name; the first thing that is wrong stays in `wrong`.
class Settings {
 public:
  Settings(const toml::table& table, std::string path, std::string& wrong)
      : table_(table), path_(std::move(path)), wrong_(wrong) {}

  /// Leaves `text` as it is where the table has no such setting.
  void text(const std::string& name, std::string& text) {
    const toml::node* node = take(name);
    if (node == nullptr) return;
    if (const auto* value = node->as_string()) {
      text = value->get();
    } else {
      refuse(*node, name, "must be a text");
    }
  }

  /// Each of a list of texts goes to `take`, which says whether it is one.
  template <class Take>
  void list(const std::string& name, Take take_one, const std::string& rule) {
    const toml::node* node = take(name);
    if (node == nullptr) return;
    const auto* array = node->as_array();
    if (array == nullptr) return refuse(*node, name, rule);
    for (const auto& item : *array) {
      const auto* text = item.as_string();
      if (text == nullptr || !take_one(text->get())) refuse(item, name, rule);
    }
  }

  template <class Number>
  void number(const std::string& name, Range range, Number& number) {
    const toml::node* node = take(name);
    if (node == nullptr) return;
    const auto* value = node->as_integer();
    if (value != nullptr && value->get() >= range.least && value->get() <= range.most) {
      number = Number(value->get());
    } else {
      refuse(*node, name,
             "must be a whole number from " + std::to_string(range.least) + " to " +
                 std::to_string(range.most));
    }
  }

  /// As a text that `read` understands.
  template <class Read, class Value>
  void choice(const std::string& name, Read read, const std::string& rule, Value& value) {
    const toml::node* node = take(name);
    if (node == nullptr) return;
    const auto* text = node->as_string();
    if (const auto chosen = text != nullptr ? read(text->get()) : decltype(read(""))()) {
      value = *chosen;
    } else {
      refuse(*node, name, rule);
    }
  }

  template <class Read>
  void table(const std::string& name, Read read) {
    const toml::node* node = take(name);
    if (node == nullptr) return;
    if (const auto* table = node->as_table()) {
      Settings settings(*table, path_ + name + ".", wrong_);
      read(settings);
      settings.end();
    } else {
      refuse(*node, name, "must be a table");
    }
  }

  /// Nothing else may be there.
  void end() {
    for (const auto& [key, node] : table_) {
      const std::string name(key.str());
      if (!taken_.contains(name)) refuse(key.source(), name, "is no setting");
    }
  }

  void refuse(const std::string& name, const std::string& rule) {
    if (const toml::node* node = table_.get(name)) refuse(*node, name, rule);
  }

 private:
  const toml::node* take(const std::string& name) {
    taken_.insert(name);
    return table_.get(name);
  }

  void refuse(const toml::node& node, const std::string& name, const std::string& rule) {
    refuse(node.source(), name, rule);
  }

  void refuse(const toml::source_region& where, const std::string& name, const std::string& rule) {
    if (!wrong_.empty()) return;
    wrong_ = std::to_string(where.begin.line) + ":" + std::to_string(where.begin.column) + ": `" +
             path_ + name + "` " + rule;
  }

  const toml::table& table_;
  std::string path_;
  std::string& wrong_;
  std::set<std::string> taken_;
};

void read_log(Settings& settings, LogOptions& log) {
  settings.choice("level", log_level, "must be debug, info, warning or error", log.least);
  settings.choice("format", log_format, "must be text or json", log.format);
}

void read_limits(Settings& settings, ServerLimits& limits) {
  constexpr Range many{.least = 1, .most = 1'000'000};
  constexpr Range seconds{.least = 1, .most = 3600};
  settings.number("connections", many, limits.connections);
  settings.number("connections_of_a_peer", many, limits.connections_of_a_peer);
  settings.number("streams", many, limits.streams);
  settings.number("head_seconds", seconds, limits.head);
  settings.number("body_seconds", seconds, limits.body);
  settings.number("idle_seconds", seconds, limits.idle);
  settings.number("writing_seconds", seconds, limits.writing);
}

void read_all(Settings& settings, NodeConfig& config) {
  settings.text("store", config.store);
  settings.text("listen", config.listen);
  settings.text("id", config.id);
  settings.number("threads", {.least = 1, .most = node_threads_max}, config.threads);
  settings.list(
      "trusted_proxies", [&](const std::string& text) { return config.proxies.add(text); },
      TrustedProxies::rule);
  settings.table("log", [&](Settings& log) { read_log(log, config.log); });
  settings.table("limits", [&](Settings& limits) { read_limits(limits, config.limits); });
  settings.end();
  if (const auto wrong = wrong_store_url(config.store)) settings.refuse("store", *wrong);
  if (!Server::is_address(config.listen)) settings.refuse("listen", server_address_rule);
  if (!is_node_name(config.id)) settings.refuse("id", node_name_rule);
}

}  // namespace

Result<NodeConfig> read_node_config(const std::string& path) {
  std::ifstream file(path);
  if (!file || std::filesystem::is_directory(path)) {
    return Error{Errc::unreadable, "cannot read the settings in " + path};
  }
  NodeConfig config;
  std::string wrong;
  try {
    const toml::table table = toml::parse(file, path);
    Settings settings(table, "", wrong);
    read_all(settings, config);
  } catch (const toml::parse_error& error) {
    const auto& where = error.source().begin;
    wrong = std::to_string(where.line) + ":" + std::to_string(where.column) + ": " +
            std::string(error.description());
  }
  if (!wrong.empty()) return Error{Errc::unreadable, path + ":" + wrong};
  return config;
}

}  // namespace posse
