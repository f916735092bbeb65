/// Opening a store by its URL, and the system's clock and chance: what a program needs to begin.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "posse/clock.h"
#include "posse/random.h"
#include "posse/result.h"
#include "posse/scan.h"
#include "posse/store.h"
#include "posse/watch.h"

namespace posse {

/// A store that is open, with what else it can do.
class OpenStore {
 public:
  virtual ~OpenStore() = default;
  virtual Store& store() = 0;
  virtual Scan& scan() = 0;

  /// Null if it does not tell of changes.
  virtual Watch* watch() = 0;

  /// Whether there was nothing in it when it was opened.
  virtual bool was_new() const = 0;

  /// What an operator should know of the database behind it; empty if nothing.
  virtual std::optional<std::string> warning() const = 0;

  /// The same store for callers on another executor.
  /// Errors: the driver's; `unavailable` if it lives on one.
  virtual Result<std::unique_ptr<OpenStore>> share(boost::asio::any_io_executor executor) = 0;
};

/// What a store URL is, for option descriptions.
inline constexpr const char* store_url_forms =
    "lmdb:DIRECTORY, etcd://HOST:PORT[,HOST:PORT...][/PREFIX] or "
    "couchbase://USER@HOST[,HOST...]/BUCKET";

/// What is wrong with `url`, so far as one can see without opening it, as the rest of a sentence
/// behind the name of the option; empty if nothing. Files that it names are looked at.
std::optional<std::string> wrong_store_url(const std::string& url);

/// Whether there is a store at `url`; true if one must open it to know.
bool is_there(const std::string& url);

/// Whether opening makes a store where there is none. Most commands do not: a misspelt one would
/// look like an empty shop with sound books.
enum class Missing : std::uint8_t { refuse, create };

/// Opens the store; its callers live on `executor`.
/// Errors: the driver's; `unavailable` if there is none and none is to be made, or if `url` is not
/// of `store_url_forms`.
Result<std::unique_ptr<OpenStore>> open_store(const std::string& url, Missing missing,
                                              boost::asio::any_io_executor executor);

/// The system's, for callers on one executor.
std::unique_ptr<Clock> system_clock(boost::asio::any_io_executor executor);
std::unique_ptr<Random> system_random();

}  // namespace posse
