/// etcd: one transaction for each purchase, compared and swapped.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <deque>
#include <map>
#include <string_view>
#include <utility>

#include "bench/peers/etcd_client.h"
#include "bench/peers/peers.h"
#include "core/event.h"
#include "core/text.h"

namespace posse::bench {
namespace {

/// etcd takes so many operations in a transaction.
constexpr std::size_t operations_max = 128;
constexpr int tries_max = 1000;

std::int64_t number_in(std::string_view text) {
  return whole_number(text.substr(0, text.find(' '))).value_or(0);
}

std::string slot_key(const std::string& campaign, std::uint64_t slot) {
  const std::string digits = std::to_string(slot);
  return "s/" + campaign + '/' + std::string(12 - std::min<std::size_t>(12, digits.size()), '0') +
         digits;
}

/// A campaign as its last purchase left it. Buyers of this process come one after the other, since
/// of two transactions on the same state one only fails; others would notice by the revision.
struct Queue {
  std::int64_t price = 0;
  std::uint64_t sold = 0;
  std::int64_t revision = 0;
  bool is_taken = false;
  std::deque<Event*> waiting;

  void read(const EtcdValue& value) {
    price = number_in(value.value);
    sold = static_cast<std::uint64_t>(
        number_in(std::string_view(value.value).substr(value.value.find(' ') + 1)));
    revision = value.revision;
  }
};

class Etcd final : public Peer {
 public:
  explicit Etcd(const Place& place) : client_(place.io, place.address) {}

  void prepare(const Goods& goods) override {
    if (!client_.is_empty_now()) give_up("something is in this etcd: it needs an empty one");
    EtcdTransaction puts;
    const auto put = [&](const std::string& key, const std::string& value) {
      puts.put(key, value);
      if (puts.puts() == operations_max) client_.commit_now(std::exchange(puts, {}));
    };
    for (const auto& account : goods.accounts)
      put("a/" + account.text(), std::to_string(number(goods.funds)));
    for (const auto& campaign : goods.campaigns)
      put("c/" + campaign.text(), std::to_string(number(goods.price)) + " 0");
    if (puts.puts() > 0) client_.commit_now(puts);
  }

  Task<Result<Answer<Sale>>> buy(std::size_t /*buyer*/, Purchase purchase) override {
    std::string account_key = "a/" + purchase.buyer.text();
    std::string campaign_key = "c/" + purchase.campaign.text();
    // While others are served.
    EtcdValue account = co_await client_.get(std::move(account_key));
    Queue* queue = &queues_[purchase.campaign];
    co_await enter(queue);
    if (queue->revision == 0) {
      const EtcdValue campaign = co_await client_.get(std::move(campaign_key));
      queue->read(campaign);
    }
    Sold sold{.refusal = "contended"};
    for (int tries = 0; tries < tries_max; ++tries) {
      const auto done = co_await try_once(&purchase, &account, queue);
      if (!done) continue;
      sold = *done;
      break;
    }
    leave(queue);
    co_return answer_of(purchase, sold);
  }

  Books books(const Goods& goods) override {
    Books books;
    for (const auto& [key, value] : client_.all_now("a/")) books.balances += number_in(value.value);
    std::map<std::string, std::int64_t> receipts;
    for (const auto& [key, value] : client_.all_now("r/")) {
      receipts[key.substr(2)] = number_in(value.value);
      books.paid += number_in(std::string_view(value.value).substr(value.value.find(' ') + 1));
    }
    books.receipts = receipts.size();
    for (const auto& campaign : goods.campaigns) add_slots(campaign, receipts, books);
    return books;
  }

 private:
  static Task<void> enter(Queue* queue) {
    if (!std::exchange(queue->is_taken, true)) co_return;
    Event turn;
    queue->waiting.push_back(&turn);
    co_await turn.wait();
  }

  static void leave(Queue* queue) {
    queue->is_taken = !queue->waiting.empty();
    if (!queue->is_taken) return;
    Event* next = queue->waiting.front();
    queue->waiting.pop_front();
    next->set();
  }

  /// Empty if something was not as it was thought to be; then it is known now.
  Task<std::optional<Sold>> try_once(const Purchase* purchase, EtcdValue* account, Queue* queue) {
    const std::string& name = purchase->campaign.text();
    const std::string& key = purchase->key.text();
    const std::string account_key = "a/" + purchase->buyer.text();
    const std::int64_t balance = number_in(account->value);
    if (queue->price > number(purchase->max_price)) co_return Sold{.refusal = "price_moved"};
    if (balance < queue->price) co_return Sold{.refusal = "insufficient_funds"};
    const Sold sold{.refusal = nullptr, .slot = queue->sold + 1, .price = queue->price};
    const std::string price = std::to_string(sold.price);
    const std::string slot = std::to_string(sold.slot);
    EtcdTransaction transaction;
    transaction.expect_revision(account_key, account->revision);
    transaction.expect_revision("c/" + name, queue->revision);
    transaction.expect_revision("r/" + key, 0);
    transaction.put(account_key, std::to_string(balance - sold.price));
    transaction.put("c/" + name, price + ' ' + slot);
    transaction.put(slot_key(name, sold.slot), key + ' ' + purchase->buyer.text());
    transaction.put("r/" + key, slot + ' ' + price + ' ' + name);
    for (const auto& read : {account_key, "c/" + name, "r/" + key}) transaction.read(read);
    const EtcdAnswer answer = co_await client_.commit(std::move(transaction));
    if (answer.is_done) {
      queue->sold = sold.slot;
      queue->revision = answer.revision;
      co_return sold;
    }
    *account = answer.read.at(0);
    queue->read(answer.read.at(1));
    if (answer.read.at(2).revision == 0) co_return std::nullopt;
    const std::string& receipt = answer.read.at(2).value;
    co_return Sold{.refusal = nullptr,
                   .slot = static_cast<std::uint64_t>(number_in(receipt)),
                   .price = number_in(std::string_view(receipt).substr(receipt.find(' ') + 1)),
                   .repeated = true};
  }

  void add_slots(const Name& campaign, const std::map<std::string, std::int64_t>& receipts,
                 Books& books) {
    std::int64_t expected = 0;
    bool is_broken = false;
    for (const auto& [key, value] : client_.all_now("s/" + campaign.text() + '/')) {
      ++books.slots;
      ++expected;
      const auto receipt = receipts.find(value.value.substr(0, value.value.find(' ')));
      is_broken = is_broken || receipt == receipts.end() || receipt->second != expected ||
                  key != slot_key(campaign.text(), static_cast<std::uint64_t>(expected));
    }
    if (is_broken) ++books.broken;
  }

  EtcdClient client_;
  std::map<Name, Queue> queues_;
};

}  // namespace

std::unique_ptr<Peer> make_etcd(const Place& place) {
  return std::make_unique<Etcd>(place);
}

}  // namespace posse::bench
