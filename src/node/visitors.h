/// Who asks: sessions, cookies, and what a page of another site may not do.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <variant>

#include "node/http.h"
#include "node/sessions.h"
#include "shop/accounts.h"

namespace posse {

/// Somebody who has logged in.
struct Visitor {
  Name name;
  std::string token;
  bool by_key = false;  ///< Asks with an API key; else with a session, which a password opened.
};

/// Recognises visitors by `Authorization: Bearer …`, or by the cookie that a login sets. The cookie
/// counts only for requests of our own pages (Sec-Fetch-Site, Origin).
class Visitors {
 public:
  Visitors(Sessions& sessions, Accounts& accounts) : sessions_(sessions), accounts_(accounts) {}

  /// The visitor, or the problem to answer: 401 if it is nobody, 403 for another site's page.
  Task<std::variant<Visitor, Response>> recognise(const Request* request);

  /// The same, but anybody who is no operator, by a read of the account, gets 403.
  Task<std::variant<Visitor, Response>> recognise_operator(const Request* request);

 private:
  Sessions& sessions_;
  Accounts& accounts_;
};

/// The fields that give a browser the session, and take it away.
std::pair<std::string, std::string> session_cookie(const Opened& opened);
std::pair<std::string, std::string> no_session_cookie();

}  // namespace posse
