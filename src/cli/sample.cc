/// Making a sample shop.
// SPDX-License-Identifier: Apache-2.0
#include "cli/sample.h"

#include <utility>

#include "core/sequence.h"
#include "core/task_group.h"
#include "node/sessions.h"

namespace posse {
namespace {

/// Accounts made at a time: enough to fill the store's group commits.
constexpr std::size_t makers = 512;

/// Hands out account numbers to the makers, and keeps the first failure.
struct Work {
  Host* host;
  SamplePlan plan;
  std::vector<Name> names;
  std::size_t next = 0;
  Result<void> result;
};

template <class T>
std::optional<Error> failure_of(const Result<Answer<T>>& answer, const std::string& harmless) {
  if (!answer) return answer.error();
  if (std::holds_alternative<T>(*answer)) return {};
  const auto* refusal = std::get_if<Refusal>(&*answer);
  if (refusal != nullptr && refusal->code == harmless) return {};
  return Error{Errc::contended,
               refusal != nullptr ? refusal->detail : std::string("the store does not say")};
}

Task<void> make_account(Work* work, Name name) {
  const auto created = co_await work->host->shop().accounts().create(name, "");
  if (auto error = failure_of(created, "exists")) work->result = *std::move(error);
  if (number(work->plan.funds) == 0) co_return;
  Payment payment{.account = name, .amount = work->plan.funds, .reference = work->plan.round};
  const auto booked = co_await work->host->shop().payments().deposit(std::move(payment));
  if (auto error = failure_of(booked, "")) work->result = *std::move(error);
}

Task<void> maker(Work* work) {
  while (work->next < work->names.size() && work->result) {
    const Name name = work->names[work->next++];
    co_await make_account(work, name);
  }
}

/// A campaign that is there already is a sample's, or this is somebody's real shop.
Task<Result<void>> make_campaign(Host* host, Name id, Campaign campaign) {
  const auto made = co_await host->shop().campaigns().create(id, campaign);
  if (auto error = failure_of(made, "exists")) co_return *std::move(error);
  const auto shown = co_await host->shop().campaigns().show(id);
  if (auto error = failure_of(shown, "")) co_return *std::move(error);
  const Name owner = std::get<CampaignView>(*shown).campaign.owner;
  if (owner == campaign.owner) co_return Result<void>{};
  co_return Error{Errc::unreadable, "campaign `" + id.text() + "` belongs to `" + owner.text() +
                                        "`: this store is no place for samples"};
}

Task<void> make_campaigns(Work* work) {
  const auto seller = Name::from(work->plan.prefix + "-seller");
  const auto created = co_await work->host->shop().accounts().create(*seller, "");
  if (auto error = failure_of(created, "exists")) work->result = *std::move(error);
  const Campaign campaign{
      .title = "", .owner = *seller, .pricing = fixed_pricing(work->plan.price)};
  for (const auto& id : sample_names(work->plan.prefix, work->plan.campaigns)) {
    if (!work->result) co_return;
    work->result = co_await make_campaign(work->host, id, campaign);
  }
}

/// Hands out accounts, and takes in their tokens.
struct SessionWork {
  Sessions* sessions;
  std::vector<Name> accounts;
  std::size_t next = 0;
  Result<std::map<Name, std::string>> tokens;
};

Task<void> session_maker(SessionWork* work) {
  while (work->next < work->accounts.size() && work->tokens) {
    const Name account = work->accounts[work->next++];
    const auto generation = co_await work->sessions->generation(account);
    if (!generation) {
      work->tokens = generation.error();
      co_return;
    }
    auto opened = co_await work->sessions->open(account, *generation);
    if (!opened)
      work->tokens = opened.error();
    else if (work->tokens)
      (*work->tokens)[account] = std::move(opened->token);
  }
}

}  // namespace

std::vector<Name> sample_names(const std::string& prefix, std::size_t count) {
  std::vector<Name> names;
  names.reserve(count);
  for (std::size_t n = 1; n <= count; ++n) {
    const auto name = Name::from(prefix + "-" + std::to_string(n));
    if (name) names.push_back(*name);
  }
  return names;
}

Task<Result<void>> make_sample(Host* host, SamplePlan plan) {
  Work work{
      .host = host, .plan = plan, .names = sample_names(plan.prefix, plan.accounts), .result = {}};
  co_await make_campaigns(&work);
  TaskGroup group(host->io().get_executor());
  for (std::size_t i = 0; i < makers; ++i) group.spawn(maker(&work));
  co_await group.join();
  co_return work.result;
}

Task<Result<std::map<Name, std::string>>> make_sessions(Host* host, std::vector<Name> accounts) {
  LiveDocuments live({.store = host->store()}, host->clock(), host->io().get_executor(),
                     [](std::chrono::milliseconds) {});
  Sessions sessions(host->store(), live, host->clock(), host->random());
  SessionWork work{.sessions = &sessions, .accounts = std::move(accounts), .next = 0, .tokens = {}};
  TaskGroup group(host->io().get_executor());
  for (std::size_t i = 0; i < makers; ++i) group.spawn(session_maker(&work));
  co_await group.join();
  co_await live.close();
  co_return std::move(work.tokens);
}

}  // namespace posse
