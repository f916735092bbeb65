/// The other process in the tests of the LMDB store: does as its arguments say, and reports lines.
// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <cstdio>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <lmdb.h>

#include "integration/lmdb/pattern.h"
#include "stores/lmdb/lmdb_store.h"

namespace posse::testing {
namespace {

void say(const std::string& line) {
  std::puts(line.c_str());
  std::fflush(stdout);
}

void wait_for_end_of_input() {
  char byte = 0;
  while (::read(STDIN_FILENO, &byte, 1) > 0) continue;
}

Task<void> increment(Store* store, int times, int* failures) {
  while (times > 0) {
    const auto read = co_await store->get(Key("counter"));
    if (!read || !*read) {
      ++*failures;
      co_return;
    }
    auto next = std::to_string(std::stoi((*read)->value) + 1);
    const auto written = co_await store->cas(Key("counter"), (*read)->version, std::move(next));
    if (!written || written->answer == Write::unknown) ++*failures;
    if (written && written->answer == Write::done) --times;
    if (*failures > 0) co_return;
  }
}

/// Adds documents for ever, and says the number of each that is done.
Task<void> add_for_ever(Store* store, std::string prefix, int* number) {
  for (;;) {
    const int mine = ++*number;
    auto key = Key(prefix + std::to_string(mine));
    auto value = pattern(prefix + std::to_string(mine));
    const auto written = co_await store->add(std::move(key), std::move(value));
    if (!written) co_return say(written.error().detail);
    if (written->answer == Write::done) say(std::to_string(mine));
  }
}

/// Adds so many documents one after the other, which makes a record of each.
Task<void> add_singly(Store* store, int count) {
  int done = 0;
  for (int i = 0; i < count; ++i) {
    auto key = Key("single/" + std::to_string(i));
    const auto written = co_await store->add(std::move(key), "value");
    done += written && written->answer == Write::done ? 1 : 0;
  }
  say(std::to_string(done) + " done");
  wait_for_end_of_input();
}

/// Logs from the first write on.
int add_singly(const std::string& directory, int count) {
  boost::asio::io_context io(1);
  auto opened = LmdbStore::open(
      LmdbOptions{io.get_executor(), directory, std::chrono::seconds(2), {.transactions_min = 1}});
  if (!opened) return 1;
  boost::asio::co_spawn(io, add_singly(opened->get(), count), boost::asio::detached);
  io.run();
  return 0;
}

int with_store(const std::string& what, const std::string& directory, const std::string& argument) {
  boost::asio::io_context io(1);
  auto opened = LmdbStore::open(LmdbOptions{io.get_executor(), directory});
  if (!opened) {
    say(opened.error().detail);
    return 1;
  }
  int number = 0;
  for (int i = 0; i < 8; ++i) {
    if (what == "count") {
      boost::asio::co_spawn(io, increment(opened->get(), std::stoi(argument), &number),
                            boost::asio::detached);
    } else if (what == "add") {
      boost::asio::co_spawn(io, add_for_ever(opened->get(), argument, &number),
                            boost::asio::detached);
    }
  }
  if (what == "open") {
    say("open");
    wait_for_end_of_input();
  }
  io.run();
  return number == 0 ? 0 : 1;
}

MDB_env* open_bare(const std::string& directory) {
  MDB_env* env = nullptr;
  mdb_env_create(&env);
  mdb_env_set_maxdbs(env, 1);
  mdb_env_open(env, directory.c_str(), MDB_NOTLS, 0600);
  return env;
}

/// Holds LMDB's lock until the end of the input.
int hold_lock(const std::string& directory) {
  MDB_env* env = open_bare(directory);
  MDB_txn* transaction = nullptr;
  if (mdb_txn_begin(env, nullptr, 0, &transaction) != 0) return 1;
  say("held");
  wait_for_end_of_input();
  mdb_txn_abort(transaction);
  mdb_env_close(env);
  return 0;
}

/// Takes every free place in the table of readers, or a single one.
int hold_readers(const std::string& directory, bool all) {
  MDB_env* env = open_bare(directory);
  std::vector<MDB_txn*> held;
  MDB_txn* transaction = nullptr;
  while (mdb_txn_begin(env, nullptr, MDB_RDONLY, &transaction) == 0) {
    held.push_back(transaction);
    if (!all) break;
  }
  say("held");
  wait_for_end_of_input();
  for (MDB_txn* each : held) mdb_txn_abort(each);
  mdb_env_close(env);
  return 0;
}

int say_reader(const char* line, void*) {
  std::fputs(line, stdout);
  return 0;
}

int list_readers(const std::string& directory) {
  MDB_env* env = open_bare(directory);
  mdb_reader_list(env, say_reader, nullptr);
  mdb_env_close(env);
  return 0;
}

/// Says the format of the file, as LMDB has it.
int say_format(const std::string& directory) {
  MDB_env* env = open_bare(directory);
  MDB_txn* transaction = nullptr;
  MDB_dbi main = 0;
  MDB_val key{5, const_cast<char*>("posse")};
  MDB_val value{};
  const bool is_found = mdb_txn_begin(env, nullptr, MDB_RDONLY, &transaction) == 0 &&
                        mdb_dbi_open(transaction, nullptr, 0, &main) == 0 &&
                        mdb_get(transaction, main, &key, &value) == 0;
  if (is_found) say({static_cast<const char*>(value.mv_data), value.mv_size});
  mdb_txn_abort(transaction);
  mdb_env_close(env);
  return 0;
}

int act(const std::vector<std::string>& words) {
  const std::string& what = words[0];
  const std::string& directory = words[1];
  if (what == "hold_lock") return hold_lock(directory);
  if (what == "hold_reader") return hold_readers(directory, false);
  if (what == "fill_readers") return hold_readers(directory, true);
  if (what == "add_singly") return add_singly(directory, std::stoi(words[2]));
  if (what == "format") return say_format(directory);
  if (what == "list_readers") return list_readers(directory);
  return with_store(what, directory, words.size() > 2 ? words[2] : "");
}

}  // namespace
}  // namespace posse::testing

int main(int count, char** words) {
  if (count < 3) return 2;
  return posse::testing::act({words + 1, words + count});
}
