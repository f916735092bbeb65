/// Accounts as participants.
// SPDX-License-Identifier: Apache-2.0
#include "shop/accounts.h"

#include "core/fields.h"
#include "core/limits.h"
#include "shop/scan_pages.h"

namespace posse {
namespace json = boost::json;
namespace {

Refusal unknown_account(const Name& name) {
  return refuse("unknown_account", "there is no account `" + name.text() + "`");
}

AccountView view(const Name& name, const Participant& account) {
  AccountView view{.name = name,
                   .role = std::string(account.data.at("role").as_string()),
                   .balance = Cents{account.value("balance")},
                   .spendable = Cents{account.lowest("balance")},
                   .holds = account.holds,
                   .settled = account.pages * settled_page + account.settled.size(),
                   .campaigns = {}};
  for (const auto& [campaign, paid] : account.data.at("campaigns").as_object()) {
    view.campaigns.emplace_back(campaign);
  }
  return view;
}

/// No name of a role, and no hash of a password, is longer.
constexpr std::size_t text_bytes_max = 1024;

constexpr std::string_view prefix = "account/";

ListedAccount listed_account(const Name& name, const Listed& listed) {
  const auto account = read_participant(listed.document.value, listed.key);
  if (!account || misshapen(name, *account)) return {.name = name, .view = {}};
  return {.name = name, .view = view(name, *account)};
}

}  // namespace

std::optional<Error> misshapen(const Name& name, const Participant& account) {
  Fields fields(account.data, account_key(name).text());
  (void)fields.text("role", text_bytes_max);
  (void)fields.integer("balance");
  (void)fields.integer("created_at");
  (void)fields.text("password", text_bytes_max);
  for (const auto& [campaign, paid] : fields.object("campaigns")) {
    if (!paid.is_int64() || paid.as_int64() < 0)
      fields.refuse("campaigns", "must give each campaign the entry up to which it was paid");
  }
  return fields.finish();
}

Task<Result<Answer<AccountView>>> Accounts::create(Name name, std::string password_hash) {
  json::object data{{"role", "person"},
                    {"balance", 0},
                    {"campaigns", json::object{}},
                    {"created_at", number(clock_.now())},
                    {"password", password_hash}};
  for (int adds = 0; adds < failures_max; ++adds) {
    const auto created = co_await journal_.participants().create(account_key(name), data);
    if (!created) co_return created.error();
    if (*created == Write::unknown) continue;  // the same add again
    if (*created == Write::refused) {
      // After an unknown one it may be our own: the same hash, with its salt, at the same time.
      const auto there = co_await journal_.participants().get(account_key(name));
      if (!there) co_return there.error();
      const bool ours = adds > 0 && *there &&
                        (*there)->data.at("password") == data.at("password") &&
                        (*there)->data.at("created_at") == data.at("created_at");
      if (!ours) co_return refuse("exists", "there is an account `" + name.text() + "` already");
    }
    co_return co_await show(name);
  }
  co_return Answer<AccountView>(Undecided{});
}

Task<Result<Answer<AccountView>>> Accounts::give_role(Name name, std::string role) {
  if (role != "person" && role != "operator") {
    co_return bad_argument("role", "must be person or operator");
  }
  Decision decision = [&](Participant& account) {
    json::value& held = account.data["role"];
    if (held.is_string() && held.as_string() == role) return Verdict::keep;
    held = role;
    return Verdict::write;
  };
  const auto updated =
      co_await journal_.participants().update(account_key(name), std::move(decision));
  if (!updated) co_return updated.error();
  if (*updated == Updated::absent) co_return unknown_account(name);
  co_return co_await show(name);
}

Task<Result<bool>> Accounts::change_password(Name name, PasswordChange change) {
  bool is_there = false;
  Decision decision = [&](Participant& account) {
    json::value& held = account.data["password"];
    is_there = held.is_string() && held.as_string() == change.to;
    if (is_there || !held.is_string() || held.as_string() != change.from) return Verdict::keep;
    held = change.to;
    is_there = true;
    return Verdict::write;
  };
  const auto updated =
      co_await journal_.participants().update(account_key(name), std::move(decision));
  if (!updated) co_return updated.error();
  co_return *updated != Updated::absent&& is_there;
}

Task<Result<Answer<AccountView>>> Accounts::show(Name name) {
  const auto account = co_await journal_.participants().get(account_key(name));
  if (!account) co_return account.error();
  if (!*account) co_return unknown_account(name);
  if (auto wrong = misshapen(name, **account)) co_return *std::move(wrong);
  co_return view(name, **account);
}

Task<Result<std::vector<ListedAccount>>> Accounts::list(AccountRange range) {
  std::vector<ListedAccount> accounts;
  ScanTops tops(ScanReader(scan_, clock_, Bite::small), std::string(prefix) + range.prefix);
  if (!range.after.empty()) tops.go_after(std::string(prefix) + range.after);
  while (!tops.ended() && accounts.size() < range.items_max) {
    const auto page = co_await tops.next();
    if (!page) co_return page.error();
    for (const auto& listed : page->tops) {
      const auto name = Name::from(listed.key.text().substr(prefix.size()));
      if (!name) continue;  // not ours
      if (accounts.size() == range.items_max) break;
      accounts.push_back(listed_account(*name, listed));
    }
  }
  co_return accounts;
}

Task<Result<std::string>> Accounts::password_hash(Name name) {
  const auto account = co_await journal_.participants().get(account_key(name));
  if (!account) co_return account.error();
  if (!*account) co_return std::string();
  if (auto wrong = misshapen(name, **account)) co_return *std::move(wrong);
  co_return std::string((*account)->data.at("password").as_string());
}

Task<Result<Answer<AccountView>>> Accounts::resolve(Name name) {
  const auto resolved = co_await journal_.resolver().resolve_all(account_key(name));
  if (!resolved) co_return resolved.error();
  co_return co_await show(name);
}

}  // namespace posse
