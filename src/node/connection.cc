/// Reading requests and writing answers; nothing else in the folder sees Boost.Beast.
// SPDX-License-Identifier: Apache-2.0
#include "node/connection.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <optional>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http.hpp>

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

/// Wherever it says so: there may be several such fields (RFC 9110, 5.3).
bool is_to_close(const Message& message) {
  const auto [begin, end] = message.equal_range(http::field::connection);
  return std::any_of(begin, end, [](const auto& field) {
    return http::token_list(field.value()).exists("close");
  });
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
  if (!is_authority(message[http::field::host])) {
    return problem(400, "bad_request", "a Host field is a host, or a host, a colon and a port");
  }
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

/// Whether the sender has gone, or was too slow: nobody is there to be answered.
bool is_over(const beast::error_code& error) {
  return error == http::error::end_of_stream || error == asio::error::operation_aborted ||
         error == asio::error::connection_reset;
}

void add_field(std::string& head, std::string_view name, std::string_view value) {
  head.append(name).append(": ").append(value).append("\r\n");
}

/// All of a head but the empty line at its end.
std::string head_of(const Response& answer) {
  std::string head;
  head.reserve(answer.body.size() + 256);
  head.append("HTTP/1.1 ").append(std::to_string(answer.status)).append(" ");
  head.append(reason_of(answer.status)).append("\r\n");
  for (const auto& [name, value] : answer.fields) add_field(head, name, value);
  add_field(head, "X-Content-Type-Options", "nosniff");
  return head;
}

std::string text_of(const Response& answer, bool goes_on, bool is_head) {
  std::string text = head_of(answer);
  if (!goes_on) add_field(text, "Connection", "close");
  const bool has_length = answer.status != 204 && answer.status != 304 && !answer.stream;
  if (has_length) add_field(text, "Content-Length", std::to_string(answer.body.size()));
  text += "\r\n";
  if (!is_head) text += answer.body;
  return text;
}

std::string hex(std::size_t number) {
  std::array<char, 16> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number, 16);
  return {text.data(), end.ptr};
}

}  // namespace

/// A request on its way in.
struct ServerConnection::Reading {
  Parser parser;
  std::size_t head_fields = 0;
  bool whole = false;  // is wanted, else the head alone

  bool is_there() const { return whole ? parser.is_done() : parser.is_header_done(); }
};

Task<void> ServerConnection::run() {
  bool goes_on = true;
  while (goes_on && !listening_->stopping) {
    Turn turn = co_await take_turn();
    goes_on = co_await finish(std::move(turn));
  }
  beast::error_code ignored;
  (void)socket_.shutdown(Tcp::socket::shutdown_send, ignored);
  if (was_refused_) co_await take_the_rest();
  (void)socket_.close(ignored);
}

void ServerConnection::stop() {
  beast::error_code ignored;
  if (receiving_ || streaming_) (void)socket_.cancel(ignored);
  stopped_ = true;
  ends_ = std::min(ends_, std::chrono::steady_clock::now() + listening_->limits.ending);
}

void ServerConnection::look(std::chrono::steady_clock::time_point now) {
  beast::error_code ignored;
  if (now >= ends_) (void)socket_.cancel(ignored);
}

Task<bool> ServerConnection::write(std::string bytes) {
  if (stopped_) co_return false;
  std::string chunk = hex(bytes.size());
  chunk.append("\r\n").append(bytes).append("\r\n");
  const bool sent = co_await send(std::move(chunk));
  co_return sent && !stopped_;
}

/// One request, and what to answer.
Task<ServerConnection::Turn> ServerConnection::take_turn() {
  Reading reading;
  reading.parser.header_limit(head_bytes_max);
  reading.parser.body_limit(body_bytes_max);
  receiving_ = true;
  const auto error = co_await receive(&reading);
  receiving_ = false;
  Turn turn;
  if (is_over(error)) co_return turn;
  const Message& message = reading.parser.get();
  if (error) {
    turn.answer = malformed(error);
  } else if (count_fields(message) != reading.head_fields) {
    // The parser puts them to the head's, of which a proxy may have removed some for good reason.
    turn.answer = problem(400, "bad_request", "a chunked body must end without trailer fields");
  } else {
    turn.answer = malformed(message);
  }
  was_refused_ = turn.answer.has_value();
  turn.is_head = message.method() == http::verb::head;
  if (was_refused_) {
    ++listening_->counters.malformed;
    co_return turn;
  }
  ++listening_->counters.requests;
  const bool is_kept = !is_to_close(message);
  Request request = request_of(reading);
  ends_ = std::chrono::steady_clock::time_point::max();
  if (auto wrong = split_target(reading.parser.get().target(), request)) {
    turn.answer = problem(400, "bad_request", *wrong);
  } else {
    turn.answer = co_await listening_->handler(std::move(request));
  }
  turn.goes_on = is_kept && !listening_->stopping;
  co_return turn;
}

/// Answers. False if the connection ends with it.
Task<bool> ServerConnection::finish(Turn turn) {
  if (!turn.answer) co_return false;
  const bool streams = turn.answer->stream && listening_->room->open_stream();
  if (turn.answer->stream && !streams) turn.answer = too_many_streams();
  if (streams && !turn.is_head) {
    ++listening_->counters.streams;
    co_await send_stream(*std::move(turn.answer));
    --listening_->counters.streams;
    listening_->room->close_stream();
    co_return false;
  }
  if (streams) listening_->room->close_stream();
  const bool sent = co_await send(text_of(*turn.answer, turn.goes_on, turn.is_head));
  if (!sent) co_return false;
  co_return turn.goes_on;
}

/// What a refused request still sends: left alone, it would reset the connection, and the sender
/// might never read why (RFC 9112, 9.6).
Task<void> ServerConnection::take_the_rest() {
  receiving_ = !stopped_;
  may_take(listening_->limits.rest);
  std::size_t taken = 0;
  while (receiving_ && taken < rest_bytes_max) {
    buffer_.clear();
    const auto error = co_await fill();
    if (error) break;
    taken += buffer_.size();
  }
  receiving_ = false;
}

Task<beast::error_code> ServerConnection::receive(Reading* reading) {
  const bool waits = buffer_.size() == 0;
  may_take(waits ? listening_->limits.idle : listening_->limits.head);
  if (waits) {
    const auto silent = co_await fill();
    if (silent == asio::error::eof) co_return http::error::end_of_stream;
    if (silent) co_return silent;
  }
  may_take(listening_->limits.head);
  const auto no_head = co_await read_on(reading);
  if (no_head) co_return no_head;
  const Message& message = reading->parser.get();
  reading->head_fields = count_fields(message);
  may_take(listening_->limits.body);
  if (lower(message[http::field::expect]) == "100-continue") {
    const std::string go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    const auto bytes = asio::buffer(go_on);
    const auto [error, written] = co_await asio::async_write(socket_, bytes, as_tuple);
    if (error) co_return error;
  }
  reading->whole = true;
  reading->parser.eager(true);
  co_return co_await read_on(reading);
}

/// Until what is wanted of the request is there.
Task<beast::error_code> ServerConnection::read_on(Reading* reading) {
  Parser& parser = reading->parser;
  while (!reading->is_there()) {
    beast::error_code error = http::error::need_more;
    if (buffer_.size() > 0) buffer_.consume(parser.put(buffer_.data(), error));
    if (error && error != http::error::need_more) co_return error;
    if (!error) continue;
    error = co_await fill();
    if (error == asio::error::eof) parser.put_eof(error);
    if (error) co_return error;
  }
  co_return beast::error_code{};
}

/// Takes in what has come, or the next that comes.
Task<beast::error_code> ServerConnection::fill() {
  if (stopped_) co_return asio::error::operation_aborted;
  constexpr std::size_t at_once = 4096;
  const std::size_t room = std::min(at_once, buffer_.max_size() - buffer_.size());
  if (room == 0) co_return http::error::buffer_overflow;
  const auto space = buffer_.prepare(room);
  const auto [error, read] = co_await socket_.async_read_some(space, as_tuple);
  buffer_.commit(read);
  co_return error;
}

/// In one piece. False if it was not taken.
Task<bool> ServerConnection::send(std::string bytes) {
  may_take(stopped_ ? listening_->limits.ending : listening_->limits.writing);
  const auto buffer = asio::buffer(bytes);
  const auto [error, written] = co_await asio::async_write(socket_, buffer, as_tuple);
  if (error) was_cut_ = true;
  co_return !error;
}

Task<void> ServerConnection::send_stream(Response answer) {
  buffer_.clear();
  buffer_.shrink_to_fit();  // nothing is read any more, and there may be thousands of streams
  std::string head = head_of(answer);
  add_field(head, "Connection", "close");
  add_field(head, "Transfer-Encoding", "chunked");
  head += "\r\n";
  const bool begun = co_await send(std::move(head));
  if (!begun) co_return;
  streaming_ = true;
  co_await answer.stream(this);
  streaming_ = false;
  if (was_cut_) co_return;  // within an event: more would seem to belong to it
  std::string last = "0\r\n\r\n";
  (void)co_await send(std::move(last));
}

Request ServerConnection::request_of(Reading& reading) const {
  Message& message = reading.parser.get();
  Request request;
  request.method = message.method_string();
  for (const auto& field : message) {
    std::string& value = request.fields[lower(field.name_string())];
    if (!value.empty()) value += ", ";
    value.append(field.value());
  }
  request.body = std::move(message.body());
  request.peer = listening_->proxies.client(peer_, request.field("x-forwarded-for"));
  return request;
}

}  // namespace posse
