/// Reads and writes documents of an LMDB store as bytes: what no command of the program offers.
// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <iostream>
#include <iterator>
#include <string>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "stores/lmdb/lmdb_store.h"

namespace posse::testing {
namespace {

/// Puts `value` at `key`, whatever is there.
Task<bool> put(Store* store, Key key, Bytes value) {
  const auto read = co_await store->get(key);
  if (!read) co_return false;
  auto writing = *read ? store->cas(key, (*read)->version, std::move(value))
                       : store->add(key, std::move(value));
  const auto written = co_await std::move(writing);
  co_return written && written->answer == Write::done;
}

Task<bool> print(Store* store, Key key) {
  const auto read = co_await store->get(std::move(key));
  if (!read || !*read) co_return false;
  std::cout << (*read)->value;
  co_return true;
}

/// Every key with its version and value, a line each.
Task<bool> dump(Scan* scan) {
  std::string after;
  for (;;) {
    const auto page = co_await scan->scan("", after, 1000);
    if (!page) co_return false;
    for (const auto& [key, document] : *page) {
      std::cout << key.text() << ' ' << static_cast<std::uint64_t>(document.version) << ' '
                << document.value << '\n';
      after = key.text();
    }
    if (page->size() < 1000) co_return true;
  }
}

int run(const std::string& directory, const std::string& what, const std::string& key) {
  boost::asio::io_context io(1);
  auto opened = LmdbStore::open(LmdbOptions{io.get_executor(), directory});
  if (!opened) {
    std::cerr << opened.error().detail << '\n';
    return 1;
  }
  LmdbStore* store = opened->get();
  const std::string input = what != "put" ? ""
                                          : std::string(std::istreambuf_iterator<char>(std::cin),
                                                        std::istreambuf_iterator<char>());
  Task<bool> task = what == "put"   ? put(store, Key(key), input)
                    : what == "get" ? print(store, Key(key))
                                    : dump(store);
  bool good = false;
  auto ended = [&](const std::exception_ptr& thrown, bool done) {
    good = !thrown && done;
    io.stop();
  };
  boost::asio::co_spawn(io, std::move(task), ended);
  io.run();
  return good ? 0 : 1;
}

}  // namespace
}  // namespace posse::testing

/// `put KEY` takes the value from standard input; `get KEY`; `dump`.
int main(int count, char** words) {
  if (count < 3) return 2;
  return posse::testing::run(words[1], words[2], count > 3 ? words[3] : "");
}
