/// What gives access to an account besides its password: which sessions count, and its API keys.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "live/live_documents.h"
#include "posse/store.h"
#include "shop/name.h"

namespace posse {

/// Keys of one account: bounds its document, and whoever has got hold of a session.
inline constexpr std::size_t keys_max = 16;

/// A key as its account's list has it. Its token is nowhere.
struct ListedKey {
  std::string id;
  Time created_at{};
};

/// What the document says; nothing of it if there is none.
struct AccessView {
  std::uint64_t generation = 0;  ///< Sessions of another one have ended.
  std::vector<ListedKey> keys;   ///< Newest last.
};

/// Documents `access/<account>`: {"v":1,"generation":…,"keys":[{"id":…,"created_at":…},…]}.
/// Errors: the store's; `unreadable`; `contended`.
class Access {
 public:
  Access(Store& store, LiveDocuments& live) : store_(store), live_(live) {}

  /// One fresh read.
  Task<Result<AccessView>> read(Name account);

  /// Whether sessions of `generation` count. A new generation shows after 100 ms at the latest,
  /// and at once to a session that was opened in it.
  Task<Result<bool>> counts(Name account, std::uint64_t generation);

  /// Ends every session that was opened with what was read before this call. Again after a failure.
  Task<Result<void>> end_sessions(Name account);

  /// Puts `key` on the list; false if the list is full.
  Task<Result<bool>> list(Name account, ListedKey key);

  /// Whether the key `id` is on the list, by a fresh read.
  Task<Result<bool>> lists(Name account, std::string id);

  /// Takes the key `id` off the list. One that is not on it is no error.
  Task<Result<void>> strike(Name account, std::string id);

 private:
  /// Shown what is there, it may change it; false if there is nothing to write. It is asked again
  /// for every read, and recognises its own work there.
  using Change = std::function<bool(AccessView&)>;

  Task<Result<void>> change(Name account, Change decide);

  Store& store_;
  LiveDocuments& live_;
};

}  // namespace posse
