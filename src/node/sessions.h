/// Sessions: who a token belongs to, until when.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "live/live_documents.h"
#include "node/access.h"
#include "posse/clock.h"
#include "posse/random.h"
#include "posse/store.h"
#include "shop/answer.h"
#include "shop/campaign.h"
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

/// Until when an API key lasts, which is a session without an end.
inline constexpr Time key_expires_at = time_max;

/// Whose a token is.
struct Holder {
  Name account;
  bool by_key = false;  ///< It is an API key, no session.
};

/// Documents `session/<digest of the token>`: {"v":1,"account":…,"created_at":…,"expires_at":…,
/// "ended":0,"generation":…}. A session that ended stays ended, on every node within 100 ms. An API
/// key is a session that lasts until it is ended, and stands in its account's list (Access) before
/// it works. Errors: the store's; `unreadable`; `contended`.
class Sessions {
 public:
  Sessions(Store& store, LiveDocuments& live, Clock& clock, Random& random)
      : store_(store), live_(live), clock_(clock), random_(random), access_(store, live) {}

  /// What a session has to be opened with. Whoever checks a password reads it before the password's
  /// hash: then a session that was opened with an old password has ended.
  Task<Result<std::uint64_t>> generation(Name account);

  /// A session that lasts until another generation begins, or for `session_length`.
  Task<Result<Opened>> open(Name account, std::uint64_t generation);

  /// Ends every session of `account` that was opened with what generation() told before; its keys
  /// stay. Again after a failure.
  Task<Result<void>> end_all(Name account);

  /// A key, which is on its account's list by then.
  /// Refused: `too_many_keys`.
  Task<Result<Answer<Opened>>> make_key(Name account);

  /// The keys of `account`, newest last. One whose making failed is listed, and does not work.
  Task<Result<std::vector<ListedKey>>> keys(Name account);

  /// Who holds `token`; empty if it is none of ours, has ended or is over.
  Task<Result<std::optional<Holder>>> holder_of(std::string token);

  /// Ends the session or key `token`, which is the holder's. One that is over is no error.
  Task<Result<void>> end(Holder holder, std::string token);

  /// Ends the key `id` of `account`, listed or not, and takes it off the list; false if there is no
  /// such key.
  Task<Result<bool>> end_key(Name account, std::string id);

 private:
  Opened draw(Time expires_at);
  Opened draw_any(Time expires_at);
  Task<Result<Opened>> add(Opened opened, Name account, std::uint64_t generation);
  Task<Result<bool>> end_document(Key key, Name account);

  Store& store_;
  LiveDocuments& live_;
  Clock& clock_;
  Random& random_;
  Access access_;
};

}  // namespace posse
