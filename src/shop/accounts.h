/// Accounts: who they are, what they own, what of it is spoken for.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "journal/journal.h"
#include "posse/scan.h"
#include "shop/answer.h"
#include "shop/name.h"

namespace posse {

/// An account as one read of it shows it.
struct AccountView {
  Name name;
  std::string role;
  Cents balance{};
  Cents spendable{};  ///< Balance less what holds have set aside.
  std::vector<Hold> holds;
  std::uint64_t settled = 0;  ///< Operations settled on it since it was made.
  std::vector<std::string> campaigns;
};

/// An account in a list. Empty but for its name if its document is not as the shop writes them: an
/// audit says why.
struct ListedAccount {
  Name name;
  std::optional<AccountView> view;
};

/// Which accounts a list has: those whose names begin with `prefix` and come after `after`, in byte
/// order; both may be empty.
struct AccountRange {
  std::string prefix;
  std::string after;
  std::size_t items_max = 0;
};

/// Hashes of a password that goes, and of the one that comes.
struct PasswordChange {
  std::string from;
  std::string to;
};

/// Empty if the account's own fields are as the shop writes them.
/// Errors: `unreadable`, naming the document, the field and the bound.
std::optional<Error> misshapen(const Name& name, const Participant& account);

/// Creates, shows and lists accounts.
/// Errors: the store's, `unreadable`, `contended`.
class Accounts {
 public:
  Accounts(Journal& journal, Clock& clock, Scan& scan)
      : journal_(journal), clock_(clock), scan_(scan) {}

  /// A new account with nothing in it. `password_hash` may be empty: nobody can log in then.
  /// Refused: `exists`.
  Task<Result<Answer<AccountView>>> create(Name name, std::string password_hash);

  /// Gives the account the role `person` or `operator`. Again: nothing changes.
  /// Refused: `unknown_account`, `bad_request`.
  Task<Result<Answer<AccountView>>> give_role(Name name, std::string role);

  /// Refused: `unknown_account`.
  Task<Result<Answer<AccountView>>> show(Name name);

  /// At most `items_max` accounts of the range; fewer only at its end. Others on the same thread
  /// have a turn before each read.
  Task<Result<std::vector<ListedAccount>>> list(AccountRange range);

  /// What create() was given; empty if there is no account, or none that can log in.
  Task<Result<std::string>> password_hash(Name name);

  /// Puts the hash `change.to` in place of `change.from`; again, nothing changes. False if neither
  /// is there: somebody else has changed it, or there is no such account.
  Task<Result<bool>> change_password(Name name, PasswordChange change);

  /// Decides every hold on the account (login, or a read that needs the funds), then shows it.
  /// Refused: `unknown_account`.
  Task<Result<Answer<AccountView>>> resolve(Name name);

 private:
  Journal& journal_;
  Clock& clock_;
  Scan& scan_;
};

}  // namespace posse
