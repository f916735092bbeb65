/// The peer of a node: a thin HTTP service that calls one PostgreSQL function for each purchase.
/// It speaks the one call of our API that is measured, so that both have the same clients.
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <libpq-fe.h>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/json.hpp>

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace json = boost::json;
using Tcp = asio::ip::tcp;
using Question = http::request<http::string_body>;
using Answer = http::response<http::string_body>;

constexpr const char* statement = "select * from buy($1, $2::uuid, $3, $4)";

struct Close {
  void operator()(PGconn* connection) const { PQfinish(connection); }
  void operator()(PGresult* result) const { PQclear(result); }
};
using Connection = std::unique_ptr<PGconn, Close>;
using Rows = std::unique_ptr<PGresult, Close>;

/// Connections to the database: more than the machine can use at once only wait for each other.
class Pool {
 public:
  Pool(const char* where, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) {
      Connection connection(PQconnectdb(where));
      const Rows prepared(PQprepare(connection.get(), "buy", statement, 4, nullptr));
      if (PQresultStatus(prepared.get()) != PGRES_COMMAND_OK) {
        (void)std::fprintf(stderr, "%s", PQerrorMessage(connection.get()));
        std::exit(1);
      }
      free_.push_back(std::move(connection));
    }
  }

  Connection take() {
    std::unique_lock lock(mutex_);
    returned_.wait(lock, [this] { return !free_.empty(); });
    Connection connection = std::move(free_.back());
    free_.pop_back();
    return connection;
  }

  void put(Connection connection) {
    const std::scoped_lock lock(mutex_);
    free_.push_back(std::move(connection));
    returned_.notify_one();
  }

 private:
  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<Connection> free_;
};

/// `/v1/campaigns/{id}/purchases`; empty for anything else.
std::string campaign_in(std::string_view target) {
  constexpr std::string_view before = "/v1/campaigns/";
  constexpr std::string_view behind = "/purchases";
  if (!target.starts_with(before) || !target.ends_with(behind)) return {};
  target.remove_prefix(before.size());
  target.remove_suffix(behind.size());
  return std::string(target);
}

struct Said {
  unsigned status;
  json::object body;
};

Said buy(Pool& pool, const Question& question) {
  const std::string target(question.target());
  const std::string campaign = campaign_in(target);
  if (target == "/readyz") return {200, {{"status", "ready"}}};
  if (campaign.empty()) return {404, {{"code", "not_found"}, {"detail", "no such call"}}};
  std::string token(question[http::field::authorization]);
  token.erase(0, std::string_view("Bearer ").size());
  const std::string key(question["Idempotency-Key"]);
  boost::system::error_code wrong;
  const json::value body = json::parse(question.body(), wrong);
  const std::string max_price =
      wrong ? "0" : std::to_string(body.at("max_price").to_number<std::int64_t>());
  const std::array<const char*, 4> values{token.c_str(), key.c_str(), campaign.c_str(),
                                          max_price.c_str()};
  Connection connection = pool.take();
  const Rows rows(PQexecPrepared(connection.get(), "buy", 4, values.data(), nullptr, nullptr, 0));
  pool.put(std::move(connection));
  if (PQresultStatus(rows.get()) != PGRES_TUPLES_OK)
    return {500, {{"code", "failed"}, {"detail", PQresultErrorMessage(rows.get())}}};
  const auto field = [&rows](int column) { return PQgetvalue(rows.get(), 0, column); };
  if (!PQgetisnull(rows.get(), 0, 0))
    return {409, {{"code", field(0)}, {"detail", "the database refuses"}}};
  const std::int64_t slot = std::atoll(field(1));
  return {201,
          {{"campaign", campaign},
           {"slot", slot},
           {"price", std::atoll(field(2))},
           {"entry", slot},
           {"intent", std::string(22, 'A')},
           {"key", key},
           {"repeated", field(3)[0] == 't'}}};
}

void serve(Tcp::socket socket, Pool& pool) {
  beast::error_code wrong;
  (void)socket.set_option(Tcp::no_delay(true), wrong);
  beast::flat_buffer buffer;
  while (true) {
    Question question;
    http::read(socket, buffer, question, wrong);
    if (wrong) return;
    const Said said = buy(pool, question);
    Answer answer(static_cast<http::status>(said.status), 11);
    answer.set(http::field::content_type, "application/json");
    answer.keep_alive(question.keep_alive());
    answer.body() = json::serialize(said.body);
    answer.prepare_payload();
    http::write(socket, answer, wrong);
    if (wrong || !question.keep_alive()) return;
  }
}

}  // namespace

/// `posse-bench-postgres CONNINFO PORT CONNECTIONS`
int main(int argc, char** argv) {
  if (argc != 4) {
    (void)std::fprintf(stderr, "usage: posse-bench-postgres CONNINFO PORT CONNECTIONS\n");
    return 2;
  }
  Pool pool(argv[1], std::strtoul(argv[3], nullptr, 10));
  asio::io_context io;
  const auto port = static_cast<std::uint16_t>(std::strtoul(argv[2], nullptr, 10));
  Tcp::acceptor acceptor(io, {asio::ip::make_address("127.0.0.1"), port});
  while (true) std::thread(serve, acceptor.accept(), std::ref(pool)).detach();
}
