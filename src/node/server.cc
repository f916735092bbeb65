/// Taking connections, and looking after them.
// SPDX-License-Identifier: Apache-2.0
#include "node/server.h"

#include <charconv>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "core/task_group.h"
#include "node/connection.h"
#include "node/room.h"

namespace posse {
namespace asio = boost::asio;
using Tcp = asio::ip::tcp;
namespace {

constexpr auto as_tuple = asio::as_tuple(asio::use_awaitable);

/// How often connections are looked at that may have taken too long.
constexpr std::chrono::milliseconds look_every{500};

/// The connections of one executor.
class Floor {
 public:
  Floor(asio::any_io_executor executor, Listening listening)
      : executor_(std::move(executor)),
        tasks_(executor_),
        ticker_(executor_),
        listening_(std::make_shared<Listening>(std::move(listening))) {}

  const asio::any_io_executor& executor() const { return executor_; }
  const ServerCounters& counters() const { return listening_->counters; }

  void start(Handler handler) {
    listening_->handler = std::move(handler);
    tasks_.spawn(look_after_all());
  }

  /// Serves `socket`; closes it if there is no room.
  void take(Tcp::socket socket) {
    boost::system::error_code gone;
    const auto endpoint = socket.remote_endpoint(gone);
    if (gone || listening_->stopping) return;
    std::string peer = endpoint.address().to_string();
    if (!listening_->room->enter(peer, listening_->proxies.contains(peer))) return;
    boost::system::error_code ignored;
    (void)socket.set_option(Tcp::no_delay(true), ignored);
    tasks_.spawn(run(std::move(socket), std::move(peer)));
  }

  /// In its group, that stop() awaits.
  void spawn(Task<void> task) { tasks_.spawn(std::move(task)); }

  Task<void> stop() {
    listening_->stopping = true;
    for (const auto& connection : connections_) connection->stop();
    ticker_.cancel();
    co_await tasks_.join();
  }

 private:
  Task<void> run(Tcp::socket socket, std::string peer) {
    const auto connection = std::make_shared<ServerConnection>(std::move(socket), peer, listening_);
    connections_.insert(connection);
    ++listening_->counters.connections;
    co_await connection->run();
    listening_->room->leave(peer);
    --listening_->counters.connections;
    connections_.erase(connection);
    if (listening_->stopping) ticker_.cancel();
  }

  /// Until the last connection has gone.
  Task<void> look_after_all() {
    while (!listening_->stopping || !connections_.empty()) {
      ticker_.expires_after(look_every);
      const auto waited = co_await ticker_.async_wait(as_tuple);
      (void)waited;  // cancelled: there may be none left to look after
      const auto now = std::chrono::steady_clock::now();
      for (const auto& connection : connections_) connection->look(now);
    }
  }

  asio::any_io_executor executor_;
  TaskGroup tasks_;
  asio::steady_timer ticker_;
  std::shared_ptr<Listening> listening_;
  std::set<std::shared_ptr<ServerConnection>> connections_;
};

/// Takes connections, and gives one to each floor in turn.
class Listener {
 public:
  Listener(Tcp::acceptor acceptor, std::vector<std::shared_ptr<Floor>> floors)
      : acceptor_(std::move(acceptor)), floors_(std::move(floors)) {}

  std::string address() const {
    const auto endpoint = acceptor_.local_endpoint();
    const std::string host = endpoint.address().to_string();
    const std::string shown = endpoint.address().is_v6() ? "[" + host + "]" : host;
    return shown + ":" + std::to_string(endpoint.port());
  }

  Task<void> accept() {
    for (std::size_t turn = 0; is_open_; turn = (turn + 1) % floors_.size()) {
      const std::shared_ptr<Floor> floor = floors_[turn];
      auto [error, socket] = co_await acceptor_.async_accept(floor->executor(), as_tuple);
      if (!is_open_) break;
      if (error) {
        co_await pause_after(error);
      } else if (turn == 0) {
        floor->take(std::move(socket));
      } else {
        auto take = [floor, taken = std::move(socket)]() mutable { floor->take(std::move(taken)); };
        asio::post(floor->executor(), std::move(take));
      }
    }
  }

  void close() {
    is_open_ = false;
    boost::system::error_code ignored;
    (void)acceptor_.close(ignored);
  }

 private:
  /// Out of file descriptors, most likely: the next attempt would fail at once.
  Task<void> pause_after(boost::system::error_code /*error*/) {
    asio::steady_timer timer(acceptor_.get_executor(), std::chrono::milliseconds(50));
    (void)co_await timer.async_wait(as_tuple);
  }

  Tcp::acceptor acceptor_;
  std::vector<std::shared_ptr<Floor>> floors_;  // the first is on the acceptor's executor
  bool is_open_ = true;
};

class BeastServer final : public Server {
 public:
  /// With a `listener` if this is the one that runs it.
  BeastServer(std::shared_ptr<Floor> floor, std::string address, std::unique_ptr<Listener> listener)
      : floor_(std::move(floor)), address_(std::move(address)), listener_(std::move(listener)) {}

  std::string address() const override { return address_; }

  void start(Handler handler) override {
    floor_->start(std::move(handler));
    if (listener_) floor_->spawn(listener_->accept());
  }

  Task<void> stop() override {
    if (listener_) listener_->close();
    co_await floor_->stop();
    listener_.reset();  // its floors go before their executors
  }

  const ServerCounters& counters() const override { return floor_->counters(); }

 private:
  std::shared_ptr<Floor> floor_;
  std::string address_;
  std::unique_ptr<Listener> listener_;
};

/// HOST:PORT, or [HOST]:PORT for an IPv6 address.
std::optional<Tcp::endpoint> endpoint_of(const std::string& address) {
  const std::size_t colon = address.rfind(':');
  if (colon == std::string::npos) return {};
  std::string host = address.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host == "localhost") host = "127.0.0.1";
  unsigned port = 0;
  const char* end = address.data() + address.size();
  const auto read = std::from_chars(address.data() + colon + 1, end, port);
  boost::system::error_code wrong;
  const auto ip = asio::ip::make_address(host, wrong);
  if (wrong || read.ec != std::errc() || read.ptr != end || port > 65535) return {};
  return Tcp::endpoint(ip, static_cast<std::uint16_t>(port));
}

}  // namespace

bool Server::is_address(const std::string& text) {
  return endpoint_of(text).has_value();
}

Result<std::vector<std::unique_ptr<Server>>> Server::listen(
    const std::vector<asio::any_io_executor>& executors, const std::string& address,
    ServerLimits limits, const TrustedProxies& proxies) {
  const auto endpoint = endpoint_of(address);
  if (!endpoint) {
    return Error{Errc::unavailable, "cannot listen on " + address + ": it " + server_address_rule};
  }
  Tcp::acceptor acceptor(executors.front());
  boost::system::error_code error;
  (void)acceptor.open(endpoint->protocol(), error);
  if (!error) (void)acceptor.set_option(Tcp::acceptor::reuse_address(true), error);
  if (!error) (void)acceptor.bind(*endpoint, error);
  if (!error) (void)acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) {
    return Error{Errc::unavailable, "cannot listen on " + address + ": " + error.message()};
  }
  const auto room = std::make_shared<Room>(limits);
  std::vector<std::shared_ptr<Floor>> floors;
  for (const auto& executor : executors) {
    Listening listening{
        .limits = limits, .proxies = proxies, .room = room, .handler = {}, .counters = {}};
    floors.push_back(std::make_shared<Floor>(executor, std::move(listening)));
  }
  auto listener = std::make_unique<Listener>(std::move(acceptor), floors);
  const std::string at = listener->address();
  std::vector<std::unique_ptr<Server>> servers;
  for (auto& floor : floors) {
    auto runs = std::exchange(listener, nullptr);
    servers.push_back(std::make_unique<BeastServer>(std::move(floor), at, std::move(runs)));
  }
  return servers;
}

}  // namespace posse
