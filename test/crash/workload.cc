/// The writes.
// SPDX-License-Identifier: Apache-2.0
#include "crash/workload.h"

#include <chrono>
#include <cstddef>
#include <thread>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "crash/recorder.h"
#include "stores/lmdb/lmdb_store.h"
#include "stores/lmdb/presence.h"

namespace posse::testing {
namespace {

using namespace std::chrono_literals;

/// Few, so that documents are replaced and the file stays small: a state costs a copy of it.
constexpr std::uint64_t small_keys = 120;
constexpr std::uint64_t large_keys = 6;
constexpr std::uint64_t round_writes_max = 9;
constexpr int writers = 6;
constexpr int rounds_between_interruptions = 20;

/// A disk that is slower than this has not answered.
constexpr std::chrono::seconds deadline(60);

}  // namespace

std::string Workload::run(const std::filesystem::path& directory, int rounds) {
  auto opened = LmdbStore::open(LmdbOptions{io_.get_executor(), directory, deadline, log_});
  if (!opened) return opened.error().detail;
  Store* store = opened->get();
  for (int round = 0; round < rounds; ++round) {
    for (auto left = 1 + random_() % round_writes_max; left > 0; --left) {
      boost::asio::co_spawn(io_, write_once(store), boost::asio::detached);
    }
    io_.run();
    io_.restart();
    if (round % rounds_between_interruptions == 1) interrupt(directory);
  }
  for (int i = 0; i < writers; ++i) {
    boost::asio::co_spawn(io_, write_often(store, rounds / 4), boost::asio::detached);
  }
  io_.run();
  if (!history_.close()) failure_ = "versions have gaps";
  return failure_;
}

/// The writer's thread hears of it within milliseconds, and of its end with the next write.
void Workload::interrupt(const std::filesystem::path& directory) {
  lmdb::Presence other;
  if (other.open((directory / "data.mdb").string()) != 0) failure_ = "cannot ask for the store";
  for (int i = 0; i < 1000 && !other.try_share(); ++i) std::this_thread::sleep_for(1ms);
}

Task<void> Workload::write_often(Store* store, int times) {
  for (int i = 0; i < times; ++i) co_await write_once(store);
}

/// Adds what is not there, and replaces what is. Another writer may be faster: it is refused then.
Task<void> Workload::write_once(Store* store) {
  auto key = Key(choose_key());
  auto value = choose_value(key.text());
  History::Write write{key.text(), value, Recording::position()};
  const auto known = versions_.find(write.key);
  if (known == versions_.end()) {
    note(co_await store->add(std::move(key), std::move(value)), std::move(write));
  } else {
    const Version version = known->second;
    note(co_await store->cas(std::move(key), version, std::move(value)), std::move(write));
  }
}

void Workload::note(const Result<Written>& written, History::Write write) {
  if (!written) {
    failure_ = written.error().detail;
  } else if (written->answer == Write::unknown) {
    failure_ = "a write without an answer";
  } else if (written->answer == Write::done) {
    const auto version = static_cast<std::uint64_t>(written->version);
    Recording::acknowledge(version);
    versions_[write.key] = written->version;
    history_.add(version, std::move(write));
  }
}

std::string Workload::choose_key() {
  if (random_() % 12 == 0) return "large/" + std::to_string(random_() % large_keys);
  return "small/" + std::to_string(random_() % small_keys);
}

/// Noise, which no packing makes smaller.
std::string Workload::choose_value(const std::string& key) {
  const bool is_large = key.starts_with("large");
  const std::size_t bytes = is_large ? 4'000 + random_() % 10'000 : random_() % 700;
  std::string value(bytes, '\0');
  for (char& each : value) each = static_cast<char>(random_());
  return value;
}

}  // namespace posse::testing
