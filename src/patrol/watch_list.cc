/// Announcing, listing and taking off.
// SPDX-License-Identifier: Apache-2.0
#include "patrol/watch_list.h"

#include <algorithm>
#include <string>
#include <utility>

#include <boost/json.hpp>

#include "core/digest.h"
#include "core/fields.h"

namespace posse {
namespace json = boost::json;
namespace {

constexpr std::int64_t watched_format = 1;

/// Swaps that taking off may lose: there is no hurry, and the announcements come first.
constexpr int take_off_swaps_max = 3;

bool comes_before(const Watched& watched, const Sequence& sequence) {
  return watched.sequence < sequence;
}

auto place_of(const Sequence& sequence, std::vector<Watched>& watched) {
  return std::lower_bound(watched.begin(), watched.end(), sequence, comes_before);
}

/// One name that cannot be read back would close the document for all sequences on it.
bool is_readable(const std::string& name) {
  if (name.empty() || name.size() > sequence_name_max) return false;
  json::error_code wrong;
  json::parse(json::serialize(json::string(name)), wrong);
  return !wrong;
}

Watched read_one(const json::value& value, Fields& document) {
  Fields fields(value, "sequence");
  Watched watched;
  watched.sequence = Sequence{std::string(fields.text("name", sequence_name_max))};
  watched.announced = Time{std::chrono::milliseconds{fields.integer("announced")}};
  if (watched.sequence.name().empty()) fields.refuse("name", "must not be empty");
  if (const auto wrong = fields.finish()) document.refuse("sequences", wrong->detail);
  return watched;
}

}  // namespace

std::size_t shard_of(const Sequence& sequence) {
  return leading_bits(digest(sequence.name())) % watch_shards;
}

Key watch_key(std::size_t shard) {
  return Key{"watch/" + std::to_string(shard)};
}

bool is_generic_journal(const Sequence& sequence) {
  return sequence.name().starts_with("journal/");
}

Bytes write_watched(const std::vector<Watched>& watched) {
  json::array list;
  list.reserve(watched.size());
  for (const auto& one : watched) {
    list.push_back(
        json::object{{"name", one.sequence.name()}, {"announced", number(one.announced)}});
  }
  return json::serialize(json::object{{"v", watched_format}, {"sequences", std::move(list)}});
}

Result<std::vector<Watched>> read_watched(const Bytes& bytes, const Key& key) {
  JsonMemory memory;
  const auto value = parse_json(bytes, key.text(), memory);
  if (!value) return value.error();
  Fields fields(*value, key.text());
  std::vector<Watched> watched;
  fields.format(watched_format);
  for (const auto& item : fields.array("sequences", watched_max)) {
    Watched one = read_one(item, fields);
    const bool sorted = watched.empty() || watched.back().sequence < one.sequence;
    if (!sorted) fields.refuse("sequences", "must be in ascending order of `name`");
    watched.push_back(std::move(one));
  }
  if (auto wrong = fields.finish()) return *std::move(wrong);
  return watched;
}

Task<Result<void>> WatchList::announce(Sequence sequence) {
  if (is_generic_journal(sequence)) co_return Result<void>{};
  if (!is_readable(sequence.name())) {
    co_return Error{Errc::unreadable, "a sequence is named by 1 to " +
                                          std::to_string(sequence_name_max) + " bytes of UTF-8"};
  }
  const std::size_t shard = shard_of(sequence);
  Lane& lane = lanes_.at(shard);
  if (relies_on(lane, sequence)) co_return Result<void>{};

  Step own{.sequence = std::move(sequence), .turn = {}, .result = {}};
  lane.waiting.push_back(&own);
  if (lane.busy) co_await own.turn.wait();  // until answered, or until it is ours to swap
  if (own.result) co_return *own.result;

  lane.busy = true;
  const std::vector<Step*> steps(lane.waiting.begin(), lane.waiting.end());
  lane.waiting.clear();
  const auto swapped = co_await swap(shard, steps);
  for (Step* step : steps) {
    if (!step->result) step->result = swapped;
    if (step != &own) step->turn.set();
  }
  if (lane.waiting.empty()) {
    lane.busy = false;
  } else {
    lane.waiting.front()->turn.set();
  }
  co_return *own.result;
}

/// One document with all of them on it, or an error for all that have no result of their own.
Task<Result<void>> WatchList::swap(std::size_t shard, std::vector<Step*> steps) {
  for (int swaps = 0; swaps < swaps_max; ++swaps) {
    const Steady since = doors_.clock.steady();
    auto read = co_await this->read(shard);
    if (!read) co_return read.error();
    bool change = false;
    for (Step* step : steps) {
      const bool listed = put_in(step->sequence, read->watched);
      change = change || listed;
      step->result.reset();
      if (!listed) step->result = Error{Errc::contended, watch_key(shard).text() + " is full"};
    }
    if (!change) co_return Result<void>{};
    const auto written = co_await write(shard, *read);
    if (!written) co_return written.error();
    if (written->answer == Write::done) {
      remember(lanes_.at(shard), steps, since);
      co_return Result<void>{};
    }
    // Refused or unknown: what is not acknowledged is not announced, so once more.
    co_await pause_after(swaps);
  }
  co_return Error{Errc::contended, watch_key(shard).text() + ": others changed it each time"};
}

Task<Result<std::vector<Watched>>> WatchList::list(std::size_t shard) {
  auto read = co_await this->read(shard);
  if (!read) co_return read.error();
  Lane& lane = lanes_.at(shard);
  const Steady now = doors_.clock.steady();
  std::map<Sequence, Seen> seen;
  for (auto& one : read->watched) {
    const auto known = lane.seen.find(one.sequence);
    const bool same = known != lane.seen.end() && known->second.announced == one.announced;
    const Steady since = same ? known->second.since : now;
    seen[one.sequence] = Seen{.announced = one.announced, .since = since};
    one.quiet = now - since;
  }
  lane.seen = std::move(seen);
  co_return std::move(read->watched);
}

Task<Result<std::size_t>> WatchList::take_off(std::size_t shard, std::vector<Watched> well) {
  std::erase_if(well, [](const Watched& one) { return one.quiet < quiet_after; });
  for (int swaps = 0; swaps < take_off_swaps_max && !well.empty(); ++swaps) {
    auto read = co_await this->read(shard);
    if (!read) co_return read.error();
    std::size_t taken_off = 0;
    for (const auto& one : well) {
      const auto place = place_of(one.sequence, read->watched);
      if (place == read->watched.end() || place->sequence != one.sequence) continue;
      if (place->announced != one.announced) continue;  // somebody relies on it again
      read->watched.erase(place);
      ++taken_off;
    }
    if (taken_off == 0) break;
    const auto written = co_await write(shard, *read);
    if (!written) co_return written.error();
    if (written->answer == Write::done) co_return taken_off;
  }
  co_return std::size_t{0};
}

Task<Result<WatchList::Read>> WatchList::read(std::size_t shard) {
  const Key key = watch_key(shard);
  const auto document = co_await doors_.store.get(key);
  if (!document) co_return document.error();
  Read read;
  if (!*document) co_return read;
  auto watched = read_watched((*document)->value, key);
  if (!watched) co_return watched.error();
  read.watched = *std::move(watched);
  read.version = (*document)->version;
  co_return read;
}

/// The first announcement of all creates the document; whoever comes second reads it.
Task<Result<Written>> WatchList::write(std::size_t shard, const Read& read) {
  Bytes bytes = write_watched(read.watched);
  if (!read.version) return doors_.store.add(watch_key(shard), std::move(bytes));
  return doors_.store.cas(watch_key(shard), *read.version, std::move(bytes));
}

/// Losing a few rounds is ordinary; after that, step aside for a random while.
Task<void> WatchList::pause_after(int swaps) {
  constexpr int eager_swaps = 4;
  constexpr std::uint64_t pause_ms_max = 16;
  if (swaps < eager_swaps) co_return;
  const std::chrono::milliseconds pause{1 + doors_.random.bits() % pause_ms_max};
  co_await doors_.clock.sleep(pause);
}

/// False if there is no room. The time grows even where the clock stands still: others tell by it
/// that somebody relies on the sequence again.
bool WatchList::put_in(const Sequence& sequence, std::vector<Watched>& watched) const {
  auto place = place_of(sequence, watched);
  if (place == watched.end() || place->sequence != sequence) {
    if (watched.size() >= watched_max) return false;
    place = watched.insert(place, Watched{.sequence = sequence, .announced = {}, .quiet = {}});
  }
  place->announced = std::max(doors_.clock.now(), place->announced + 1ms);
  return true;
}

bool WatchList::relies_on(const Lane& lane, const Sequence& sequence) const {
  const auto own = lane.announced.find(sequence);
  return own != lane.announced.end() && doors_.clock.steady() - own->second < announced_for;
}

/// Forgets what is over, so that the memory stays as small as the document.
void WatchList::remember(Lane& lane, const std::vector<Step*>& steps, Steady since) const {
  const Steady now = doors_.clock.steady();
  std::erase_if(lane.announced, [&](const auto& own) { return now - own.second >= announced_for; });
  for (const Step* step : steps) {
    if (!step->result) lane.announced[step->sequence] = since;
  }
}

}  // namespace posse
