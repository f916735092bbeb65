/// The HTTP server: connections, framing, limits (HTTP/1.1, RFC 9112).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "node/http.h"
#include "node/proxies.h"
#include "posse/result.h"

namespace posse {

/// What a server allows. A connection that is too slow is closed.
struct ServerLimits {
  std::size_t connections = 10'000;
  std::size_t connections_of_a_peer = 4'096;  ///< Of one address that is no trusted proxy's.
  std::size_t streams = 8'000;                ///< Event streams; some connections stay for buyers.
  std::chrono::seconds head{10};              ///< For a request's head, once it has begun.
  std::chrono::seconds body{30};
  std::chrono::seconds idle{75};     ///< Between two requests.
  std::chrono::seconds rest{2};      ///< For the end of a request that is refused already.
  std::chrono::seconds writing{30};  ///< For an answer, or a piece of a stream, to be taken.
  std::chrono::seconds ending{1};    ///< The same, once the server has been asked to end.
};

inline constexpr const char* server_address_rule = "must be an IP address, a colon and a port";

/// Plain numbers since the start, for metrics.
struct ServerCounters {
  std::uint64_t requests = 0;
  std::uint64_t malformed = 0;  ///< Answered before any route saw them.
  std::size_t connections = 0;  ///< Now.
  std::size_t streams = 0;      ///< Now.
};

/// Reads requests strictly and lets `handler` answer them. Lives on one executor; stop() it before
/// it goes.
class Server {
 public:
  /// A server on each of `executors`; each is given its turn of the connections that come to
  /// `address`, HOST:PORT, where port 0 takes a free one; what `limits` allows they have together.
  /// The first is started last and stopped before the executor of another goes.
  /// Requests say where they come from as `proxies` have it.
  /// Errors: `unavailable`, if the address is no such thing or is taken.
  static Result<std::vector<std::unique_ptr<Server>>> listen(
      const std::vector<boost::asio::any_io_executor>& executors, const std::string& address,
      ServerLimits limits, const TrustedProxies& proxies);
  virtual ~Server() = default;

  /// Whether `text` can be listened on, as far as it is written.
  static bool is_address(const std::string& text);

  virtual std::string address() const = 0;
  virtual void start(Handler handler) = 0;

  /// Takes no more connections, lets the requests under way be answered, ends idle connections
  /// and streams. Whoever does not take an answer is left soon.
  virtual Task<void> stop() = 0;

  virtual const ServerCounters& counters() const = 0;
};

}  // namespace posse
