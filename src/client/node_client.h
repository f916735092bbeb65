/// A client of the shop's nodes: it asks one of them and, where that is safe, the next one too.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/json.hpp>

#include "client/event_reader.h"
#include "client/node_address.h"
#include "posse/clock.h"

namespace posse {

/// What a node is asked for.
struct Ask {
  std::string method = "GET";
  std::string target;  ///< Path and query, percent encoded.
  std::optional<boost::json::object> body;
  std::string key;  ///< Idempotency-Key; empty: none goes with it.
};

/// What stands in `Reply::status` where HTTP has nothing to say.
inline constexpr unsigned no_node = 0;    ///< None could be reached. Nothing was asked.
inline constexpr unsigned no_answer = 1;  ///< It was asked, and nobody knows what came of it.
inline constexpr unsigned no_posse = 2;   ///< What answered is no node of this version.

struct Reply {
  unsigned status = no_node;
  boost::json::object body;  ///< Empty if the answer was no JSON object.
  std::string node;          ///< URL of the node that answered, or of the last that did not.
  std::size_t asked = 1;     ///< How often somebody was asked for it.
};

/// How long to wait for what.
struct ClientWaits {
  /// For a name to be found; the C library asks the next name server after five seconds.
  std::chrono::milliseconds lookup{6000};
  std::chrono::milliseconds connect{2000};  ///< For one node to take a connection.
  std::chrono::milliseconds answer{5000};   ///< For its answer.
  std::chrono::milliseconds any{2000};      ///< For any node to be there at all.
  std::chrono::milliseconds in_all{20000};  ///< For an answer from any of them.
};

/// Speaks HTTP/1.1 on one connection at a time, which it keeps. Lives on one executor; at most one
/// call at a time.
class NodeClient {
 public:
  /// False: enough has come.
  using Listener = std::function<bool(const ServerEvent&)>;

  /// `nodes` are asked in this order and round again; there is at least one. `token` may be empty.
  NodeClient(boost::asio::any_io_executor executor, Clock& clock, std::vector<NodeAddress> nodes,
             std::string token);
  NodeClient(const NodeClient&) = delete;
  NodeClient& operator=(const NodeClient&) = delete;
  ~NodeClient();

  void set_waits(ClientWaits waits) { waits_ = waits; }
  void speak_with(std::string token) { token_ = std::move(token); }

  /// Asks once, on a connection of its own: for what must not be asked twice. Whoever takes no
  /// connection is passed over.
  Task<Reply> ask(Ask ask);

  /// Asks one node after the other until one knows the answer. Only for what has a key or
  /// reference, or changes nothing. `no_answer` if somebody was asked who did not answer, and what
  /// came later was no success: a refusal then says nothing of the request before it, which may
  /// still be on its way to a node; `body` has the refusal. 202 if the last word was `undecided`.
  Task<Reply> insist(Ask ask);

  /// Tells `listener` the events of `target` until it has enough, and comes back to the next node
  /// with Last-Event-ID after each break. Status 200 if it had enough, a refusal's if there is
  /// nothing to follow, `no_node` if there is nobody.
  Task<Reply> follow(std::string target, Listener listener);

 private:
  class Connection;

  Task<bool> connect();
  Task<Reply> ask_present(const Ask* ask);
  std::chrono::milliseconds left() const;
  Task<Reply> follow_present(const std::string* target, const Listener* listener);
  Reply reply(unsigned status) const;
  void next_node();

  boost::asio::any_io_executor executor_;
  Clock& clock_;
  std::vector<NodeAddress> nodes_;
  std::string token_;
  ClientWaits waits_;
  std::size_t present_ = 0;
  std::unique_ptr<Connection> connection_;
  std::string last_event_;
  Steady streamed_{};  // when a stream last gave something
  Steady until_{};     // the end of the present call
  std::chrono::milliseconds come_back_{1000};
};

/// `text` for a path or a query: all but the unreserved characters percent encoded (RFC 3986).
std::string percent_encoded(std::string_view text);

}  // namespace posse
