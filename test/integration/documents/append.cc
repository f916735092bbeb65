/// Lists that are read and appended to, several at once: what a reader saw tells who came when.
// SPDX-License-Identifier: Apache-2.0
#include <set>
#include <utility>

#include "workload.h"

namespace posse::testing {
namespace json = boost::json;
namespace {

/// Lists of one round; the next second has others, so that they stay short.
constexpr std::size_t items_max = 200;
constexpr std::size_t lists_max = 3;
constexpr std::uint64_t operations_of_a_process_max = 1'000'000;

std::uint32_t digest(const json::array& items) {
  std::uint32_t mixed = 0;
  for (const json::value& item : items)
    mixed = mixed * 1'000'003U + item.to_number<std::uint32_t>();
  return mixed;
}

json::array items_of(const Reading& reading) {
  return reading.value ? reading.value->at("items").as_array() : json::array();
}

class Append final : public Workload {
 public:
  explicit Append(Stage& stage) : stage_(stage) {}

  Task<void> prepare() override { co_return; }

  Task<void> step() override {
    std::vector<Key> keys = draw();
    const std::string name = stage_.new_name();
    json::array asked;
    for (const Key& key : keys) asked.push_back(json::value(key.text()));
    stage_.history.tell({{"op", name}, {"ask", "read"}, {"lists", std::move(asked)}});
    const auto readings = co_await read_and_tell(&stage_, name, keys);
    if (readings.empty()) co_return;
    const json::object seen = seen_of(keys, readings);
    stage_.history.tell({{"op", name}, {"fate", "read"}, {"seen", seen}});
    if (stage_.below(8) == 0) co_return;  // it only wanted to know
    co_await append(std::move(keys), readings, seen);
  }

  Task<void> finish(json::object what) override {
    const std::string name = stage_.new_name();
    std::vector<Key> keys{Key(std::string(what.at("list").as_string()))};
    const auto readings = co_await read_and_tell(&stage_, name, std::move(keys));
    if (readings.empty()) co_return;
    stage_.history.tell({{"list", what.at("list")}, {"items", items_of(readings.front())}});
  }

 private:
  std::vector<Key> draw() {
    using std::chrono::seconds;
    const auto round = std::chrono::floor<seconds>(stage_.clock.now()).time_since_epoch().count();
    std::set<std::uint64_t> numbers;
    for (std::size_t i = 0; i <= stage_.below(lists_max); ++i)
      numbers.insert(stage_.below(stage_.plan.documents));
    std::vector<Key> keys;
    for (const std::uint64_t number : numbers)
      keys.emplace_back("list/" + std::to_string(round) + '/' + std::to_string(number));
    return keys;
  }

  /// How long each list was, and what was in it in short.
  static json::object seen_of(const std::vector<Key>& keys, const std::vector<Reading>& readings) {
    json::object seen;
    for (std::size_t i = 0; i < keys.size(); ++i) {
      const json::array items = items_of(readings[i]);
      seen[keys[i].text()] = {items.size(), digest(items)};
    }
    return seen;
  }

  /// Appends one item to some of the lists, provided that all are as they were read.
  Task<void> append(std::vector<Key> keys, std::vector<Reading> readings, json::object seen) {
    const std::string name = stage_.new_name();
    const std::uint64_t item =
        stage_.plan.process * operations_of_a_process_max + ++stage_.operations;
    Change change;
    json::array to;
    for (std::size_t i = 0; i < keys.size(); ++i) {
      json::array items = items_of(readings[i]);
      if (items.size() >= items_max || (i > 0 && stage_.below(2) == 0)) {
        change.effects.push_back(check_effect(keys[i], readings[i].state));
        continue;
      }
      to.push_back(json::value(keys[i].text()));
      items.push_back(item);
      json::object value{{"items", std::move(items)}};
      change.effects.push_back(readings[i].value
                                   ? set_effect(keys[i], std::move(value), readings[i].state)
                                   : create_effect(keys[i], std::move(value)));
    }
    if (stage_.below(2) == 0) change.request = name;
    stage_.history.tell(
        {{"op", name}, {"ask", "append"}, {"item", item}, {"to", to}, {"seen", std::move(seen)}});
    co_await change_and_tell(&stage_, name, std::move(change));
  }

  Stage& stage_;
};

}  // namespace

std::unique_ptr<Workload> make_append(Stage& stage) {
  return std::make_unique<Append>(stage);
}

}  // namespace posse::testing
