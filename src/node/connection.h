/// One connection of a client: requests in, answers and event streams out (HTTP/1.1, RFC 9112).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include "node/http.h"
#include "node/proxies.h"
#include "node/room.h"
#include "node/server.h"

namespace posse {

/// What the connections of one executor share.
struct Listening {
  ServerLimits limits;
  TrustedProxies proxies;
  std::shared_ptr<Room> room;
  Handler handler;
  ServerCounters counters;
  bool stopping = false;
};

/// One connection, from its first byte to its last. Somebody looks every now and then whether it
/// has taken too long: no read or write has a timer of its own.
class ServerConnection final : public EventSink {
 public:
  ServerConnection(boost::asio::ip::tcp::socket socket, std::string peer,
                   std::shared_ptr<Listening> listening)
      : socket_(std::move(socket)), peer_(std::move(peer)), listening_(std::move(listening)) {}

  Task<void> run();

  /// Until it has a whole request it ends at once, else when it has answered, or nobody takes it.
  void stop();

  /// Ends what is under way if it has had its time by `now`.
  void look(std::chrono::steady_clock::time_point now);

  Task<bool> write(std::string bytes) override;

 private:
  /// What one request came to.
  struct Turn {
    std::optional<Response> answer;  ///< Empty: there was no request, and nothing is to be said.
    bool goes_on = false;
    bool is_head = false;
  };

  Task<Turn> take_turn();
  Task<bool> finish(Turn turn);
  struct Reading;
  Task<boost::system::error_code> receive(Reading* reading);
  Task<boost::system::error_code> read_on(Reading* reading);
  Task<boost::system::error_code> fill();
  Task<bool> send(std::string bytes);
  Task<void> send_stream(Response answer);
  Task<void> take_the_rest();
  Request request_of(Reading& reading) const;

  /// From now on, what is under way may take so long.
  void may_take(std::chrono::seconds time) { ends_ = std::chrono::steady_clock::now() + time; }

  boost::asio::ip::tcp::socket socket_;
  std::string peer_;
  std::shared_ptr<Listening> listening_;
  boost::beast::flat_buffer buffer_{head_bytes_max + body_bytes_max};
  std::chrono::steady_clock::time_point ends_ = std::chrono::steady_clock::time_point::max();
  bool was_refused_ = false;
  bool receiving_ = false;
  bool streaming_ = false;
  bool stopped_ = false;
  bool was_cut_ = false;  // what was sent last may end anywhere
};

}  // namespace posse
