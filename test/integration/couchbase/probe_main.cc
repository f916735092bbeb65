/// Calls of the Couchbase driver, as its standard input says, answered on standard output.
// SPDX-License-Identifier: Apache-2.0
//
// posse_couchbase_probe URL
//   reads lines `add KEY VALUE`, `cas KEY VERSION VALUE` and `get KEY`, some of them with `;`
//   between on one line, which are asked together; answers each line with one, their answers in
//   the same order with `;` between.
// posse_couchbase_probe URL COUNT TOGETHER
//   adds and reads COUNT documents, so many at a time, and says how many calls that is a second.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <iostream>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include "stores/couchbase/couchbase_store.h"
#include "stores/couchbase/library_client.h"

namespace posse {
namespace {

std::string told(const Result<Written>& written) {
  if (!written) return "failed " + written.error().detail;
  switch (written->answer) {
    case Write::done:
      return "done " + std::to_string(static_cast<std::uint64_t>(written->version));
    case Write::refused:
      return "refused";
    case Write::unknown:
      break;
  }
  return "unknown";
}

std::string told(const Result<std::optional<Document>>& read) {
  if (!read) return "failed " + read.error().detail;
  if (!*read) return "empty";
  return "document " + std::to_string(static_cast<std::uint64_t>((*read)->version)) + ' ' +
         (*read)->value;
}

Task<void> carry_out(Store* store, std::string words, std::string* answer) {
  std::istringstream stream(words);
  std::string call;
  std::string key;
  std::string value;
  std::uint64_t version = 0;
  stream >> call >> key;
  if (call == "cas") stream >> version;
  stream >> value;
  if (call == "get") {
    const auto read = co_await store->get(Key(key));
    *answer = told(read);
  } else if (call == "add") {
    const auto written = co_await store->add(Key(key), value);
    *answer = told(written);
  } else {
    const auto written = co_await store->cas(Key(key), Version{version}, value);
    *answer = told(written);
  }
}

std::vector<std::string> parts(const std::string& line) {
  std::vector<std::string> found;
  std::istringstream stream(line);
  for (std::string part; std::getline(stream, part, ';');) found.push_back(part);
  return found;
}

void tell(const std::vector<std::string>& answers) {
  std::string told;
  for (const std::string& answer : answers) told += (told.empty() ? "" : ";") + answer;
  std::cout << told << '\n' << std::flush;
}

void answer_lines(CouchbaseStore& store, boost::asio::io_context& io) {
  std::cout << "ready\n" << std::flush;
  for (std::string line; std::getline(std::cin, line);) {
    const std::vector<std::string> calls = parts(line);
    std::vector<std::string> answers(calls.size());
    std::size_t missing = calls.size();
    for (std::size_t i = 0; i < calls.size(); ++i) {
      boost::asio::co_spawn(io, carry_out(&store, calls[i], &answers[i]),
                            [&](const std::exception_ptr& thrown) {
                              if (thrown) std::rethrow_exception(thrown);
                              if (--missing == 0) tell(answers);
                            });
    }
    io.restart();
    io.run();  // until the driver rests
  }
}

Task<void> add_and_read(Store* store, std::string name, int count, int* right) {
  for (int i = 0; i < count; ++i) {
    const Key key(name + '-' + std::to_string(i));
    std::string value = R"({"number":)" + std::to_string(i) + '}';
    const auto added = co_await store->add(key, value);
    const auto read = co_await store->get(key);
    const bool is_done = added && added->answer == Write::done;
    if (is_done && read && *read && (*read)->value == value) ++*right;
  }
}

int measure(CouchbaseStore& store, boost::asio::io_context& io, int count, int together) {
  using Seconds = std::chrono::duration<double>;
  const auto start = std::chrono::steady_clock::now();
  int right = 0;
  for (int i = 0; i < together; ++i) {
    boost::asio::co_spawn(
        io, add_and_read(&store, "probe" + std::to_string(i), count / together, &right),
        boost::asio::detached);
  }
  io.run();
  const double seconds = Seconds(std::chrono::steady_clock::now() - start).count();
  const int asked = count / together * together;
  std::cout << right << " of " << asked << " right, " << static_cast<int>(2 * asked / seconds)
            << " calls/s\n";
  return right == asked ? 0 : 1;
}

int run(const std::vector<std::string>& words) {
  boost::asio::io_context io(1);
  auto place = couchbase_place(words.at(1));
  if (!place) {
    std::cerr << place.error().detail << '\n';
    return 2;
  }
  auto library = couchbase::library_client(*place);
  if (!library) {
    std::cerr << library.error().detail << '\n';
    return 2;
  }
  CouchbaseOptions options{
      .executor = io.get_executor(), .place = *std::move(place), .make = *std::move(library)};
  const auto store = CouchbaseStore::open(std::move(options));
  if (!store) {
    std::cerr << store.error().detail << '\n';
    return 3;
  }
  if (words.size() > 3) return measure(**store, io, std::stoi(words[2]), std::stoi(words[3]));
  answer_lines(**store, io);
  return 0;
}

}  // namespace
}  // namespace posse

int main(int count, char** words) {
  return posse::run({words, words + count});
}
