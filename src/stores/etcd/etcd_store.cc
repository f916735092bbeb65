/// The etcd store: checks bounds, names keys, asks.
// SPDX-License-Identifier: Apache-2.0
#include "stores/etcd/etcd_store.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

#include "core/text.h"
#include "stores/etcd/calls.h"
#include "stores/etcd/watcher.h"

namespace posse {
namespace {

/// Releases of etcd that may answer stale after a pause of their process: those of a line from
/// `first` on and before `mended`, as its change logs and the code of its releases have it.
struct StaleReleases {
  std::string_view line;
  std::int64_t first;
  std::int64_t mended;
};
constexpr std::array stale_releases{StaleReleases{"3.4.", 20, 42}, StaleReleases{"3.5.", 0, 28},
                                    StaleReleases{"3.6.", 0, 9}};

bool may_be_stale(std::string_view version) {
  for (const auto& [line, first, mended] : stale_releases) {
    if (!version.starts_with(line)) continue;
    version.remove_prefix(line.size());
    const auto number = whole_number(version.substr(0, version.find_first_of("-+")));
    return number && *number >= first && *number < mended;
  }
  return false;
}

bool is_within_bounds(const Key& key) {
  return !key.text().empty() && key.text().size() <= key_bytes_max;
}

Error out_of_bounds() {
  return Error{Errc::too_large, "a key has 1 to 250 bytes, a value at most 1 MiB"};
}

/// The first key behind all that begin with `prefix`, which has a byte that is not the last one.
std::string behind(std::string prefix) {
  while (prefix.back() == '\xff') prefix.pop_back();
  prefix.back() = static_cast<char>(static_cast<unsigned char>(prefix.back()) + 1);
  return prefix;
}

}  // namespace

/// The machinery of a store.
class EtcdStore::Parts {
 public:
  Parts(const boost::asio::any_io_executor& executor, std::shared_ptr<etcd::Members> connected,
        std::string root, etcd::Deadlines deadlines)
      : members(std::move(connected)),
        folder(std::move(root)),
        calls(std::make_shared<etcd::Calls>(executor, members, folder, deadlines)),
        watcher(std::make_shared<etcd::Watcher>(executor, members)),
        deadlines_(deadlines) {}
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;
  ~Parts() {
    watcher->close();
    calls->close();
  }

  std::unique_ptr<Parts> beside(const boost::asio::any_io_executor& executor) const {
    return std::make_unique<Parts>(executor, members, folder, deadlines_);
  }

  Task<Result<Written>> write(etcd::Order order) {
    auto reply = co_await calls->ask(std::move(order));
    if (!reply) co_return reply.error();
    co_return reply->written;
  }

  std::shared_ptr<etcd::Members> members;
  std::string folder;  ///< What stands before every key; by itself it is the mark of add_write.
  std::shared_ptr<etcd::Calls> calls;
  std::shared_ptr<etcd::Watcher> watcher;

 private:
  etcd::Deadlines deadlines_;
};

Result<std::unique_ptr<EtcdStore>> EtcdStore::open(EtcdOptions options) {
  auto members = etcd::Members::open(options.place, options.deadlines.answering, options.patience);
  if (!members) return members.error();
  auto parts = std::make_unique<Parts>(options.executor, *std::move(members),
                                       options.place.prefix + '/', options.deadlines);
  return std::unique_ptr<EtcdStore>(new EtcdStore(std::move(parts)));
}

EtcdStore::EtcdStore(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

EtcdStore::~EtcdStore() = default;

std::unique_ptr<EtcdStore> EtcdStore::share(boost::asio::any_io_executor executor) {
  return std::unique_ptr<EtcdStore>(new EtcdStore(parts_->beside(executor)));
}

bool EtcdStore::was_empty() const {
  return parts_->members->was_empty();
}

std::optional<std::string> EtcdStore::warning() const {
  const std::string& version = parts_->members->version();
  if (!may_be_stale(version)) return {};
  return "etcd " + version +
         " may answer reads with old documents after a pause of its process (its issue 20418): no "
         "sale is wrong for it, but the page may be; 3.4.42, 3.5.28, 3.6.9 and what follows them "
         "do not";
}

Task<Result<std::optional<Document>>> EtcdStore::get(Key key) {
  if (!is_within_bounds(key)) co_return out_of_bounds();
  etcd::Order order{.kind = etcd::Order::Kind::get, .key = parts_->folder + key.text()};
  auto reply = co_await parts_->calls->ask(std::move(order));
  if (!reply) co_return reply.error();
  std::optional<Document> found;
  if (!reply->found.empty()) found = std::move(reply->found.front().document);
  co_return found;
}

Task<Result<Written>> EtcdStore::add(Key key, Bytes value) {
  if (!is_within_bounds(key) || value.size() > value_bytes_max) co_return out_of_bounds();
  etcd::Order order{.kind = etcd::Order::Kind::add,
                    .key = parts_->folder + key.text(),
                    .value = std::move(value)};
  co_return co_await parts_->write(std::move(order));
}

Task<Result<Written>> EtcdStore::cas(Key key, Version version, Bytes value) {
  if (!is_within_bounds(key) || value.size() > value_bytes_max) co_return out_of_bounds();
  // To etcd, revision 0 is that of a missing key.
  if (version == Version{}) co_return Written{Write::refused, {}};
  etcd::Order order{.kind = etcd::Order::Kind::cas,
                    .key = parts_->folder + key.text(),
                    .revision = static_cast<std::int64_t>(version),
                    .value = std::move(value)};
  co_return co_await parts_->write(std::move(order));
}

Task<Result<std::vector<Listed>>> EtcdStore::scan(std::string prefix, std::string after,
                                                  std::size_t items_max) {
  const std::string& folder = parts_->folder;
  std::string first = folder + prefix;
  std::string end = behind(first);
  if (!after.empty()) first = std::max(first, folder + after + '\0');
  if (first >= end) co_return std::vector<Listed>();
  etcd::Order order{.kind = etcd::Order::Kind::scan,
                    .key = std::move(first),
                    .end = std::move(end),
                    .limit = static_cast<std::int64_t>(items_max)};
  auto reply = co_await parts_->calls->ask(std::move(order));
  if (!reply) co_return reply.error();
  for (Listed& listed : reply->found) listed.key = Key(listed.key.text().substr(folder.size()));
  co_return std::move(reply->found);
}

std::unique_ptr<Watching> EtcdStore::watch(Key key, std::function<void()> changed) {
  return parts_->watcher->watch(parts_->folder + key.text(), std::move(changed));
}

}  // namespace posse
