/// Pipelines of libpq under Asio.
// SPDX-License-Identifier: Apache-2.0
#include "bench/peers/postgres_pool.h"

#include <utility>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "core/event.h"
#include "core/text.h"

namespace posse::bench {
namespace {

namespace asio = boost::asio;
using Descriptor = asio::posix::stream_descriptor;

[[noreturn]] void fail(const Connection& connection) {
  give_up(std::string("PostgreSQL fails: ") + PQerrorMessage(connection.get()));
}

}  // namespace

Rows run(const Connection& connection, const std::string& text) {
  Rows rows(PQexec(connection.get(), text.c_str()));
  const auto status = PQresultStatus(rows.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) fail(connection);
  return rows;
}

Connection connect(const std::string& address) {
  Connection connection(PQconnectdb(address.c_str()));
  if (PQstatus(connection.get()) != CONNECTION_OK) fail(connection);
  // A server that goes down says so on every connection; one sentence is enough.
  PQsetNoticeProcessor(connection.get(), [](void* /*data*/, const char* /*notice*/) {}, nullptr);
  return connection;
}

std::int64_t integer(const Rows& rows, int column) {
  return whole_number(PQgetvalue(rows.get(), 0, column)).value_or(0);
}

/// A connection that somebody has for the time of a question.
class PostgresPool::Link {
 public:
  Link(const Place& place, const Question& question)
      : connection_(connect(place.address)),
        socket_(place.io->get_executor(), PQsocket(connection_.get())),
        steps_(question.then != nullptr ? 2 : 1) {
    prepare("first", question.text, question.parameters);
    if (steps_ == 2) prepare("then", question.then, 0);
    if (PQsetnonblocking(connection_.get(), 1) != 0) fail(connection_);
    if (PQenterPipelineMode(connection_.get()) != 1) fail(connection_);
  }
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;
  ~Link() { (void)socket_.release(); }

  Task<Rows> ask(const std::vector<std::string>* values) {
    send(*values);
    while (PQflush(connection_.get()) == 1)
      co_await socket_.async_wait(Descriptor::wait_write, asio::use_awaitable);
    Rows first;
    for (int open = steps_; open > 0;) {
      while (PQisBusy(connection_.get()) == 1) {
        co_await socket_.async_wait(Descriptor::wait_read, asio::use_awaitable);
        if (PQconsumeInput(connection_.get()) != 1) fail(connection_);
      }
      Rows rows(PQgetResult(connection_.get()));
      if (rows == nullptr) continue;  // the end of one statement's rows
      const auto status = PQresultStatus(rows.get());
      if (status == PGRES_PIPELINE_SYNC) --open;
      if (status != PGRES_PIPELINE_SYNC && status != PGRES_TUPLES_OK) fail(connection_);
      if (status == PGRES_TUPLES_OK && first == nullptr) first = std::move(rows);
    }
    co_return first;
  }

 private:
  void prepare(const char* name, const char* text, int parameters) {
    const Rows prepared(PQprepare(connection_.get(), name, text, parameters, nullptr));
    if (PQresultStatus(prepared.get()) != PGRES_COMMAND_OK) fail(connection_);
  }

  /// Each step is a transaction; all of them go out together.
  void send(const std::vector<std::string>& values) {
    std::vector<const char*> texts;
    for (const std::string& value : values) texts.push_back(value.c_str());
    const int count = static_cast<int>(texts.size());
    PGconn* to = connection_.get();
    bool is_sent =
        PQsendQueryPrepared(to, "first", count, texts.data(), nullptr, nullptr, 0) == 1 &&
        PQpipelineSync(to) == 1;
    if (is_sent && steps_ == 2) {
      is_sent = PQsendQueryPrepared(to, "then", 0, nullptr, nullptr, nullptr, 0) == 1 &&
                PQpipelineSync(to) == 1;
    }
    if (!is_sent) fail(connection_);
  }

  Connection connection_;
  Descriptor socket_;
  int steps_;
};

struct PostgresPool::Waiter {
  Link* link = nullptr;
  Event given;
};

PostgresPool::PostgresPool(const Place& place, std::size_t size, const Question& question) {
  for (std::size_t i = 0; i < size; ++i) {
    links_.push_back(std::make_unique<Link>(place, question));
    free_.push_back(links_.back().get());
  }
}

PostgresPool::~PostgresPool() = default;

Task<Rows> PostgresPool::ask(std::vector<std::string> values) {
  Link* link = co_await take();
  Rows rows = co_await link->ask(&values);
  put(link);
  co_return rows;
}

Task<PostgresPool::Link*> PostgresPool::take() {
  Waiter waiter;
  if (!free_.empty()) {
    Link* link = free_.back();
    free_.pop_back();
    co_return link;
  }
  waiting_.push_back(&waiter);
  co_await waiter.given.wait();
  co_return waiter.link;
}

void PostgresPool::put(Link* link) {
  if (waiting_.empty()) {
    free_.push_back(link);
    return;
  }
  Waiter* next = waiting_.front();
  waiting_.pop_front();
  next->link = link;
  next->given.set();
}

}  // namespace posse::bench
