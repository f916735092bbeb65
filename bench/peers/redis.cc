/// Redis: one Lua script for each purchase, synced to the append-only file before the answer.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <deque>
#include <hiredis/hiredis.h>
#include <string_view>
#include <utility>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>

#include "bench/peers/peers.h"
#include "core/event.h"
#include "core/text.h"

namespace posse::bench {
namespace {

namespace asio = boost::asio;
using Descriptor = asio::posix::stream_descriptor;

/// Names of one purchase's keys at most this many at a time when many are written or read.
constexpr std::size_t chunk = 1000;

/// KEYS: account, campaign (its price), slots of the campaign (a list of receipts), receipt.
/// ARGV: the highest price, the idempotency key, the buyer.
constexpr std::string_view script = R"(
local receipt = redis.call('GET', KEYS[4])
if receipt then
  local slot, price = string.match(receipt, '^(%d+) (%d+)')
  return {'', tonumber(slot), tonumber(price), 1}
end
local price = redis.call('GET', KEYS[2])
if not price then return {'unknown_campaign'} end
price = tonumber(price)
if price > tonumber(ARGV[1]) then return {'price_moved'} end
local balance = redis.call('GET', KEYS[1])
if not balance or tonumber(balance) < price then return {'insufficient_funds'} end
redis.call('DECRBY', KEYS[1], price)
local slot = redis.call('RPUSH', KEYS[3], ARGV[2])
redis.call('SET', KEYS[4], string.format('%d %d %s', slot, price, ARGV[3]))
return {'', slot, price, 0})";

struct Free {
  void operator()(redisContext* context) const { redisFree(context); }
  void operator()(void* reply) const { freeReplyObject(reply); }
};
using Context = std::unique_ptr<redisContext, Free>;

class Reply {
 public:
  explicit Reply(void* reply) : reply_(reply) {
    if (get() == nullptr) give_up("Redis fails: it does not answer");
    if (get()->type == REDIS_REPLY_ERROR) give_up(std::string("Redis fails: ") + get()->str);
  }
  const redisReply* get() const { return static_cast<const redisReply*>(reply_.get()); }
  const redisReply* at(std::size_t index) const { return get()->element[index]; }

 private:
  std::unique_ptr<void, Free> reply_;
};

using Words = std::vector<std::string_view>;

/// Puts a command behind those that wait to be sent.
void append(const Context& context, const Words& words) {
  std::vector<const char*> starts;
  std::vector<std::size_t> lengths;
  for (const auto& word : words) {
    starts.push_back(word.data());
    lengths.push_back(word.size());
  }
  (void)redisAppendCommandArgv(context.get(), static_cast<int>(words.size()), starts.data(),
                               lengths.data());
}

/// One after the other, for preparing and checking.
Reply ask(const Context& context, const Words& words) {
  append(context, words);
  void* reply = nullptr;
  if (redisGetReply(context.get(), &reply) != REDIS_OK)
    give_up(std::string("Redis fails: ") + context->errstr);
  return Reply(reply);
}

Context connect(const std::string& address) {
  Context context(redisConnectUnix(address.c_str()));
  if (context == nullptr || context->err != 0) {
    give_up("Redis does not answer at " + address +
            (context == nullptr ? "" : std::string(": ") + context->errstr));
  }
  return context;
}

std::string_view view(const redisReply* reply) {
  return reply->str == nullptr ? std::string_view() : std::string_view(reply->str, reply->len);
}

/// The number that `text` starts with, which ends at a space; `text` goes on behind it.
std::int64_t next_number(std::string_view& text) {
  const std::size_t end = std::min(text.find(' '), text.size());
  const auto found = whole_number(text.substr(0, end));
  text.remove_prefix(std::min(end + 1, text.size()));
  return found.value_or(0);
}

/// A connection. What its buyers ask in one round of the executor is sent together, and answered
/// in the same order.
class Link {
 public:
  Link(const std::string& address, asio::io_context* io)
      : io_(io), context_(connect(address)), socket_(*io, context_->fd) {
    context_->flags &= ~REDIS_BLOCK;
    socket_.non_blocking(true);
    listen();
  }
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;
  ~Link() { (void)socket_.release(); }

  Task<Sold> buy(Words words) {
    Waiter waiter;
    append(context_, words);
    if (!is_flushing_) asio::post(*io_, [this] { flush(); });
    is_flushing_ = true;
    waiting_.push_back(&waiter);
    co_await waiter.answered.wait();
    co_return waiter.sold;
  }

 private:
  struct Waiter {
    Sold sold;
    Event answered;
  };

  void flush() {
    int is_done = 0;
    if (redisBufferWrite(context_.get(), &is_done) != REDIS_OK) fail();
    is_flushing_ = is_done == 0;
    if (!is_flushing_) return;
    socket_.async_wait(Descriptor::wait_write, [this](boost::system::error_code wrong) {
      if (!wrong) flush();
    });
  }

  void listen() {
    socket_.async_wait(Descriptor::wait_read, [this](boost::system::error_code wrong) {
      if (wrong) return;
      read();
      listen();
    });
  }

  void read() {
    if (redisBufferRead(context_.get()) != REDIS_OK) fail();
    while (true) {
      void* next = nullptr;
      if (redisGetReplyFromReader(context_.get(), &next) != REDIS_OK) fail();
      if (next == nullptr) return;
      const Reply reply(next);
      Waiter* waiter = waiting_.front();
      waiting_.pop_front();
      waiter->sold = sold_of(reply);
      waiter->answered.set();
    }
  }

  static Sold sold_of(const Reply& reply) {
    if (reply.get()->elements != 4) return {.refusal = "refused"};
    return {.refusal = nullptr,
            .slot = static_cast<std::uint64_t>(reply.at(1)->integer),
            .price = reply.at(2)->integer,
            .repeated = reply.at(3)->integer != 0};
  }

  [[noreturn]] void fail() const { give_up(std::string("Redis fails: ") + context_->errstr); }

  asio::io_context* io_;
  Context context_;
  Descriptor socket_;
  bool is_flushing_ = false;
  std::deque<Waiter*> waiting_;
};

class Redis final : public Peer {
 public:
  explicit Redis(Place place) : place_(std::move(place)) {
    // Fewer connections mean more purchases in one system call, here and in the server.
    if (place_.connections == 0) place_.connections = 4;
  }

  void prepare(const Goods& goods) override {
    const Context context = connect(place_.address);
    expect_durable(context);
    (void)ask(context, {"FLUSHALL"});
    sha_ = view(ask(context, {"SCRIPT", "LOAD", script}).get());
    set_all(context, "account/", goods.accounts, std::to_string(number(goods.funds)));
    set_all(context, "price/", goods.campaigns, std::to_string(number(goods.price)));
    const std::size_t size = std::min(place_.connections, place_.buyers);
    for (std::size_t i = 0; i < size; ++i)
      links_.push_back(std::make_unique<Link>(place_.address, place_.io));
  }

  Task<Result<Answer<Sale>>> buy(std::size_t buyer, Purchase purchase) override {
    const std::string account = "account/" + purchase.buyer.text();
    const std::string price = "price/" + purchase.campaign.text();
    const std::string slots = "slots/" + purchase.campaign.text();
    const std::string receipt = "receipt/" + purchase.key.text();
    const std::string max_price = std::to_string(number(purchase.max_price));
    Words words{"EVALSHA", sha_, "4", account, price, slots, receipt};
    words.insert(words.end(), {max_price, purchase.key.text(), purchase.buyer.text()});
    const Sold sold = co_await links_[buyer % links_.size()]->buy(std::move(words));
    co_return answer_of(purchase, sold);
  }

  Books books(const Goods& goods) override {
    links_.clear();
    const Context context = connect(place_.address);
    Books books;
    for (std::size_t at = 0; at < goods.accounts.size(); at += chunk) {
      std::vector<std::string> keys;
      for (std::size_t i = at; i < std::min(at + chunk, goods.accounts.size()); ++i)
        keys.push_back("account/" + goods.accounts[i].text());
      const Reply balances = get_all(context, keys);
      for (std::size_t i = 0; i < keys.size(); ++i)
        books.balances += whole_number(view(balances.at(i))).value_or(0);
    }
    for (const auto& campaign : goods.campaigns) add_slots(context, campaign, books);
    const auto all = static_cast<std::uint64_t>(ask(context, {"DBSIZE"}).get()->integer);
    const std::uint64_t others = goods.accounts.size() + goods.campaigns.size() + lists_;
    books.receipts = all - others;
    return books;
  }

 private:
  /// Whoever measures a server that loses purchases measures something else.
  static void expect_durable(const Context& context) {
    const Reply file = ask(context, {"CONFIG", "GET", "appendonly"});
    const Reply sync = ask(context, {"CONFIG", "GET", "appendfsync"});
    if (view(file.at(1)) != "yes" || view(sync.at(1)) != "always")
      give_up("this Redis is not durable: it needs `appendonly yes` and `appendfsync always`");
  }

  static void set_all(const Context& context, const std::string& prefix,
                      const std::vector<Name>& names, const std::string& value) {
    for (std::size_t at = 0; at < names.size(); at += chunk) {
      std::vector<std::string> keys;
      for (std::size_t i = at; i < std::min(at + chunk, names.size()); ++i)
        keys.push_back(prefix + names[i].text());
      Words words{"MSET"};
      for (const auto& key : keys) words.insert(words.end(), {key, value});
      (void)ask(context, words);
    }
  }

  static Reply get_all(const Context& context, const std::vector<std::string>& keys) {
    Words words{"MGET"};
    words.insert(words.end(), keys.begin(), keys.end());
    return ask(context, words);
  }

  /// Walks over the slots of `campaign`, each of which names its receipt.
  void add_slots(const Context& context, const Name& campaign, Books& books) {
    const std::string list = "slots/" + campaign.text();
    bool is_broken = false;
    std::int64_t slot = 0;
    while (true) {
      const std::string from = std::to_string(slot);
      const std::string to = std::to_string(slot + static_cast<std::int64_t>(chunk) - 1);
      const Reply page = ask(context, {"LRANGE", list, from, to});
      if (page.get()->elements == 0) break;
      std::vector<std::string> keys;
      for (std::size_t i = 0; i < page.get()->elements; ++i)
        keys.push_back("receipt/" + std::string(view(page.at(i))));
      const Reply receipts = get_all(context, keys);
      for (std::size_t i = 0; i < keys.size(); ++i) {
        std::string_view receipt = view(receipts.at(i));
        if (next_number(receipt) != ++slot) is_broken = true;
        books.paid += next_number(receipt);
      }
    }
    if (slot > 0) ++lists_;
    books.slots += static_cast<std::uint64_t>(slot);
    if (is_broken) ++books.broken;
  }

  Place place_;
  std::string sha_;
  std::vector<std::unique_ptr<Link>> links_;
  std::uint64_t lists_ = 0;  ///< Campaigns that have sold.
};

}  // namespace

std::unique_ptr<Peer> make_redis(const Place& place) {
  return std::make_unique<Redis>(place);
}

}  // namespace posse::bench
