/// Reading a Couchbase store URL.
// SPDX-License-Identifier: Apache-2.0
#include "stores/couchbase/couchbase_place.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "stores/cluster/cluster_url.h"

namespace posse {
namespace {

using couchbase::Durability;

constexpr std::string_view plain_scheme = "couchbase://";
constexpr std::string_view secure_scheme = "couchbases://";
constexpr std::size_t prefix_bytes_max = 40;
constexpr std::size_t bucket_bytes_max = 100;
constexpr std::size_t collection_bytes_max = 251;

struct NamedDurability {
  std::string_view name;
  Durability durability;
};
constexpr std::array durabilities{
    NamedDurability{"majority", Durability::majority},
    NamedDurability{"majority_and_persist", Durability::majority_and_persist},
    NamedDurability{"persist_to_majority", Durability::persist_to_majority},
};

std::string in_ticks(std::string_view text) {
  return '`' + std::string(text) + '`';
}

bool is_node(std::string_view node) {
  constexpr std::size_t host_bytes_max = 255;
  std::string_view host = node;
  if (const std::size_t colon = node.rfind(':');
      colon != std::string_view::npos && !node.ends_with(']')) {
    if (!is_port(node.substr(colon + 1))) return false;
    host = node.substr(0, colon);
  }
  if (host.starts_with('[') && host.ends_with(']'))
    return host.find(':') != std::string_view::npos &&
           host.find_first_not_of("0123456789abcdefABCDEF:.", 1) == host.size() - 1;
  return is_made_of(host, "-._", host_bytes_max);
}

/// Nodes, with the user before them.
Result<void> read_authority(std::string_view authority, CouchbasePlace& place) {
  auto user = cut_user(authority);
  if (!user) return user.error();
  place.user = *std::move(user);
  for (bool is_more = true; is_more;) {
    is_more = authority.find(',') != std::string_view::npos;
    const std::string_view node = cut(authority, ',');
    if (!is_node(node))
      return wrong_url("a node must be HOST or HOST:PORT, an address of IPv6 in brackets, not " +
                       quoted_node(node));
    place.nodes.emplace_back(node);
  }
  return {};
}

Result<void> read_path(std::string_view path, CouchbasePlace& place) {
  const bool is_parted = path.find('/') != std::string_view::npos;
  place.bucket = cut(path, '/');
  if (place.bucket.empty()) return wrong_url("a bucket is missing: couchbase://USER@HOST/BUCKET");
  if (!is_made_of(place.bucket, "-_.%", bucket_bytes_max))
    return wrong_url("a bucket has 1 to 100 letters, digits, `-`, `_`, `.` and `%`, not " +
                     in_ticks(place.bucket));
  if (!is_parted) return {};
  place.scope = cut(path, '/');
  place.collection = path;
  for (const std::string& name : {place.scope, place.collection}) {
    if (!is_made_of(name, "-_%", collection_bytes_max))
      return wrong_url(
          "behind the bucket stand a scope and a collection, /SCOPE/COLLECTION, of 1 to "
          "251 letters, digits, `-`, `_` and `%` each, not " +
          in_ticks(place.scope + '/' + place.collection));
  }
  return {};
}

Result<void> read_durability(std::string_view name, CouchbasePlace& place) {
  const auto* const found = std::ranges::find(durabilities, name, &NamedDurability::name);
  if (found == durabilities.end())
    return wrong_url("durability is majority, majority_and_persist or persist_to_majority, not " +
                     in_ticks(name));
  place.durability = found->durability;
  return {};
}

Result<void> read_prefix(std::string_view prefix, CouchbasePlace& place) {
  if (!is_made_of(prefix, "-_.", prefix_bytes_max))
    return wrong_url("a prefix has 1 to 40 letters, digits, `-`, `_` and `.`, not " +
                     in_ticks(prefix));
  place.prefix = prefix;
  return {};
}

Result<void> read_option(UrlOption option, CouchbasePlace& place) {
  if (option.name == "durability") return read_durability(option.value, place);
  if (option.name == "prefix") return read_prefix(option.value, place);
  std::filesystem::path* const file = file_option(place.files, option.name);
  if (file == nullptr)
    return wrong_url("the options are password_file, prefix, durability, ca, cert and key, not " +
                     in_ticks(option.name));
  *file = option.value;
  return {};
}

/// Options that need each other.
Result<void> check(const CouchbasePlace& place) {
  if (place.user.empty() != place.files.password_file.empty())
    return wrong_url(
        "a user and password_file go together: couchbase://USER@HOST/BUCKET?password_file=FILE");
  const ClusterAccess access{.secure_scheme = "couchbases://", .is_secure = place.is_secure};
  if (auto checked = check_together(place.files, access); !checked) return checked.error();
  if (place.is_secure && place.files.ca.empty())
    return wrong_url(
        "couchbases:// wants ca=FILE, the cluster's own authority: libcouchbase compares no names "
        "of "
        "hosts, so whatever a public authority has signed would do");
  if (place.user.empty() && place.files.cert.empty())
    return wrong_url("Couchbase wants a user, USER@HOST with password_file=FILE, or cert and key");
  if (!place.user.empty() && !place.files.cert.empty())
    return wrong_url("a user with a password, or cert and key: not both");
  return {};
}

}  // namespace

Result<CouchbasePlace> couchbase_place(const std::string& url) {
  CouchbasePlace place;
  place.is_secure = url.starts_with(secure_scheme);
  if (!place.is_secure && !url.starts_with(plain_scheme))
    return wrong_url("must be " + std::string(couchbase_url_rule));
  std::string_view options(url);
  options.remove_prefix((place.is_secure ? secure_scheme : plain_scheme).size());
  std::string_view path = cut(options, '?');
  if (auto read = read_authority(cut(path, '/'), place); !read) return read.error();
  if (auto read = read_path(path, place); !read) return read.error();
  std::vector<std::string_view> names;
  while (!options.empty()) {
    const auto option = cut_option(options, names);
    if (!option) return option.error();
    if (auto read = read_option(*option, place); !read) return read.error();
  }
  if (auto checked = check(place); !checked) return checked.error();
  return place;
}

}  // namespace posse
