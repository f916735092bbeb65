/// Models of a campaign and of an account.
// SPDX-License-Identifier: Apache-2.0
#include "sim/history.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "sim/linearize.h"

namespace posse::sim {
namespace {

/// One thing that happened, or was seen to be so, between two moments.
struct Operation {
  enum class Kind : std::uint8_t { happened, was_reused, was_sold_out, was_shown, was_too_poor };
  Kind kind = Kind::happened;
  Moment from{};
  Moment until{};
  std::size_t key = 0;
  std::string campaign{};
  std::uint64_t slot = 0;
  std::int64_t amount = 0;  ///< Into the account; or what did not suffice,
  std::int64_t aside = 0;   ///< and what others had set aside meanwhile, at most.
};

/// All that was asked with one key is one operation. It happened after it was first asked for, and
/// before anybody was first told so; in between, nobody can say which of those who asked did it.
class Keys {
 public:
  explicit Keys(const std::vector<Asked>& history) {
    for (const Asked& asked : history) {
      if (asked.request.moves_money()) add(asked);
    }
  }

  /// Nothing if it never happened.
  const Operation* happened(const Request& request) const {
    const auto found = operations_.find(name_of(request));
    return found == operations_.end() || !found->second.told ? nullptr : &found->second.operation;
  }

  /// Whether it happened in another campaign, and so changes nothing in this one.
  bool is_elsewhere(const Request& request) const {
    const Operation* happened = this->happened(request);
    return happened != nullptr && request.is_buy() && happened->campaign != request.campaign;
  }

  std::size_t count() const { return operations_.size(); }
  const Wrong& wrong() const { return wrong_; }

 private:
  struct Known {
    Operation operation;
    bool told = false;
  };

  void add(const Asked& asked) {
    const auto& [request, reply, from, until] = asked;
    Known& known = operations_[name_of(request)];
    Operation& operation = known.operation;
    if (operation.from == Moment{}) {
      operation.key = operations_.size() - 1;
      operation.from = from;
    }
    if (!reply.is_committed()) return;
    if (request.reuses_key) {
      wrong_ = "the key " + request.reference + " serves for two requests (H3)";
    }
    const bool in = request.kind == Request::Kind::deposit;
    const std::int64_t amount = in ? reply.amount : -reply.amount;
    if (known.told && (operation.slot != reply.slot || operation.amount != amount)) {
      wrong_ = "the key " + request.reference + " has two answers (H3)";
    }
    operation.until = known.told ? std::min(operation.until, until) : until;
    operation.slot = reply.slot;
    operation.campaign = request.campaign;
    operation.amount = amount;
    known.told = true;
  }

  std::map<RequestName, Known> operations_;
  Wrong wrong_;
};

/// The operations of a part of the history, in the order of their calls.
class Selected {
 public:
  explicit Selected(const Keys& keys) : keys_(keys) {}

  void add(const Asked& asked, std::int64_t aside) {
    const auto& [request, reply, from, until] = asked;
    const Operation* happened = request.moves_money() ? keys_.happened(request) : nullptr;
    if (happened != nullptr && taken_.insert(happened->key).second) {
      operations_.push_back(*happened);
    }
    Operation seen{.from = from, .until = until, .key = happened ? happened->key : keys_.count()};
    if (reply.word == "key_reused") {
      seen.kind = Operation::Kind::was_reused;
    } else if (reply.word == "sold_out") {
      seen.kind = Operation::Kind::was_sold_out;
    } else if (reply.word == "insufficient_funds") {
      seen.kind = Operation::Kind::was_too_poor;
      seen.amount = request.amount;
      seen.aside = aside;
    } else if (request.kind == Request::Kind::show && reply.is_committed()) {
      seen.kind = Operation::Kind::was_shown;
      seen.slot = reply.slot;
    } else {
      return;
    }
    operations_.push_back(seen);
  }

  std::vector<Operation> operations() && {
    std::sort(operations_.begin(), operations_.end(), [](const auto& one, const auto& other) {
      return std::tie(one.from, one.until, one.key) < std::tie(other.from, other.until, other.key);
    });
    return std::move(operations_);
  }

 private:
  const Keys& keys_;
  std::set<std::size_t> taken_;
  std::vector<Operation> operations_;
};

/// What is done, and a number: slots sold, or money.
struct Progress {
  std::int64_t number = 0;
  std::vector<bool> done;

  std::uint64_t digest() const {
    std::uint64_t digest = static_cast<std::uint64_t>(number);
    for (const bool one : done) digest = mixed(digest, one ? 1 : 0);
    return digest;
  }
};

/// The slots of a campaign, one after the other.
class CampaignModel {
 public:
  using State = Progress;

  CampaignModel(std::size_t keys, std::uint64_t capacity)
      : keys_(keys), capacity_(static_cast<std::int64_t>(capacity)) {}

  State beginning() const { return {.number = 0, .done = std::vector<bool>(keys_ + 1)}; }

  bool changes(const Operation& operation) const {
    return operation.kind == Operation::Kind::happened;
  }

  bool fits(const State& state, const Operation& operation) const {
    const auto slot = static_cast<std::int64_t>(operation.slot);
    if (operation.kind == Operation::Kind::was_sold_out) return state.number == capacity_;
    if (operation.kind == Operation::Kind::was_shown) return state.number == slot;
    if (operation.kind == Operation::Kind::was_reused) return state.done[operation.key];
    return operation.kind != Operation::Kind::happened || state.number + 1 == slot;
  }

  bool alike(const Operation& /*one*/, const Operation& /*other*/) const { return false; }

  void apply(State& state, const Operation& operation) const {
    ++state.number;
    state.done[operation.key] = true;
  }

 private:
  std::size_t keys_;
  std::int64_t capacity_;
};

/// The money of a buyer.
class AccountModel {
 public:
  using State = Progress;

  explicit AccountModel(std::int64_t funds) : funds_(funds) {}

  State beginning() const { return {.number = funds_, .done = {}}; }

  bool changes(const Operation& operation) const {
    return operation.kind == Operation::Kind::happened;
  }

  bool fits(const State& state, const Operation& operation) const {
    if (operation.kind == Operation::Kind::was_too_poor) {
      return state.number < operation.amount + operation.aside;
    }
    return !changes(operation) || state.number + operation.amount >= 0;
  }

  bool alike(const Operation& one, const Operation& other) const {
    return changes(one) && changes(other) && one.amount == other.amount;
  }

  void apply(State& state, const Operation& operation) const { state.number += operation.amount; }

 private:
  std::int64_t funds_;
};

template <class Model>
Wrong judge(const Model& model, Selected selected, const std::string& name) {
  const auto answer = Linearizer(model, std::move(selected).operations()).run();
  if (answer == Linearizable::yes) return {};
  return "the history of " + name +
         (answer == Linearizable::no ? " is not linearizable (H1)" : " is too hard to judge");
}

/// What purchases and withdrawals that were under way at the same time may have held, or left
/// behind: who keeps meeting holds that are not decided is refused in the end.
std::int64_t set_aside(const Asked& refused, const std::vector<const Asked*>& on_account) {
  std::int64_t sum = 0;
  for (const Asked* other : on_account) {
    const bool lasts = other->reply.is_open() || refused.from <= other->until;
    const bool overlaps = other->from <= refused.until && lasts;
    const bool takes = other->request.kind != Request::Kind::deposit;
    if (other != &refused && overlaps && takes) sum += other->request.amount;
  }
  return sum;
}

bool rests_on_a_read(const Asked& asked) {
  return asked.request.kind == Request::Kind::show || asked.reply.word == "sold_out" ||
         asked.reply.word == "insufficient_funds";
}

}  // namespace

Wrong judge_history(const std::vector<Asked>& history, const Terms& terms) {
  const Keys keys(history);
  if (keys.wrong()) return keys.wrong();
  std::map<std::string, Selected> campaigns;
  std::map<std::string, Selected> accounts;
  std::map<std::string, std::vector<const Asked*>> by_account;
  for (const Asked& asked : history) {
    if (asked.request.moves_money()) by_account[asked.request.account].push_back(&asked);
  }
  for (const Asked& asked : history) {
    if (rests_on_a_read(asked) && !terms.refusals_are_true) continue;
    const Request& request = asked.request;
    const bool is_here = request.is_buy() && !keys.is_elsewhere(request);
    if (is_here || request.kind == Request::Kind::show) {
      campaigns.try_emplace(request.campaign, keys).first->second.add(asked, 0);
    }
    if (!request.moves_money()) continue;
    const bool poor = asked.reply.word == "insufficient_funds";
    const std::int64_t aside = poor ? set_aside(asked, by_account[request.account]) : 0;
    accounts.try_emplace(request.account, keys).first->second.add(asked, aside);
  }
  for (auto& [name, selected] : campaigns) {
    const CampaignModel model(keys.count(), terms.capacities.at(name));
    if (auto wrong = judge(model, std::move(selected), name)) return wrong;
  }
  for (auto& [name, selected] : accounts) {
    const AccountModel model(terms.funds);
    if (auto wrong = judge(model, std::move(selected), name)) return wrong;
  }
  return {};
}

}  // namespace posse::sim
