/// What a process of the load does to the documents of a store, and what it tells of it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <boost/json.hpp>

#include "core/uuid.h"
#include "posse/documents.h"

namespace posse::testing {

/// The events of one process, a line of JSON each. A line is in the file when tell() returns: what
/// was asked when the process is killed stands there without an outcome.
class History {
 public:
  explicit History(const std::string& file);
  History(const History&) = delete;
  History& operator=(const History&) = delete;
  ~History();

  /// Adds the time, on a clock that all processes of the machine share.
  void tell(boost::json::object event);

 private:
  int file_;
};

struct Plan {
  std::string store;
  std::string workload;
  std::string history;
  std::string last;  ///< A file of what the last process has to do.
  bool prepares = false;
  std::uint64_t process = 0;
  std::size_t clients = 8;
  std::size_t documents = 16;
  std::chrono::seconds length{10};
};

/// What the clients of one process have in common. Lives on one executor.
struct Stage {
  Documents& documents;
  Clock& clock;
  Random& random;
  History& history;
  const Plan& plan;
  std::uint64_t operations = 0;

  std::uint64_t below(std::uint64_t bound) const { return random.bits() % bound; }
  std::string new_name() { return Uuid::make(clock.now(), random).text(); }
};

class Workload {
 public:
  virtual ~Workload() = default;

  /// Makes the documents that must be there.
  virtual Task<void> prepare() = 0;

  /// One operation of a client.
  virtual Task<void> step() = 0;

  /// One of the things that are done, several at once, when all other processes have ended.
  virtual Task<void> finish(boost::json::object what) = 0;
};

std::unique_ptr<Workload> make_bank(Stage& stage);
std::unique_ptr<Workload> make_append(Stage& stage);

/// Asks for `change` and tells its fate as the one of `name`; asks again where it is pending.
/// Whether it has one: an error is none.
Task<bool> change_and_tell(Stage* stage, std::string name, Change change);

/// Reads `keys` and tells a failure as the fate of `name`; empty then.
Task<std::vector<Reading>> read_and_tell(Stage* stage, std::string name, std::vector<Key> keys);

}  // namespace posse::testing
