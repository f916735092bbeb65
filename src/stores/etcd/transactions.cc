/// etcd's transactions.
// SPDX-License-Identifier: Apache-2.0
#include "stores/etcd/transactions.h"

#include <utility>

#include <etcd_api/etcd.pb.h>

namespace posse::etcd {

void add_read(const Order& order, etcdserverpb::TxnRequest& request) {
  auto& range = *request.add_success()->mutable_request_range();
  range.set_key(order.key);
  range.set_range_end(order.end);
  range.set_limit(order.limit);
}

void add_write(Order order, const std::string& mark, etcdserverpb::TxnRequest& request) {
  if (request.failure().empty()) request.add_failure()->mutable_request_put()->set_key(mark);
  auto& write = *request.add_success()->mutable_request_txn();
  auto& compare = *write.add_compare();
  compare.set_key(order.key);
  if (order.kind == Order::Kind::add) {
    compare.set_target(etcdserverpb::Compare::CREATE);
    compare.set_create_revision(0);
  } else {
    compare.set_target(etcdserverpb::Compare::MOD);
    compare.set_mod_revision(order.revision);
  }
  auto& put = *write.add_success()->mutable_request_put();
  put.set_key(std::move(order.key));
  put.set_value(std::move(order.value));
}

std::optional<Reply> reply_at(etcdserverpb::TxnResponse& response, int place, bool is_write) {
  if (!response.succeeded() || place >= response.responses_size()) return {};
  auto& answer = *response.mutable_responses(place);
  Reply reply;
  if (is_write) {
    if (!answer.has_response_txn()) return {};
    // All puts of a transaction have its revision; nested headers are empty.
    const bool is_done = answer.response_txn().succeeded();
    reply.written.answer = is_done ? Write::done : Write::refused;
    if (is_done)
      reply.written.version = Version{static_cast<std::uint64_t>(response.header().revision())};
    return reply;
  }
  if (!answer.has_response_range()) return {};
  for (auto& found : *answer.mutable_response_range()->mutable_kvs()) {
    reply.found.push_back(
        {.key = Key(std::move(*found.mutable_key())),
         .document = {.version = Version{static_cast<std::uint64_t>(found.mod_revision())},
                      .value = std::move(*found.mutable_value())}});
  }
  return reply;
}

}  // namespace posse::etcd
