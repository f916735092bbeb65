/// Connections to PostgreSQL, each for one question at a time.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <libpq-fe.h>
#include <memory>
#include <string>
#include <vector>

#include "bench/peers/peers.h"

namespace posse::bench {

struct ClosePostgres {
  void operator()(PGconn* connection) const { PQfinish(connection); }
  void operator()(PGresult* result) const { PQclear(result); }
};
using Connection = std::unique_ptr<PGconn, ClosePostgres>;
using Rows = std::unique_ptr<PGresult, ClosePostgres>;

/// Whatever fails here ends the program.
Connection connect(const std::string& address);
Rows run(const Connection& connection, const std::string& text);
std::int64_t integer(const Rows& rows, int column);

/// What is asked: a statement with parameters, and perhaps one without, each a transaction.
struct Question {
  const char* text = nullptr;
  int parameters = 0;
  const char* then = nullptr;
};

/// Lives on one executor; whoever asks waits for a connection, in turn.
class PostgresPool {
 public:
  PostgresPool(const Place& place, std::size_t size, const Question& question);
  PostgresPool(const PostgresPool&) = delete;
  PostgresPool& operator=(const PostgresPool&) = delete;
  ~PostgresPool();

  /// The rows of the statement with `values`, when the one behind it has ended, too.
  Task<Rows> ask(std::vector<std::string> values);

 private:
  class Link;
  struct Waiter;

  Task<Link*> take();
  void put(Link* link);

  std::vector<std::unique_ptr<Link>> links_;
  std::vector<Link*> free_;
  std::deque<Waiter*> waiting_;
};

}  // namespace posse::bench
