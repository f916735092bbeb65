/// Keys and values in base64, in JSON, in HTTP.
// SPDX-License-Identifier: Apache-2.0
#include "bench/peers/etcd_client.h"

#include <string_view>
#include <utility>

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <sodium.h>

#include "bench/peers/peer.h"
#include "core/event.h"

namespace posse::bench {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace json = boost::json;
using Tcp = asio::ip::tcp;
using Question = http::request<http::string_body>;

constexpr std::size_t keys_of_a_page = 10'000;
constexpr std::uint64_t answer_bytes_max = 64UL << 20U;

std::string encoded(std::string_view bytes) {
  std::string text(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                    bytes.size(), sodium_base64_VARIANT_ORIGINAL);
  text.pop_back();  // the zero behind it
  return text;
}

std::string decoded(std::string_view text) {
  std::string bytes(text.size(), '\0');
  std::size_t size = 0;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(),
                        text.size(), nullptr, &size, nullptr, sodium_base64_VARIANT_ORIGINAL) != 0)
    give_up("etcd answers what is no base64");
  bytes.resize(size);
  return bytes;
}

std::string quoted(std::string_view bytes) {
  return '"' + encoded(bytes) + '"';
}

std::string text_at(const json::object& object, std::string_view name) {
  const auto* found = object.if_contains(name);
  return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::string();
}

/// The keys and values that a range has found.
const json::array& found_in(const json::object& range) {
  static const json::array none;
  const auto* found = range.if_contains("kvs");
  return found == nullptr ? none : found->as_array();
}

EtcdValue value_of(const json::value& found) {
  const json::object& object = found.as_object();
  return {.value = decoded(text_at(object, "value")), .revision = text_at(object, "mod_revision")};
}

EtcdValue first_of(const json::object& range) {
  const json::array& found = found_in(range);
  return found.empty() ? EtcdValue{} : value_of(found.front());
}

json::value body_of(const http::response<http::string_body>& answer) {
  if (answer.result() != http::status::ok) give_up("etcd fails: " + answer.body());
  return json::parse(answer.body());
}

std::string joined(const std::vector<std::string>& parts) {
  std::string all;
  for (const auto& part : parts) {
    if (!all.empty()) all += ',';
    all += part;
  }
  return '[' + all + ']';
}

}  // namespace

std::string etcd_put(const std::string& key, const std::string& value) {
  return R"({"requestPut":{"key":)" + quoted(key) + R"(,"value":)" + quoted(value) + "}}";
}

std::string etcd_unchanged(const std::string& key, const std::string& revision) {
  return R"({"target":"MOD","key":)" + quoted(key) + R"(,"mod_revision":")" + revision + "\"}";
}

std::string etcd_absent(const std::string& key) {
  return R"({"target":"CREATE","key":)" + quoted(key) + R"(,"create_revision":"0"})";
}

std::string EtcdTransaction::text() const {
  std::vector<std::string> ranges;
  ranges.reserve(reads.size());
  for (const auto& key : reads) ranges.push_back(R"({"requestRange":{"key":)" + quoted(key) + "}}");
  return R"({"compare":)" + joined(compares) + R"(,"success":)" + joined(puts) + R"(,"failure":)" +
         joined(ranges) + "}";
}

class EtcdClient::Connection {
 public:
  Connection(asio::io_context* io, const std::string& address) : socket_(*io) {
    const std::size_t colon = address.rfind(':');
    boost::system::error_code wrong;
    Tcp::resolver resolver(*io);
    const auto ends = resolver.resolve(address.substr(0, colon), address.substr(colon + 1), wrong);
    if (!wrong) (void)asio::connect(socket_, ends, wrong);
    if (!wrong) (void)socket_.set_option(Tcp::no_delay(true), wrong);
    if (wrong) give_up("etcd does not answer at " + address + ": " + wrong.message());
    host_ = address;
  }

  Task<json::value> ask(std::string path, std::string body) {
    const Question question = question_of(path, std::move(body));
    boost::system::error_code wrong;
    co_await http::async_write(socket_, question, asio::redirect_error(asio::use_awaitable, wrong));
    http::response_parser<http::string_body> parser;
    parser.body_limit(answer_bytes_max);
    if (!wrong) {
      co_await http::async_read(socket_, buffer_, parser,
                                asio::redirect_error(asio::use_awaitable, wrong));
    }
    if (wrong) give_up("etcd fails: " + wrong.message());
    co_return body_of(parser.get());
  }

  json::value ask_now(const std::string& path, std::string body) {
    boost::system::error_code wrong;
    http::write(socket_, question_of(path, std::move(body)), wrong);
    http::response_parser<http::string_body> parser;
    parser.body_limit(answer_bytes_max);
    if (!wrong) http::read(socket_, buffer_, parser, wrong);
    if (wrong) give_up("etcd fails: " + wrong.message());
    return body_of(parser.get());
  }

 private:
  Question question_of(const std::string& path, std::string body) const {
    Question question(http::verb::post, path, 11);
    question.set(http::field::host, host_);
    question.set(http::field::content_type, "application/json");
    question.body() = std::move(body);
    question.prepare_payload();
    return question;
  }

  Tcp::socket socket_;
  std::string host_;
  beast::flat_buffer buffer_;
};

struct EtcdClient::Waiter {
  Connection* connection = nullptr;
  Event given;
};

EtcdClient::EtcdClient(asio::io_context* io, const std::string& address, std::size_t connections) {
  for (std::size_t i = 0; i < connections; ++i) {
    connections_.push_back(std::make_unique<Connection>(io, address));
    free_.push_back(connections_.back().get());
  }
}

EtcdClient::~EtcdClient() = default;

Task<EtcdValue> EtcdClient::get(std::string key) {
  const json::value answer = co_await ask("/v3/kv/range", R"({"key":)" + quoted(key) + "}");
  co_return first_of(answer.as_object());
}

Task<EtcdAnswer> EtcdClient::commit(EtcdTransaction transaction) {
  const json::value value = co_await ask("/v3/kv/txn", transaction.text());
  const json::object& object = value.as_object();
  EtcdAnswer answer;
  const auto* is_done = object.if_contains("succeeded");
  answer.is_done = is_done != nullptr && is_done->as_bool();
  answer.revision = text_at(object.at("header").as_object(), "revision");
  if (answer.is_done) co_return answer;
  for (const auto& one : object.at("responses").as_array())
    answer.read.push_back(first_of(one.as_object().at("response_range").as_object()));
  co_return answer;
}

json::value EtcdClient::ask_now(const std::string& path, std::string body) {
  return connections_.front()->ask_now(path, std::move(body));
}

std::map<std::string, EtcdValue> EtcdClient::all_now(const std::string& prefix) {
  std::map<std::string, EtcdValue> all;
  std::string from = prefix;
  std::string end = prefix;
  ++end.back();
  while (true) {
    const std::string body = R"({"key":)" + quoted(from) + R"(,"range_end":)" + quoted(end) +
                             R"(,"limit":)" + std::to_string(keys_of_a_page) + "}";
    const json::value page = ask_now("/v3/kv/range", body);
    const json::array& found = found_in(page.as_object());
    for (const auto& one : found)
      all.emplace(decoded(text_at(one.as_object(), "key")), value_of(one));
    if (found.size() < keys_of_a_page) return all;
    from = all.rbegin()->first + '\0';
  }
}

Task<json::value> EtcdClient::ask(std::string path, std::string body) {
  Connection* connection = co_await take();
  json::value answer = co_await connection->ask(std::move(path), std::move(body));
  put(connection);
  co_return answer;
}

Task<EtcdClient::Connection*> EtcdClient::take() {
  Waiter waiter;
  if (!free_.empty()) {
    waiter.connection = free_.back();
    free_.pop_back();
    co_return waiter.connection;
  }
  waiting_.push_back(&waiter);
  co_await waiter.given.wait();
  co_return waiter.connection;
}

void EtcdClient::put(Connection* connection) {
  if (waiting_.empty()) {
    free_.push_back(connection);
    return;
  }
  Waiter* next = waiting_.front();
  waiting_.pop_front();
  next->connection = connection;
  next->given.set();
}

}  // namespace posse::bench
