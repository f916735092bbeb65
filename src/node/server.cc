/// Serving by Boost.Beast; nothing else in the tree sees its types.
// SPDX-License-Identifier: Apache-2.0
#include "node/server.h"

#include <algorithm>
#include <cctype>
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
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

#include "core/task_group.h"
#include "node/room.h"

namespace posse {
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using Tcp = asio::ip::tcp;
namespace {

constexpr auto as_tuple = asio::as_tuple(asio::use_awaitable);
using Parser = http::request_parser<http::string_body>;
using Message = http::request<http::string_body>;

/// Of a refused request, this much is taken and thrown away.
constexpr std::size_t rest_bytes_max = 16UL * 1024 * 1024;

struct Listening {
  ServerLimits limits;
  TrustedProxies proxies;
  std::shared_ptr<Room> room;
  Handler handler;
  ServerCounters counters;
  bool stopping = false;
};

std::string lower(beast::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

/// Whether it is certain where the body ends, also to a proxy (RFC 9112, 6.3).
bool is_framed_once(const Message& message) {
  const auto codings = message.count(http::field::transfer_encoding);
  const auto lengths = message.count(http::field::content_length);
  if (codings == 0) {
    const auto length = message[http::field::content_length];
    return lengths <= 1 && length.find(',') == beast::string_view::npos;
  }
  return codings == 1 && lengths == 0 &&
         lower(message[http::field::transfer_encoding]) == "chunked";
}

std::size_t count_fields(const Message& message) {
  return static_cast<std::size_t>(std::distance(message.begin(), message.end()));
}

/// What is wrong with a message before anybody looks at what it wants.
std::optional<Response> malformed(const Message& message) {
  const std::size_t hosts = message.count(http::field::host);
  if (message.target().size() > target_bytes_max) {
    return problem(414, "target_too_long",
                   "a target has at most " + std::to_string(target_bytes_max) + " bytes");
  }
  if (count_fields(message) > head_fields_max) {
    return problem(431, "head_too_large",
                   "a request has at most " + std::to_string(head_fields_max) + " header fields");
  }
  if (message.version() != 11) return problem(400, "bad_request", "only HTTP/1.1 is spoken here");
  if (!is_framed_once(message)) {
    return problem(400, "bad_request",
                   "a body has one Content-Length, or the Transfer-Encoding `chunked` alone");
  }
  if (hosts != 1) return problem(400, "bad_request", "a request has one Host field");
  return {};
}

Response malformed(const beast::error_code& error) {
  if (error == http::error::body_limit) {
    return problem(413, "body_too_large",
                   "a body has at most " + std::to_string(body_bytes_max) + " bytes");
  }
  if (error == http::error::header_limit) {
    return problem(431, "head_too_large",
                   "a head has at most " + std::to_string(head_bytes_max) + " bytes");
  }
  if (error == http::error::buffer_overflow) {
    return problem(431, "head_too_large",
                   "the head of a chunk has at most " + std::to_string(head_bytes_max) + " bytes");
  }
  return problem(400, "bad_request", "this is no HTTP/1.1 request (" + error.message() + ")");
}

Response too_many_streams() {
  Response response =
      problem(503, "too_many_streams", "this node has no room for another event stream");
  response.set("Retry-After", "3");
  return response;
}

Request request_of(Message& message) {
  Request request;
  request.method = message.method_string();
  for (const auto& field : message) {
    std::string& value = request.fields[lower(field.name_string())];
    value += (value.empty() ? "" : ", ") + std::string(field.value());
  }
  request.body = std::move(message.body());
  return request;
}

/// One connection, from its first byte to its last.
class Connection final : public EventSink {
 public:
  Connection(Tcp::socket socket, std::string peer, std::shared_ptr<Listening> listening)
      : stream_(std::move(socket)), peer_(std::move(peer)), listening_(std::move(listening)) {}

  Task<void> run() {
    while (!listening_->stopping) {
      Parser parser;
      const bool goes_on = co_await serve(&parser);
      if (!goes_on) break;
    }
    beast::error_code ignored;
    (void)stream_.socket().shutdown(Tcp::socket::shutdown_send, ignored);
    if (was_refused_) co_await take_the_rest();
    stream_.close();
  }

  /// Until it has a whole request it ends at once, else when it has answered.
  void stop() {
    if (receiving_ || streaming_) stream_.cancel();
    stopped_ = true;
  }

  Task<bool> write(std::string bytes) override {
    if (stopped_) co_return false;
    stream_.expires_after(listening_->limits.writing);
    const std::string size = to_hex(bytes.size()) + "\r\n";
    const std::string chunk = size + bytes + "\r\n";
    const auto buffer = asio::buffer(chunk);
    const auto [error, written] = co_await asio::async_write(stream_, buffer, as_tuple);
    co_return !error && !stopped_;
  }

 private:
  static std::string to_hex(std::size_t number) {
    std::array<char, 16> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), number, 16);
    return {text.data(), end.ptr};
  }

  /// One request and its answer. False if the connection ends with it.
  Task<bool> serve(Parser* parser) {
    parser->header_limit(head_bytes_max);
    parser->body_limit(body_bytes_max);
    receiving_ = true;
    const auto error = co_await receive(parser);
    receiving_ = false;
    if (error == http::error::end_of_stream || error == beast::error::timeout ||
        error == asio::error::operation_aborted || error == asio::error::connection_reset) {
      co_return false;
    }
    Message message = parser->release();
    std::optional<Response> answer;
    if (error) {
      answer = malformed(error);
    } else if (count_fields(message) != head_fields_) {
      // The parser puts them to the head's, of which a proxy may have removed some for good reason.
      answer = problem(400, "bad_request", "a chunked body must end without trailer fields");
    } else {
      answer = malformed(message);
    }
    was_refused_ = answer.has_value();
    const bool is_head = message.method() == http::verb::head;
    if (was_refused_) {
      ++listening_->counters.malformed;
    } else {
      ++listening_->counters.requests;
      answer = co_await handled(&message);
    }
    const bool goes_on = !was_refused_ && message.keep_alive() && !listening_->stopping;
    const bool streams = answer->stream && listening_->room->open_stream();
    if (answer->stream && !streams) answer = too_many_streams();
    if (streams && !is_head) {
      ++listening_->counters.streams;
      co_await send_stream(*std::move(answer));
      --listening_->counters.streams;
      listening_->room->close_stream();
      co_return false;
    }
    if (streams) listening_->room->close_stream();
    co_return co_await send(*std::move(answer), goes_on, is_head);
  }

  /// What a refused request still sends: left alone, it would reset the connection, and the sender
  /// might never read why (RFC 9112, 9.6).
  Task<void> take_the_rest() {
    receiving_ = !stopped_;
    stream_.expires_after(listening_->limits.rest);
    std::size_t taken = 0;
    while (receiving_ && taken < rest_bytes_max) {
      buffer_.clear();
      const auto space = buffer_.prepare(head_bytes_max);
      const auto [error, read] = co_await stream_.async_read_some(space, as_tuple);
      if (error) break;
      taken += read;
    }
    receiving_ = false;
  }

  Task<beast::error_code> receive(Parser* parser) {
    const bool waits = buffer_.size() == 0;
    stream_.expires_after(waits ? listening_->limits.idle : listening_->limits.head);
    if (waits) {
      const auto space = buffer_.prepare(4096);
      const auto [error, read] = co_await stream_.async_read_some(space, as_tuple);
      if (error == asio::error::eof) co_return http::error::end_of_stream;
      if (error) co_return error;
      buffer_.commit(read);
    }
    stream_.expires_after(listening_->limits.head);
    const auto [head_error, head_read] =
        co_await http::async_read_header(stream_, buffer_, *parser, as_tuple);
    if (head_error) co_return head_error;
    head_fields_ = count_fields(parser->get());
    stream_.expires_after(listening_->limits.body);
    if (lower(parser->get()[http::field::expect]) == "100-continue") {
      const std::string go_on = "HTTP/1.1 100 Continue\r\n\r\n";
      const auto go_on_buffer = asio::buffer(go_on);
      const auto [error, written] = co_await asio::async_write(stream_, go_on_buffer, as_tuple);
      if (error) co_return error;
    }
    const auto [error, read] = co_await http::async_read(stream_, buffer_, *parser, as_tuple);
    co_return error;
  }

  Task<Response> handled(Message* message) {
    const std::string target(message->target());
    Request request = request_of(*message);
    request.peer = listening_->proxies.client(peer_, request.field("x-forwarded-for"));
    if (const auto wrong = split_target(target, request)) {
      co_return problem(400, "bad_request", *wrong);
    }
    stream_.expires_never();
    co_return co_await listening_->handler(std::move(request));
  }

  Task<bool> send(Response answer, bool goes_on, bool is_head) {
    http::response<http::string_body> out = head_of(answer);
    out.keep_alive(goes_on);
    out.body() = std::move(answer.body);
    const bool has_length = answer.status != 204 && answer.status != 304 && !answer.stream;
    if (has_length) out.content_length(out.body().size());
    if (is_head) out.body().clear();
    stream_.expires_after(listening_->limits.writing);
    http::response_serializer<http::string_body> serializer(out);
    const auto [error, written] = co_await http::async_write(stream_, serializer, as_tuple);
    co_return !error && goes_on;
  }

  Task<void> send_stream(Response answer) {
    http::response<http::empty_body> out;
    out.base() = head_of(answer).base();
    out.chunked(true);
    out.keep_alive(false);
    http::response_serializer<http::empty_body> serializer(out);
    stream_.expires_after(listening_->limits.writing);
    const auto [error, written] = co_await http::async_write_header(stream_, serializer, as_tuple);
    if (error) co_return;
    streaming_ = true;
    co_await answer.stream(this);
    streaming_ = false;
    const std::string last = "0\r\n\r\n";
    const auto buffer = asio::buffer(last);
    stream_.expires_after(listening_->limits.writing);
    (void)co_await asio::async_write(stream_, buffer, as_tuple);
  }

  static http::response<http::string_body> head_of(const Response& answer) {
    http::response<http::string_body> out(static_cast<http::status>(answer.status), 11);
    out.reason(reason_of(answer.status));
    for (const auto& [name, value] : answer.fields) out.insert(name, value);
    out.set("X-Content-Type-Options", "nosniff");
    return out;
  }

  beast::tcp_stream stream_;
  std::string peer_;
  std::shared_ptr<Listening> listening_;
  beast::flat_buffer buffer_{head_bytes_max + body_bytes_max};
  std::size_t head_fields_ = 0;
  bool was_refused_ = false;
  bool receiving_ = false;
  bool streaming_ = false;
  bool stopped_ = false;
};

/// The connections of one executor.
class Floor {
 public:
  Floor(asio::any_io_executor executor, Listening listening)
      : executor_(std::move(executor)),
        tasks_(executor_),
        listening_(std::make_shared<Listening>(std::move(listening))) {}

  const asio::any_io_executor& executor() const { return executor_; }
  const ServerCounters& counters() const { return listening_->counters; }

  void start(Handler handler) { listening_->handler = std::move(handler); }

  /// Serves `socket`; closes it if there is no room.
  void take(Tcp::socket socket) {
    beast::error_code gone;
    const auto endpoint = socket.remote_endpoint(gone);
    if (gone || listening_->stopping) return;
    std::string peer = endpoint.address().to_string();
    if (!listening_->room->enter(peer, listening_->proxies.contains(peer))) return;
    beast::error_code ignored;
    (void)socket.set_option(Tcp::no_delay(true), ignored);
    tasks_.spawn(run(std::move(socket), std::move(peer)));
  }

  /// In its group, that stop() awaits.
  void spawn(Task<void> task) { tasks_.spawn(std::move(task)); }

  Task<void> stop() {
    listening_->stopping = true;
    for (const auto& connection : connections_) connection->stop();
    co_await tasks_.join();
  }

 private:
  Task<void> run(Tcp::socket socket, std::string peer) {
    const auto connection = std::make_shared<Connection>(std::move(socket), peer, listening_);
    connections_.insert(connection);
    ++listening_->counters.connections;
    co_await connection->run();
    listening_->room->leave(peer);
    --listening_->counters.connections;
    connections_.erase(connection);
  }

  asio::any_io_executor executor_;
  TaskGroup tasks_;
  std::shared_ptr<Listening> listening_;
  std::set<std::shared_ptr<Connection>> connections_;
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
    beast::error_code ignored;
    (void)acceptor_.close(ignored);
  }

 private:
  /// Out of file descriptors, most likely: the next attempt would fail at once.
  Task<void> pause_after(beast::error_code /*error*/) {
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
    return floor_->stop();
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
  beast::error_code wrong;
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
  beast::error_code error;
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
