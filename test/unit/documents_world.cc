/// Processes that change documents, for unit tests.
// SPDX-License-Identifier: Apache-2.0
#include "documents_world.h"

#include <gtest/gtest.h>

namespace posse {
namespace {

Fate answered(Result<Fate> answer) {
  if (answer) return *answer;
  ADD_FAILURE() << answer.error().detail;
  return Refusal{.code = "error", .detail = answer.error().detail, .more = {}};
}

template <class T>
Task<void> keep(Task<Result<T>> asked, std::optional<Result<T>>* kept) {
  auto answer = co_await std::move(asked);
  kept->emplace(std::move(answer));
}

}  // namespace

Process::Process(World& the_world, std::uint64_t seed)
    : world(the_world),
      random(seed),
      store(the_world.store),
      documents({store, the_world.clock, random, the_world.io.get_executor()}),
      requests(the_world.io.get_executor()) {}

Process::~Process() {
  close();
}

void Process::close() {
  if (store.is_dead()) store.bury();
  world.run(requests.join());
  world.run(documents.close());
}

Fate Process::change(Change change) {
  return answered(world.run(documents.atomically(std::move(change))));
}

Fate Process::change(Plan plan) {
  return answered(world.run(documents.atomically(std::move(plan))));
}

Fate Process::ask(Pending pending) {
  return answered(world.run(documents.ask(std::move(pending))));
}

std::vector<Reading> Process::read(std::vector<Key> keys) {
  auto read = world.run(documents.read(std::move(keys)));
  EXPECT_TRUE(read) << read.error().detail;
  return read.value_or(std::vector<Reading>());
}

boost::json::value Process::value(const Key& key) {
  const Reading reading = read({key}).front();
  return reading.value ? boost::json::value(*reading.value) : boost::json::value();
}

void Process::start(Change change, std::optional<Result<Fate>>* fate) {
  requests.spawn(keep(documents.atomically(std::move(change)), fate));
}

void Process::start(Plan plan, std::optional<Result<Fate>>* fate) {
  requests.spawn(keep(documents.atomically(std::move(plan)), fate));
}

void Process::start_read(std::vector<Key> keys,
                         std::optional<Result<std::vector<Reading>>>* readings) {
  requests.spawn(keep(documents.read(std::move(keys)), readings));
}

std::string refusal_code(const Fate& fate) {
  const auto* refusal = std::get_if<Refusal>(&fate);
  return refusal == nullptr ? std::string() : refusal->code;
}

}  // namespace posse
