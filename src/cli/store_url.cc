/// Opening drivers by URL.
// SPDX-License-Identifier: Apache-2.0
#include "cli/store_url.h"

#include <filesystem>
#include <utility>

#include "stores/lmdb/lmdb_store.h"
#include "stores/memory/memory_store.h"

namespace posse {
namespace {

constexpr std::string_view memory_scheme = "memory:";
constexpr std::string_view lmdb_scheme = "lmdb:";

template <class Driver>
class Opened final : public OpenStore {
 public:
  explicit Opened(std::unique_ptr<Driver> driver) : driver_(std::move(driver)) {}
  Store& store() override { return *driver_; }
  Scan& scan() override { return *driver_; }

  Result<std::unique_ptr<OpenStore>> share(boost::asio::any_io_executor executor) override {
    if constexpr (requires { driver_->share(executor); }) {
      auto shared = driver_->share(std::move(executor));
      if (!shared) return shared.error();
      return std::unique_ptr<OpenStore>(std::make_unique<Opened>(*std::move(shared)));
    } else {
      return Error{Errc::unavailable, "this store belongs to one thread"};
    }
  }

 private:
  std::unique_ptr<Driver> driver_;
};

}  // namespace

bool is_store_url(const std::string& url) {
  return url == memory_scheme || (url.starts_with(lmdb_scheme) && url.size() > lmdb_scheme.size());
}

bool is_there(const std::string& url) {
  if (!url.starts_with(lmdb_scheme)) return false;
  std::error_code wrong;
  const std::filesystem::path directory = url.substr(lmdb_scheme.size());
  const auto bytes = std::filesystem::file_size(directory / "data.mdb", wrong);
  return wrong ? wrong != std::errc::no_such_file_or_directory : bytes > 0;
}

Result<std::unique_ptr<OpenStore>> open_store(const std::string& url, Missing missing,
                                              boost::asio::any_io_executor executor) {
  std::unique_ptr<OpenStore> opened;
  if (url == memory_scheme) {
    opened = std::make_unique<Opened<MemoryStore>>(std::make_unique<MemoryStore>());
    return opened;
  }
  const std::filesystem::path directory = url.substr(lmdb_scheme.size());
  if (missing == Missing::refuse && !is_there(url)) {
    return Error{Errc::unavailable, "there is no shop in " + directory.string() +
                                        "; `posse account create` makes one"};
  }
  auto lmdb = LmdbStore::open({.executor = std::move(executor), .directory = directory});
  if (!lmdb) return lmdb.error();
  opened = std::make_unique<Opened<LmdbStore>>(*std::move(lmdb));
  return opened;
}

}  // namespace posse
