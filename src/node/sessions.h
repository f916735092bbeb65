/// Sessions: who a token belongs to, until when.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "live/live_documents.h"
#include "posse/clock.h"
#include "posse/random.h"
#include "posse/store.h"
#include "shop/name.h"

namespace posse {

/// A session ends after this long, whatever happens.
inline constexpr std::chrono::hours session_length{24 * 7};

/// A new session. The token is told once: the store keeps its digest only, as `id`.
struct Opened {
  std::string token;
  std::string id;
  Time expires_at{};
};

/// Documents `session/<digest of the token>`: {"v":1,"account":…,"created_at":…,"expires_at":…,
/// "ended":0}. A session that ended stays ended, on every node within 100 ms. An API key is a
/// session that lasts until it is ended. Errors: the store's; `unreadable`; `contended`.
class Sessions {
 public:
  Sessions(Store& store, LiveDocuments& live, Clock& clock, Random& random)
      : store_(store), live_(live), clock_(clock), random_(random) {}

  Task<Result<Opened>> open(Name account);

  Task<Result<Opened>> make_key(Name account);

  /// Whose session `token` is; empty if it is none, has ended or is over.
  Task<Result<std::optional<Name>>> account_of(std::string token);

  /// Ends the session of `token`. One that is over, or never was, is no error.
  Task<Result<void>> end(std::string token);

  /// Ends the key `id` of `account`; false if there is no such key.
  Task<Result<bool>> end_key(Name account, std::string id);

 private:
  Task<Result<Opened>> add(Name account, Time expires_at);
  Task<Result<bool>> end_document(Key key, std::optional<Name> account);

  Store& store_;
  LiveDocuments& live_;
  Clock& clock_;
  Random& random_;
};

}  // namespace posse
