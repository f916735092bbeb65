/// Store URLs: which driver, and where.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "posse/result.h"
#include "posse/scan.h"
#include "posse/store.h"

namespace posse {

/// A store that is open, with its listing.
class OpenStore {
 public:
  virtual ~OpenStore() = default;
  virtual Store& store() = 0;
  virtual Scan& scan() = 0;
};

/// What a store URL must be, for usage messages.
inline constexpr const char* store_url_rule = "must be memory: or lmdb:DIRECTORY";

/// Whether `url` names a store this program knows.
bool is_store_url(const std::string& url);

/// Opens the store; its callers live on `executor`.
/// Errors: the driver's.
Result<std::unique_ptr<OpenStore>> open_store(const std::string& url,
                                              boost::asio::any_io_executor executor);

}  // namespace posse
