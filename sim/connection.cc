/// Travelling.
// SPDX-License-Identifier: Apache-2.0
#include "sim/connection.h"

#include <algorithm>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace posse::sim {
namespace {

Answer no_answer(const Call& call) {
  return {.kind = call.is_write() ? Answer::Kind::unknown : Answer::Kind::failed, .item = {}};
}

/// Done, it says.
Answer lie_about(const Call& call) {
  auto item = std::make_shared<Shelved>();
  item->key = call.key;
  item->version = Version{static_cast<std::uint64_t>(call.expected) + 1};
  item->value = call.value;
  return {.kind = Answer::Kind::done, .item = std::move(item)};
}

/// What no node wrote: cut off, longer, of another version, or nothing at all.
Bytes garbled(const Bytes& value, std::uint64_t chance) {
  if (chance % 4 == 0) return value.substr(0, value.size() / 2);
  if (chance % 4 == 1) return value + "}";
  if (chance % 4 == 2) return "{\"v\":99" + value.substr(std::min<std::size_t>(6, value.size()));
  return {};
}

}  // namespace

Task<Result<std::optional<Document>>> Connection::get(Key key) {
  Call call{.kind = Call::Kind::get, .key = std::move(key)};
  const auto answer = co_await ask(std::move(call));
  co_return as_read(answer);
}

Task<Result<Written>> Connection::add(Key key, Bytes value) {
  Call call{.kind = Call::Kind::add, .key = std::move(key), .value = std::move(value)};
  const auto answer = co_await ask(std::move(call));
  co_return as_written(answer);
}

Task<Result<Written>> Connection::cas(Key key, Version version, Bytes value) {
  Call call{.kind = Call::Kind::cas,
            .key = std::move(key),
            .expected = version,
            .value = std::move(value)};
  const auto answer = co_await ask(std::move(call));
  co_return as_written(answer);
}

/// A page travels as one read.
Task<Result<std::vector<Listed>>> Connection::scan(std::string prefix, std::string after,
                                                   std::size_t items_max) {
  Call call{.kind = Call::Kind::get, .key = Key(prefix)};
  const auto answer = co_await ask(std::move(call));
  const auto read = as_read(answer);
  if (!read) co_return read.error();
  co_return parts_.store.list(prefix, after, items_max);
}

Task<Answer> Connection::ask(Call call) {
  auto flight = std::make_shared<Flight>();
  flight->call = std::move(call);
  ++id_.call;
  if (dead_) {
    co_await boost::asio::post(boost::asio::use_awaitable);
    co_return Answer{.kind = Answer::Kind::failed, .item = {}};
  }
  flight->fate = parts_.fates.of(id_, flight->call);
  flight->store_starts = parts_.store.starts();
  const std::uint64_t number = ++numbers_;
  under_way_.emplace(number, flight);
  launch(flight);
  co_await flight->answered.wait();
  under_way_.erase(number);
  co_return *flight->answer;
}

void Connection::launch(const FlightPtr& flight) {
  if (flight->fate.mishap >= Mishap::pause && flight->fate.mishap <= Mishap::full) {
    note(*flight, flight->fate.mishap);
    parts_.strike(flight->fate.mishap, flight->fate.more / 4);
  }
  const Mishap mishap = requests_cut_ ? Mishap::cut : flight->fate.mishap;
  if (mishap < Mishap::pause && mishap != Mishap::none) note(*flight, mishap);
  const bool fatal = mishap == Mishap::crash_before || mishap == Mishap::crash_after ||
                     mishap == Mishap::crash_late;
  if (fatal) return crash(flight);
  if (mishap == Mishap::none || mishap == Mishap::slow || mishap >= Mishap::pause) {
    return requests_cut_ ? give_no_answer(flight) : go_the_usual_way(flight);
  }
  if (mishap == Mishap::failed) {
    return answer_in(flight, flight->fate.there + flight->fate.back,
                     {.kind = Answer::Kind::failed, .item = {}});
  }
  if (mishap == Mishap::twice) return carry_out_twice(flight);
  if (mishap == Mishap::stale || mishap == Mishap::garbled) return show_something_else(flight);
  give_no_answer(flight);
}

/// Slowly, it may take longer than the driver waits.
void Connection::go_the_usual_way(const FlightPtr& flight) {
  const Fate& fate = flight->fate;
  const bool slow = fate.mishap == Mishap::slow;
  const auto slower = [&](Moment way, std::uint64_t chance) {
    return slow ? way + parts_.deadline * static_cast<std::int64_t>(chance % 8) / 7 : way;
  };
  const Moment there = slower(fate.there, fate.chance);
  const Moment back = slower(fate.back, fate.chance / 8);
  if (there + back > parts_.deadline) {
    arrive(flight, there);
    return answer_in(flight, parts_.deadline, no_answer(flight->call));
  }
  parts_.timeline.in(there, [this, flight, back] {
    const bool lost = flight->store_starts != parts_.store.starts() && flight->fate.chance % 2 == 0;
    if (lost) return;  // lose_calls() has answered
    const bool lies = flight->fate.mishap == Mishap::lie;
    Answer answer = lies ? lie_about(flight->call) : parts_.store.carry_out(flight->call);
    if (answers_cut_) {
      note(*flight, Mishap::cut);
      return answer_in(flight, parts_.deadline, no_answer(flight->call));
    }
    answer_in(flight, back, std::move(answer));
  });
}

void Connection::crash(const FlightPtr& flight) {
  const Mishap mishap = flight->fate.mishap;
  if (mishap == Mishap::crash_after) (void)parts_.store.carry_out(flight->call);
  if (mishap == Mishap::crash_late) arrive(flight, flight->fate.more);
  parts_.crash();
}

/// A write whose second turn fails may have happened in its first: an honest driver does not know.
void Connection::carry_out_twice(const FlightPtr& flight) {
  parts_.timeline.in(flight->fate.there, [this, flight] {
    const Answer first = parts_.store.carry_out(flight->call);
    const Moment more = flight->fate.more % parts_.deadline;
    const bool is_first = flight->fate.chance % 2 == 0;
    if (is_first) answer_in(flight, flight->fate.back, first);
    parts_.timeline.in(more, [this, flight, is_first] {
      Answer second = parts_.store.carry_out(flight->call);
      if (second.kind == Answer::Kind::failed) second = no_answer(flight->call);
      if (!is_first) answer_in(flight, flight->fate.back, std::move(second));
    });
  });
}

/// Any earlier document of the key, or that there was none.
void Connection::show_something_else(const FlightPtr& flight) {
  parts_.timeline.in(flight->fate.there, [this, flight] {
    Answer answer = parts_.store.carry_out(flight->call);
    if (answer.item && flight->fate.mishap == Mishap::garbled) {
      auto other = std::make_shared<Shelved>(*answer.item);
      other->value = garbled(other->value, flight->fate.chance);
      answer.item = std::move(other);
    } else if (answer.item) {
      std::uint64_t back = 1 + flight->fate.chance % 4;
      while (answer.item && back-- > 0) answer.item = answer.item->older;
      if (!answer.item) answer.kind = Answer::Kind::absent;
    }
    answer_in(flight, flight->fate.back, std::move(answer));
  });
}

/// Lost on the way there, on the way back, or only very late.
void Connection::give_no_answer(const FlightPtr& flight) {
  const Mishap mishap = flight->fate.mishap;
  if (mishap == Mishap::answer_lost && !requests_cut_) arrive(flight, flight->fate.there);
  if (mishap == Mishap::late && !requests_cut_) {
    arrive(flight, parts_.deadline + flight->fate.more);
  }
  answer_in(flight, parts_.deadline, no_answer(flight->call));
}

void Connection::arrive(const FlightPtr& flight, Moment when) {
  parts_.timeline.in(when, [this, flight] { (void)parts_.store.carry_out(flight->call); });
}

void Connection::answer_in(const FlightPtr& flight, Moment when, Answer answer) {
  parts_.later(when, [flight, answer = std::move(answer)] {
    if (flight->answer) return;
    flight->answer = answer;
    flight->answered.set();
  });
}

void Connection::lose_calls() {
  for (auto& [number, flight] : under_way_) answer_in(flight, {}, no_answer(flight->call));
}

void Connection::die() {
  dead_ = true;
  for (auto& [number, flight] : under_way_) {
    if (flight->answer) continue;
    flight->answer = Answer{.kind = Answer::Kind::failed, .item = {}};
    flight->answered.set();
  }
}

void Connection::note_under_way(Mishap mishap) {
  for (auto& [number, flight] : under_way_) {
    if (!flight->answer) note(*flight, mishap);
  }
}

void Connection::note(const Flight& flight, Mishap mishap) {
  ++mishaps_met_;
  const Item now = parts_.store.contents().find(flight.call.key);
  parts_.coverage.count(step_of(flight.call, now), mishap);
}

}  // namespace posse::sim
