/// Pages of ids, and the documents behind them.
// SPDX-License-Identifier: Apache-2.0
#include "stores/couchbase/listing.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <boost/json/array.hpp>

#include "core/event.h"
#include "core/task_group.h"

namespace posse::couchbase {
namespace {

/// How many ids are asked for at a time, and how many of their documents.
constexpr std::size_t ids_max = 1000;

/// One more than are wanted, as the first may be no document of ours, or gone meanwhile.
std::size_t ids_for(std::size_t items) {
  return std::min(items, ids_max - 1) + 1;
}

/// Documents that were asked for at the same time.
struct Gathering {
  std::vector<std::string> ids;
  std::vector<std::optional<Result<Outcome>>> outcomes;
  std::size_t missing = 0;
};

/// `is_last` belongs to those who gather, and not to whoever waits for it: where their calls are
/// dropped, it goes with them, and he unwinds.
Task<void> gather(std::shared_ptr<Calls> calls, std::size_t place,
                  std::shared_ptr<Gathering> gathering, std::shared_ptr<Event> is_last) {
  Order order{.call = Call::get, .id = gathering->ids[place]};
  auto outcome = co_await calls->ask(std::move(order));
  gathering->outcomes[place].emplace(std::move(outcome));
  if (--gathering->missing == 0) is_last->set();
}

std::string keyspace(const CouchbasePlace& place) {
  std::string name = '`' + place.bucket + '`';
  if (!place.scope.empty()) name += ".`" + place.scope + "`.`" + place.collection + '`';
  return name;
}

}  // namespace

std::string index_advice(const CouchbasePlace& place) {
  return "they need the query and index services and CREATE PRIMARY INDEX ON " + keyspace(place);
}

std::string ids_statement(const CouchbasePlace& place, std::string_view comparison) {
  return "SELECT RAW META(d).id FROM " + keyspace(place) + " AS d WHERE META(d).id " +
         std::string(comparison) + " $1 AND META(d).id < $2 ORDER BY META(d).id LIMIT $3";
}

Listing::Listing(std::shared_ptr<Calls> calls, const CouchbasePlace& place, Range range)
    : calls_(std::move(calls)),
      place_(place),
      names_(place.prefix),
      range_(std::move(range)),
      from_(names_.first(std::max(range_.prefix, range_.after))),
      end_(names_.end(range_.prefix)) {}

bool Listing::is_wanted(const Key& key) const {
  const bool is_behind = range_.after.empty() || key.text() > range_.after;
  return is_behind && key.text().starts_with(range_.prefix);
}

Task<Result<std::vector<std::string>>> Listing::ask_for_ids(std::string comparison) {
  boost::json::array parameters;
  parameters.emplace_back(from_);
  parameters.emplace_back(end_);
  parameters.emplace_back(ids_for(range_.items_max));
  Order order{.call = Call::list,
              .statement = ids_statement(place_, comparison),
              .parameters = std::move(parameters)};
  auto listed = co_await calls_->ask(std::move(order));
  if (!listed) co_return listed.error();
  co_return std::move(listed->rows);
}

Task<Result<void>> Listing::get_all(std::vector<std::string> ids) {
  if (ids.empty()) co_return Result<void>();
  auto gathering = std::make_shared<Gathering>();
  gathering->ids = ids;
  gathering->outcomes.resize(ids.size());
  gathering->missing = ids.size();
  auto is_last = std::make_shared<Event>();
  TaskGroup asking(calls_->executor());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    asking.spawn(gather(calls_, i, gathering, is_last));
  }
  auto all = is_last->wait();
  is_last.reset();
  co_await std::move(all);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    std::optional<Result<Outcome>>& outcome = gathering->outcomes[i];
    if (!outcome) co_return Error{Errc::unavailable, "a list was cancelled"};
    if (!*outcome) co_return outcome->error();
    Outcome& document = **outcome;
    if (document.answer != Answer::done) continue;  // it has gone meanwhile
    auto key = names_.key(ids[i], document.value);
    if (!key || !is_wanted(*key)) continue;
    found_.push_back(Listed{*std::move(key), {document.version, std::move(document.value)}});
  }
  co_return Result<void>();
}

Task<Result<std::vector<Listed>>> Listing::read() {
  const std::size_t asked = ids_for(range_.items_max);
  std::string comparison = ">=";
  while (from_ < end_) {
    auto ids = co_await ask_for_ids(comparison);
    if (!ids) co_return ids.error();
    const bool is_end = ids->size() < asked;
    if (!ids->empty()) from_ = ids->back();
    comparison = ">";
    auto got = co_await get_all(*std::move(ids));
    if (!got) co_return got.error();
    // Behind an id that is only a head and a digest, one may come whose key is before it.
    const bool is_complete = names_.head(from_) == from_;
    if (is_end || (found_.size() >= range_.items_max && is_complete)) break;
  }
  std::ranges::sort(found_, {}, &Listed::key);
  if (found_.size() > range_.items_max) found_.resize(range_.items_max, Listed{});
  co_return std::move(found_);
}

}  // namespace posse::couchbase
