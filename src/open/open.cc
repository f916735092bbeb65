/// Opening drivers by URL.
// SPDX-License-Identifier: Apache-2.0
#include "posse/open.h"

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <type_traits>
#include <utility>

#include "stores/cluster/cluster_files.h"
#include "stores/cluster/cluster_url.h"
#include "stores/couchbase/couchbase_store.h"
#include "stores/couchbase/library_client.h"
#include "stores/etcd/etcd_store.h"
#include "stores/lmdb/lmdb_store.h"
#include "stores/memory/memory_store.h"
#include "system/system_clock.h"
#include "system/system_random.h"

namespace posse {
namespace {

constexpr std::string_view memory_scheme = "memory:";
constexpr std::string_view lmdb_scheme = "lmdb:";
constexpr std::string_view etcd_scheme = "etcd:";
constexpr std::string_view etcd_secure_scheme = "etcds:";
constexpr std::string_view couchbase_scheme = "couchbase:";
constexpr std::string_view couchbase_secure_scheme = "couchbases:";

bool is_etcd(const std::string& url) {
  return url.starts_with(etcd_scheme) || url.starts_with(etcd_secure_scheme);
}

bool is_couchbase(const std::string& url) {
  return url.starts_with(couchbase_scheme) || url.starts_with(couchbase_secure_scheme);
}

template <class Driver>
class Opened final : public OpenStore {
 public:
  Opened(std::unique_ptr<Driver> driver, bool was_new)
      : driver_(std::move(driver)), was_new_(was_new) {}
  Store& store() override { return *driver_; }
  Scan& scan() override { return *driver_; }

  Watch* watch() override {
    if constexpr (std::is_base_of_v<Watch, Driver>)
      return driver_.get();
    else
      return nullptr;
  }

  bool was_new() const override { return was_new_; }

  std::optional<std::string> warning() const override {
    if constexpr (requires { driver_->warning(); }) return driver_->warning();
    return {};
  }

  Result<std::unique_ptr<OpenStore>> share(boost::asio::any_io_executor executor) override {
    if constexpr (requires { driver_->share(executor); }) {
      Result<std::unique_ptr<Driver>> shared = driver_->share(std::move(executor));
      if (!shared) return shared.error();
      return std::unique_ptr<OpenStore>(std::make_unique<Opened>(*std::move(shared), was_new_));
    } else {
      return Error{Errc::unavailable, "this store belongs to one thread"};
    }
  }

 private:
  std::unique_ptr<Driver> driver_;
  bool was_new_;
};

template <class Driver>
Result<std::unique_ptr<OpenStore>> opened(std::unique_ptr<Driver> driver, bool was_new) {
  return std::unique_ptr<OpenStore>(std::make_unique<Opened<Driver>>(std::move(driver), was_new));
}

/// What stands for something that may be a password.
constexpr const char* hidden = "...";

/// Without the values of options that no driver knows, and what stands between two `&` alone: the
/// rest of such a value.
std::string known_options(std::string_view options) {
  ClusterFiles files;
  std::string text;
  while (!options.empty()) {
    const std::string_view option = cut(options, '&');
    const std::string name(option.substr(0, option.find('=')));
    const bool is_known =
        name == "prefix" || name == "durability" || file_option(files, name) != nullptr;
    text += text.empty() ? '?' : '&';
    if (is_known)
      text += option;
    else
      text += name.size() < option.size() ? name + '=' + hidden : hidden;
  }
  return text;
}

/// `url` as a message may quote it: a password that was written into it is left out.
std::string without_password(std::string url) {
  constexpr std::string_view slashes = "://";
  const std::size_t begin = url.find(slashes);
  if (begin == std::string::npos) return url;
  const std::size_t colon = url.find(':', begin + slashes.size());
  const std::size_t end = url.rfind('@');
  if (end != std::string::npos && colon < end) {
    // Where the `@` is one of an option's value, more is left out than needed.
    if (url.find('?') < end) return url.substr(0, colon + 1) + hidden;
    url.replace(colon + 1, end - colon - 1, hidden);
  }
  const std::size_t mark = url.find('?');
  if (mark == std::string::npos) return url;
  return url.substr(0, mark) + known_options(std::string_view(url).substr(mark + 1));
}

/// Whether a slash stands before the `@`: in a password, as no name of a user has one. Behind it,
/// a part of the password would be taken for a node, and repeated.
bool has_slash_in_user(const std::string& url) {
  constexpr std::string_view slashes = "://";
  const std::string place = url.substr(0, url.find('?'));
  const std::size_t begin = place.find(slashes);
  const std::size_t at = place.rfind('@');
  if (begin == std::string::npos || at == std::string::npos) return false;
  return place.find('/', begin + slashes.size()) < at;
}

/// What is wrong with the place of a cluster, or with the files that it names.
template <class Place>
std::optional<std::string> wrong_place(const std::string& url, const Result<Place>& place) {
  const Result<void> checked = place ? check_readable(place->files) : place.error();
  if (checked) return {};
  return "`" + without_password(url) + "`: " + checked.error().detail;
}

Error no_store(const std::string& where) {
  return Error{Errc::unavailable,
               "there is no store in " + where + "; `posse account create` makes a shop there"};
}

Result<std::unique_ptr<OpenStore>> open_lmdb(const std::string& url, Missing missing,
                                             boost::asio::any_io_executor executor) {
  const std::filesystem::path directory = url.substr(lmdb_scheme.size());
  const bool is_new = !is_there(url);
  if (missing == Missing::refuse && is_new) return no_store(directory.string());
  auto lmdb = LmdbStore::open({.executor = std::move(executor), .directory = directory});
  if (!lmdb) return lmdb.error();
  return opened(*std::move(lmdb), is_new);
}

Result<std::unique_ptr<OpenStore>> open_etcd(const std::string& url, Missing missing,
                                             boost::asio::any_io_executor executor) {
  auto place = etcd_place(url);
  if (!place) return place.error();
  auto etcd = EtcdStore::open({.executor = std::move(executor), .place = *std::move(place)});
  if (!etcd) return etcd.error();
  const bool is_new = (*etcd)->was_empty();
  if (missing == Missing::refuse && is_new) return no_store(url);
  return opened(*std::move(etcd), is_new);
}

Result<std::unique_ptr<OpenStore>> open_couchbase(const std::string& url, Missing missing,
                                                  boost::asio::any_io_executor executor) {
  auto place = couchbase_place(url);
  if (!place) return place.error();
  auto library = couchbase::library_client(*place);
  if (!library) return library.error();
  const bool may_make = missing == Missing::create;
  CouchbaseOptions options{.executor = std::move(executor),
                           .place = *std::move(place),
                           .make = *std::move(library),
                           .making = may_make ? couchbase::Making::make : couchbase::Making::leave};
  auto store = CouchbaseStore::open(std::move(options));
  if (!store) return store.error();
  const bool is_new = (*store)->was_new();
  if (is_new && !may_make) return no_store(url);
  return opened(*std::move(store), is_new);
}

}  // namespace

std::optional<std::string> wrong_store_url(const std::string& url) {
  if (has_slash_in_user(url) && (is_couchbase(url) || is_etcd(url)))
    return "`" + without_password(url) +
           "`: a user's name has no `/`, and a password belongs into a file, password_file=FILE";
  if (is_couchbase(url)) return wrong_place(url, couchbase_place(url));
  if (is_etcd(url)) return wrong_place(url, etcd_place(url));
  const bool is_lmdb = url.starts_with(lmdb_scheme) && url.size() > lmdb_scheme.size();
  if (is_lmdb || url == memory_scheme) return {};
  return "must be " + std::string(store_url_forms) + ", not `" + without_password(url) + "`";
}

bool is_there(const std::string& url) {
  if (is_etcd(url) || is_couchbase(url)) return true;
  if (!url.starts_with(lmdb_scheme)) return false;
  std::error_code wrong;
  const std::filesystem::path directory = url.substr(lmdb_scheme.size());
  const auto bytes = std::filesystem::file_size(directory / "data.mdb", wrong);
  return wrong ? wrong != std::errc::no_such_file_or_directory : bytes > 0;
}

Result<std::unique_ptr<OpenStore>> open_store(const std::string& url, Missing missing,
                                              boost::asio::any_io_executor executor) {
  if (url == memory_scheme) return opened(std::make_unique<MemoryStore>(), /*was_new=*/true);
  if (is_etcd(url)) return open_etcd(url, missing, std::move(executor));
  if (is_couchbase(url)) return open_couchbase(url, missing, std::move(executor));
  if (const auto wrong = wrong_store_url(url))
    return Error{Errc::unavailable, "the store's URL " + *wrong};
  return open_lmdb(url, missing, std::move(executor));
}

std::unique_ptr<Clock> system_clock(boost::asio::any_io_executor executor) {
  return std::make_unique<SystemClock>(std::move(executor));
}

std::unique_ptr<Random> system_random() {
  return std::make_unique<SystemRandom>();
}

}  // namespace posse
