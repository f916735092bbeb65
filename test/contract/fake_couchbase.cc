/// What the server does with each order, and the library with each reply.
// SPDX-License-Identifier: Apache-2.0
#include "contract/fake_couchbase.h"

#include <utility>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "stores/couchbase/codes.h"

namespace posse::testing {

using couchbase::Call;
using couchbase::Order;
using couchbase::Reply;
using couchbase::Said;
namespace code = couchbase::code;
namespace status = couchbase::status;

class FakeCouchbase::FakeClient final : public couchbase::Client {
 public:
  FakeClient(FakeCouchbase& cluster, boost::asio::any_io_executor executor)
      : cluster_(cluster), executor_(std::move(executor)) {
    ++cluster_.clients;
    wake();
  }
  FakeClient(const FakeClient&) = delete;
  FakeClient& operator=(const FakeClient&) = delete;

  ~FakeClient() override {
    auto open = std::exchange(open_, {});
    for (auto& [number, asker] : open) reply_to(*asker, Reply{.said = {code::request_canceled, 4}});
    rest();
  }

  void connect(std::function<void(Said)> ended) override {
    if (!cluster_.connects) return;
    boost::asio::post(executor_,
                      [ended = std::move(ended), said = cluster_.connecting] { ended(said); });
  }

  void open_batch() override { batch_.emplace(); }

  void close_batch() override {
    cluster_.batches.push_back(batch_->size());
    auto batch = std::exchange(batch_, std::nullopt);
    for (auto& finish : *batch) boost::asio::post(executor_, std::move(finish));
  }

  Said ask(const Order& order, couchbase::Asker& asker) override {
    const Treatment treatment = cluster_.treat ? cluster_.treat(order) : Treatment{};
    if (treatment.refusal) return *treatment.refusal;
    ++cluster_.asked;
    const std::uint64_t number = ++numbers_;
    open_.emplace(number, &asker);
    auto finish = [this, alive = std::weak_ptr(life_), number, order, treatment] {
      if (!alive.expired()) finish_one(number, order, treatment);
    };
    if (treatment.is_within)
      finish();
    else if (treatment.is_held)
      cluster_.held_.emplace_back(finish);
    else
      batch_.value().emplace_back(finish);
    return {};
  }

  couchbase::MapRevision map_revision() override { return cluster_.map_revision; }

  void rest() override {
    if (work_) --cluster_.awake;
    work_.reset();
  }

  void wake() override {
    if (!work_) ++cluster_.awake;
    work_.emplace(boost::asio::make_work_guard(executor_));
  }

 private:
  void finish_one(std::uint64_t number, const Order& order, const Treatment& treatment) {
    const auto found = open_.find(number);
    if (found == open_.end()) return;
    couchbase::Asker& asker = *found->second;
    open_.erase(found);
    Reply reply;
    if (treatment.is_applied) reply = cluster_.carry_out(order);
    if (treatment.said) reply.said = *treatment.said;
    if (treatment.changes_map) ++cluster_.map_revision.number;
    if (treatment.changes_epoch) ++cluster_.map_revision.epoch;
    reply_to(asker, std::move(reply));
  }

  void reply_to(couchbase::Asker& asker, Reply reply) {
    ++cluster_.replied;
    asker.reply(std::move(reply));
  }

  FakeCouchbase& cluster_;
  boost::asio::any_io_executor executor_;
  std::optional<boost::asio::executor_work_guard<boost::asio::any_io_executor>> work_;
  std::optional<std::vector<std::function<void()>>> batch_;
  std::map<std::uint64_t, couchbase::Asker*> open_;
  std::uint64_t numbers_ = 0;
  std::shared_ptr<int> life_ = std::make_shared<int>();
};

couchbase::MakeClient FakeCouchbase::maker() {
  return [this](boost::asio::any_io_executor executor) -> std::unique_ptr<couchbase::Client> {
    return std::make_unique<FakeClient>(*this, std::move(executor));
  };
}

void FakeCouchbase::release() {
  const auto held = std::exchange(held_, {});
  for (const auto& finish : held) finish();
}

Reply FakeCouchbase::carry_out(const Order& order) {
  const auto found = documents.find(order.id);
  const bool is_there = found != documents.end();
  switch (order.call) {
    case Call::list:
      return list(order);
    case Call::get:
      if (!is_there) return Reply{.said = {code::document_not_found, status::not_found}};
      return Reply{.said = {}, .version = found->second.version, .value = found->second.value};
    case Call::add:
      if (is_there) return Reply{.said = {code::document_exists, status::exists}};
      break;
    case Call::cas:
      if (!is_there) return Reply{.said = {code::document_not_found, status::not_found}};
      // As the library has it: 0 is "whatever is there".
      if (order.version != Version{} && order.version != found->second.version)
        return Reply{.said = {code::cas_mismatch, status::exists}};
      break;
  }
  const Version version{++clock_};
  documents[order.id] = Document{version, order.value};
  return Reply{.said = {}, .version = version};
}

/// As the query service does what ids_statement() asks.
Reply FakeCouchbase::list(const Order& order) const {
  const auto& parameters = order.parameters;
  const std::string from(parameters.at(0).as_string());
  const std::string end(parameters.at(1).as_string());
  const auto limit = parameters.at(2).to_number<std::size_t>();
  const bool is_exclusive = order.statement.find("id > $1") != std::string::npos;
  Reply reply;
  for (const auto& [id, document] : documents) {
    if (id < from || id >= end || (is_exclusive && id == from)) continue;
    if (reply.rows.size() == limit) break;
    reply.rows.push_back(id);
  }
  return reply;
}

}  // namespace posse::testing
