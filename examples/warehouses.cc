/// An inventory in two warehouses: orders at once, a van between them, and counts that always fit.
// SPDX-License-Identifier: Apache-2.0
//
// An order takes what it needs from either warehouse, or from both; a van carries lamps from one to
// the other meanwhile. Who counts reads all documents as they are at one moment: a lamp that is
// sold or carried is never seen twice, nor nowhere.
#include <algorithm>
#include <cstdint>
#include <exception>
#include <iostream>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>

#include "posse/documents.h"
#include "posse/open.h"

namespace {

using boost::asio::experimental::awaitable_operators::operator&&;

const posse::Key north("stock/north");
const posse::Key south("stock/south");
const posse::Key sold("sold");

std::int64_t lamps(const posse::Reading& reading) {
  return reading.value->at("lamps").as_int64();
}

posse::Change opening() {
  return {.effects = {posse::create_effect(north, {{"lamps", 6}}),
                      posse::create_effect(south, {{"lamps", 4}}),
                      posse::create_effect(sold, {{"lamps", 0}})}};
}

posse::Change sale(std::int64_t from_north, std::int64_t from_south) {
  return {.effects = {posse::add_effect(north, "lamps", -from_north, 0),
                      posse::add_effect(south, "lamps", -from_south, 0),
                      posse::add_effect(sold, "lamps", from_north + from_south)}};
}

posse::Change load(std::int64_t count) {
  return {.effects = {posse::add_effect(north, "lamps", -count, 0),
                      posse::add_effect(south, "lamps", count)}};
}

bool has_happened(const posse::Result<posse::Fate>& fate) {
  return fate && std::holds_alternative<posse::Happened>(*fate);
}

/// Whether the documents did not have what a change wants to take.
bool was_too_late(const posse::Result<posse::Fate>& fate) {
  const auto* refusal = fate ? std::get_if<posse::Refusal>(&*fate) : nullptr;
  return refusal != nullptr && refusal->code == "insufficient_funds";
}

/// What goes on at once, and what came of it.
struct Day {
  posse::Documents* documents;
  std::int64_t sold = 0;
  int counts = 0;
  int right_counts = 0;
};

/// Buys so many lamps, or none where there are not so many.
posse::Task<void> order(Day* day, std::int64_t wanted) {
  while (true) {
    std::vector<posse::Key> keys{north, south};
    const auto stock = co_await day->documents->read(std::move(keys));
    if (!stock) co_return;
    const std::int64_t from_north = std::min(wanted, lamps(stock->at(0)));
    const std::int64_t from_south = wanted - from_north;
    if (from_south > lamps(stock->at(1))) co_return;
    posse::Change change = sale(from_north, from_south);
    const auto fate = co_await day->documents->atomically(std::move(change));
    if (has_happened(fate)) day->sold += wanted;
    if (!was_too_late(fate)) co_return;
  }
}

posse::Task<void> carry(Day* day, int tours) {
  for (int i = 0; i < tours; ++i) {
    posse::Change change = load(1);
    const auto fate = co_await day->documents->atomically(std::move(change));
    if (!has_happened(fate)) co_return;  // north has none left
  }
}

posse::Task<void> count_often(Day* day, int times) {
  for (; day->counts < times; ++day->counts) {
    std::vector<posse::Key> keys{north, south, sold};
    const auto all = co_await day->documents->read(std::move(keys));
    if (all && lamps(all->at(0)) + lamps(all->at(1)) + lamps(all->at(2)) == 10) ++day->right_counts;
  }
}

posse::Task<void> trade(posse::Documents* documents) {
  posse::Change first = opening();
  const auto opened = co_await documents->atomically(std::move(first));
  if (!has_happened(opened)) co_return;
  Day day{.documents = documents};
  auto at_once = order(&day, 3) && order(&day, 3) && order(&day, 3) && order(&day, 3) &&
                 order(&day, 3) && carry(&day, 5) && count_often(&day, 20);
  co_await std::move(at_once);
  std::cout << "5 orders of 3 lamps at once: " << day.sold << " of 10 lamps are sold\n"
            << day.right_counts << " of " << day.counts << " counts meanwhile found all 10\n";
}

posse::Task<void> run(posse::Documents* documents) {
  documents->patrol();
  co_await trade(documents);
  co_await documents->close();
}

}  // namespace

int main(int count, char** words) {
  const std::string url = count > 1 ? words[1] : "lmdb:warehouses-store";
  boost::asio::io_context io(1);
  const auto opened = posse::open_store(url, posse::Missing::create, io.get_executor());
  if (!opened) {
    std::cerr << opened.error().detail << '\n';
    return 1;
  }
  const auto clock = posse::system_clock(io.get_executor());
  const auto random = posse::system_random();
  posse::Documents documents({(*opened)->store(), *clock, *random, io.get_executor()});
  const auto ended = [](const std::exception_ptr& thrown) {
    if (thrown) std::rethrow_exception(thrown);
  };
  boost::asio::co_spawn(io, run(&documents), ended);
  io.run();
}
