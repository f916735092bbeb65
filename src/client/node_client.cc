/// Asking nodes; nothing else in the folder sees Boost.Beast.
// SPDX-License-Identifier: Apache-2.0
#include "client/node_client.h"

#include <algorithm>
#include <array>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

#include "client/name_search.h"

namespace posse {
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace json = boost::json;
using Tcp = asio::ip::tcp;
namespace {

using namespace std::chrono_literals;

constexpr auto as_tuple = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t answer_bytes_max = 4UL * 1024 * 1024;
constexpr std::size_t answer_depth_max = 16;
constexpr std::size_t head_bytes_max = 64UL * 1024;
constexpr std::size_t buffer_bytes_max = 128UL * 1024;
constexpr auto pause_between_nodes = 100ms;
/// A node says every 15 s that a stream is alive.
constexpr std::chrono::milliseconds stream_silence_max = 40s;
/// However long a stream says that one should stay away.
constexpr std::chrono::milliseconds come_back_max = 5s;

using Message = http::request<http::string_body>;

json::object object_in(const std::string& text) {
  json::parse_options options;
  options.max_depth = answer_depth_max;
  boost::system::error_code wrong;
  json::value value = json::parse(text, wrong, {}, options);
  if (wrong || !value.is_object()) return {};
  return std::move(value.get_object());
}

/// Whether it can be a node's answer. What a proxy says by itself, or half of an answer, is not.
bool is_said_by_a_node(const http::response<http::string_body>& answer, const Ask& ask,
                       const json::object& body) {
  const unsigned status = answer.result_int();
  if (status == 204) return ask.method == "DELETE";
  if (status >= 400 || status == 202) {
    const auto* code = body.if_contains("code");
    return code != nullptr && code->is_string();
  }
  return (status == 200 || status == 201) && !body.empty();
}

/// Whether another node, or the same a little later, may do better.
bool is_passing(unsigned status) {
  return status == no_node || status == no_answer || status == 202 || status == 408 ||
         status == 502 || status == 503 || status == 504;
}

bool is_success(unsigned status) {
  return status >= 200 && status < 300 && status != 202;
}

}  // namespace

/// One connection to one node.
class NodeClient::Connection {
 public:
  Connection(asio::any_io_executor executor, NodeAddress address)
      : stream_(executor), address_(std::move(address)) {}

  Task<bool> connect(std::vector<Tcp::endpoint> endpoints, std::chrono::milliseconds wait) {
    stream_.expires_after(wait);
    const auto [failure, endpoint] = co_await stream_.async_connect(endpoints, as_tuple);
    if (failure) co_return false;
    beast::error_code ignored;
    (void)stream_.socket().set_option(Tcp::no_delay(true), ignored);
    co_return true;
  }

  Message message(const std::string& method, const std::string& target,
                  const std::string& token) const {
    Message message;
    message.version(11);
    message.method_string(method);
    message.target(target);
    message.set(http::field::host, address_.url.substr(address_.url.find("//") + 2));
    message.set(http::field::user_agent, "posse");
    if (!token.empty()) message.set(http::field::authorization, "Bearer " + token);
    return message;
  }

  /// Empty if no whole answer came.
  Task<std::optional<http::response<http::string_body>>> exchange(Message* message,
                                                                  std::chrono::milliseconds wait) {
    stream_.expires_after(wait);
    const auto [unsent, written] = co_await http::async_write(stream_, *message, as_tuple);
    if (unsent) co_return std::nullopt;
    while (true) {
      http::response_parser<http::string_body> parser;
      parser.body_limit(answer_bytes_max);
      parser.header_limit(head_bytes_max);
      const auto [unread, read] = co_await http::async_read(stream_, buffer_, parser, as_tuple);
      if (unread) co_return std::nullopt;
      const bool is_interim = parser.get().result_int() < 200;  // RFC 9110, 15.2: more is to come
      if (!is_interim) co_return parser.release();
    }
  }

  /// Whether bytes came that nobody has asked for.
  bool has_more() const { return buffer_.size() > 0; }

  /// Sends `message` and reads the head of what answers it. False if none came.
  using Stream = http::response_parser<http::buffer_body>;
  Task<bool> open(Message* message, Stream* stream, std::chrono::milliseconds wait) {
    stream_.expires_after(wait);
    const auto [unsent, written] = co_await http::async_write(stream_, *message, as_tuple);
    if (unsent) co_return false;
    stream->body_limit(boost::none);
    const auto [unread, read] =
        co_await http::async_read_header(stream_, buffer_, *stream, as_tuple);
    co_return !unread;
  }

  /// The next bytes of the body; empty at its end, or if none come within `wait`.
  Task<std::string> read_some(Stream* stream, std::chrono::milliseconds wait) {
    std::array<char, 4096> bytes{};
    auto& body = stream->get().body();
    body.data = bytes.data();
    body.size = bytes.size();
    stream_.expires_after(wait);
    // A read may bring nothing but the head of a chunk.
    while (body.size == bytes.size() && !stream->is_done()) {
      const auto [wrong, read] =
          co_await http::async_read_some(stream_, buffer_, *stream, as_tuple);
      if (wrong && wrong != http::error::need_buffer) break;
    }
    co_return std::string(bytes.data(), bytes.size() - body.size);
  }

  /// The body of a refusal, as far as it comes within `wait`.
  Task<std::string> read_all(Stream* stream, Clock* clock, std::chrono::milliseconds wait) {
    const Steady until = clock->steady() + wait;
    std::string all;
    while (!stream->is_done() && clock->steady() < until && all.size() < head_bytes_max) {
      const std::string bytes = co_await read_some(stream, wait);
      if (bytes.empty()) break;
      all += bytes;
    }
    co_return all;
  }

 private:
  beast::tcp_stream stream_;
  NodeAddress address_;
  beast::flat_buffer buffer_{buffer_bytes_max};
};

NodeClient::NodeClient(asio::any_io_executor executor, Clock& clock, std::vector<NodeAddress> nodes,
                       std::string token)
    : executor_(std::move(executor)),
      clock_(clock),
      nodes_(std::move(nodes)),
      token_(std::move(token)) {}

NodeClient::~NodeClient() = default;

Reply NodeClient::reply(unsigned status) const {
  return {.status = status, .body = {}, .node = nodes_[present_].url};
}

void NodeClient::next_node() {
  connection_.reset();
  present_ = (present_ + 1) % nodes_.size();
}

std::chrono::milliseconds NodeClient::left() const {
  return std::max<std::chrono::milliseconds>(until_ - clock_.steady(), 1ms);
}

Task<bool> NodeClient::connect() {
  if (connection_) co_return true;
  auto connection = std::make_unique<Connection>(executor_, nodes_[present_]);
  auto endpoints = co_await endpoints_of(nodes_[present_], std::min(waits_.lookup, left()));
  if (endpoints.empty()) co_return false;
  const auto wait = std::min(waits_.connect, left());
  const bool connected = co_await connection->connect(std::move(endpoints), wait);
  if (connected) connection_ = std::move(connection);
  co_return connected;
}

Task<Reply> NodeClient::ask_present(const Ask* ask) {
  const bool connected = co_await connect();
  if (!connected) co_return reply(no_node);
  Message message = connection_->message(ask->method, ask->target, token_);
  if (!ask->key.empty()) message.set("Idempotency-Key", ask->key);
  if (ask->body) {
    message.set(http::field::content_type, "application/json");
    message.body() = json::serialize(*ask->body);
  }
  message.prepare_payload();
  const auto answer = co_await connection_->exchange(&message, std::min(waits_.answer, left()));
  if (!answer) {
    connection_.reset();
    co_return reply(no_answer);
  }
  if (!answer->keep_alive() || connection_->has_more()) connection_.reset();
  Reply told = reply(answer->result_int());
  told.body = object_in(answer->body());
  if (is_said_by_a_node(*answer, *ask, told.body)) co_return told;
  // A proxy that gives up does not know what became of the request either.
  const bool gave_up = told.status == 408 || told.status >= 500;
  co_return reply(gave_up ? no_answer : no_posse);
}

Task<Reply> NodeClient::ask(Ask ask) {
  connection_.reset();
  until_ = clock_.steady() + waits_.in_all;
  Reply told;
  for (std::size_t tried = 0; tried < nodes_.size(); ++tried) {
    told = co_await ask_present(&ask);
    if (told.status != no_node) break;
    next_node();
  }
  co_return told;
}

Task<Reply> NodeClient::insist(Ask ask) {
  const Steady began = clock_.steady();
  until_ = began + waits_.in_all;
  bool unknown = false;
  bool anybody = false;
  for (std::size_t asked = 1;; ++asked) {
    Reply told = co_await ask_present(&ask);
    told.asked = asked;
    if (is_success(told.status)) co_return told;
    anybody = anybody || told.status != no_node;
    const bool is_unknown = told.status == no_answer || told.status == no_posse;
    unknown = unknown || is_unknown || told.status == 202;
    // One that takes long to say nothing must not keep the others from being asked.
    const bool nobody = !anybody && asked >= nodes_.size();
    const auto wait = nobody ? waits_.any : waits_.in_all;
    const bool ends = !is_passing(told.status) || clock_.steady() - began >= wait;
    if (ends && unknown && told.status != 202 && told.status != no_posse) told.status = no_answer;
    if (ends) co_return told;
    next_node();
    co_await clock_.sleep(pause_between_nodes);
  }
}

Task<Reply> NodeClient::follow_present(const std::string* target, const Listener* listener) {
  connection_.reset();
  const bool connected = co_await connect();
  if (!connected) co_return reply(no_node);
  Message message = connection_->message("GET", *target, token_);
  message.set(http::field::accept, "text/event-stream");
  if (!last_event_.empty()) message.set("Last-Event-ID", last_event_);
  Connection::Stream stream;
  const bool opened = co_await connection_->open(&message, &stream, waits_.answer);
  if (!opened) co_return reply(no_answer);
  Reply told = reply(stream.get().result_int());
  if (told.status == 200 && stream.get()[http::field::content_type] != "text/event-stream") {
    co_return reply(no_posse);
  }
  if (told.status != 200) {
    const std::string body = co_await connection_->read_all(&stream, &clock_, waits_.answer);
    told.body = object_in(body);
    if (!told.body.contains("code") && !is_passing(told.status)) told.status = no_posse;
    co_return told;
  }
  EventReader reader;
  while (!stream.is_done()) {
    const std::string bytes = co_await connection_->read_some(&stream, stream_silence_max);
    if (bytes.empty()) break;
    streamed_ = clock_.steady();
    std::vector<ServerEvent> events;
    if (!reader.read(bytes, events)) break;
    come_back_ = std::min(reader.retry().value_or(come_back_), come_back_max);
    for (const auto& event : events) {
      last_event_ = event.id;
      if (!(*listener)(event)) co_return told;
    }
  }
  co_return reply(no_answer);
}

Task<Reply> NodeClient::follow(std::string target, Listener listener) {
  const Steady began = clock_.steady();
  streamed_ = began;
  last_event_.clear();
  until_ = Steady::max();
  for (std::size_t asked = 1;; ++asked) {
    Reply told = co_await follow_present(&target, &listener);
    if (!is_passing(told.status)) co_return told;
    const bool first = streamed_ == began && told.status == no_node;
    const auto wait = first && asked >= nodes_.size() ? waits_.any : waits_.in_all;
    if (clock_.steady() - streamed_ >= wait) co_return told;
    next_node();
    std::chrono::milliseconds pause = pause_between_nodes;
    if (told.status == no_answer) pause = come_back_;
    co_await clock_.sleep(pause);
  }
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  constexpr std::string_view marks = "-._~";
  std::string out;
  for (const char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const auto byte = static_cast<unsigned char>(c);
    if (letter || (c >= '0' && c <= '9') || marks.find(c) != marks.npos) {
      out += c;
    } else {
      out += '%';
      out += digits[byte >> 4U];
      out += digits[byte & 15U];
    }
  }
  return out;
}

}  // namespace posse
