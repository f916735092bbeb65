/// Reading a Couchbase store URL.
// SPDX-License-Identifier: Apache-2.0
#include "stores/couchbase/couchbase_place.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "core/text.h"

namespace posse {
namespace {

using couchbase::Durability;

constexpr std::string_view plain_scheme = "couchbase://";
constexpr std::string_view secure_scheme = "couchbases://";
constexpr std::size_t prefix_bytes_max = 40;
constexpr std::size_t bucket_bytes_max = 100;
constexpr std::size_t collection_bytes_max = 251;
constexpr std::int64_t port_max = 65535;

struct NamedDurability {
  std::string_view name;
  Durability durability;
};
constexpr std::array durabilities{
    NamedDurability{"majority", Durability::majority},
    NamedDurability{"majority_and_persist", Durability::majority_and_persist},
    NamedDurability{"persist_to_majority", Durability::persist_to_majority},
};

Error wrong(const std::string& what) {
  return Error{Errc::unavailable, what};
}

std::string in_ticks(std::string_view text) {
  return '`' + std::string(text) + '`';
}

/// What stands before `mark`, which is cut off with it; all of it if there is none.
std::string_view cut(std::string_view& rest, char mark) {
  const std::size_t at = rest.find(mark);
  const std::string_view part = rest.substr(0, at);
  rest = at == std::string_view::npos ? std::string_view() : rest.substr(at + 1);
  return part;
}

bool is_letter_or_digit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// Whether `text` has 1 to `bytes_max` letters, digits and `marks`.
bool is_made_of(std::string_view text, std::string_view marks, std::size_t bytes_max) {
  const auto is_allowed = [marks](char c) {
    return is_letter_or_digit(c) || marks.find(c) != std::string_view::npos;
  };
  return !text.empty() && text.size() <= bytes_max &&
         std::all_of(text.begin(), text.end(), is_allowed);
}

bool is_node(std::string_view node) {
  constexpr std::size_t host_bytes_max = 255;
  std::string_view host = node;
  if (const std::size_t colon = node.rfind(':');
      colon != std::string_view::npos && !node.ends_with(']')) {
    const auto port = whole_number(node.substr(colon + 1));
    if (!port || *port < 1 || *port > port_max) return false;
    host = node.substr(0, colon);
  }
  if (host.starts_with('[') && host.ends_with(']') && host.size() > 2)
    return is_made_of(host.substr(1, host.size() - 2), ":.", host_bytes_max);
  return is_made_of(host, "-._", host_bytes_max);
}

/// Nodes, with the user before them.
Result<void> read_authority(std::string_view authority, CouchbasePlace& place) {
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
    const std::string_view user = authority.substr(0, at);
    authority.remove_prefix(at + 1);
    if (user.find(':') != std::string_view::npos)
      return wrong("a password belongs into a file, password_file=FILE");
    const auto is_printable = [](char c) { return c > ' ' && c < '\x7f'; };
    if (user.empty() || !std::all_of(user.begin(), user.end(), is_printable))
      return wrong("the user has no name");
    place.user = user;
  }
  for (bool is_more = true; is_more;) {
    is_more = authority.find(',') != std::string_view::npos;
    const std::string_view node = cut(authority, ',');
    if (!is_node(node)) return wrong("a node must be HOST or HOST:PORT, not " + in_ticks(node));
    place.nodes.emplace_back(node);
  }
  return {};
}

Result<void> read_path(std::string_view path, CouchbasePlace& place) {
  const bool is_parted = path.find('/') != std::string_view::npos;
  place.bucket = cut(path, '/');
  if (place.bucket.empty()) return wrong("a bucket is missing: couchbase://USER@HOST/BUCKET");
  if (!is_made_of(place.bucket, "-_.%", bucket_bytes_max))
    return wrong("a bucket has 1 to 100 letters, digits, `-`, `_`, `.` and `%`, not " +
                 in_ticks(place.bucket));
  if (!is_parted) return {};
  place.scope = cut(path, '/');
  place.collection = path;
  for (const std::string& name : {place.scope, place.collection}) {
    if (!is_made_of(name, "-_%", collection_bytes_max))
      return wrong(
          "behind the bucket stand a scope and a collection, /SCOPE/COLLECTION, of 1 to "
          "251 letters, digits, `-`, `_` and `%` each, not " +
          in_ticks(place.scope + '/' + place.collection));
  }
  return {};
}

Result<void> read_durability(std::string_view name, CouchbasePlace& place) {
  const auto* const found = std::ranges::find(durabilities, name, &NamedDurability::name);
  if (found == durabilities.end())
    return wrong("durability is majority, majority_and_persist or persist_to_majority, not " +
                 in_ticks(name));
  place.durability = found->durability;
  return {};
}

Result<void> read_prefix(std::string_view prefix, CouchbasePlace& place) {
  if (!is_made_of(prefix, "-_.", prefix_bytes_max))
    return wrong("a prefix has 1 to 40 letters, digits, `-`, `_` and `.`, not " + in_ticks(prefix));
  place.prefix = prefix;
  return {};
}

Result<void> read_option(std::string_view option, CouchbasePlace& place) {
  const std::string_view name = cut(option, '=');
  if (option.empty()) return wrong("the option " + std::string(name) + " has no value");
  if (name == "durability") return read_durability(option, place);
  if (name == "prefix") return read_prefix(option, place);
  std::filesystem::path* file = nullptr;
  if (name == "password_file") file = &place.password_file;
  if (name == "ca") file = &place.ca;
  if (name == "cert") file = &place.cert;
  if (name == "key") file = &place.key;
  if (file == nullptr)
    return wrong("the options are password_file, prefix, durability, ca, cert and key, not " +
                 in_ticks(name));
  *file = option;
  return {};
}

/// Options that need each other.
Result<void> check(const CouchbasePlace& place) {
  if (place.user.empty() != place.password_file.empty())
    return wrong(
        "a user and password_file go together: couchbase://USER@HOST/BUCKET?password_file=FILE");
  if (place.cert.empty() != place.key.empty()) return wrong("cert and key go together");
  const bool has_files = !place.ca.empty() || !place.cert.empty();
  if (has_files && !place.is_secure) return wrong("ca, cert and key are for couchbases://");
  if (place.user.empty() && place.cert.empty())
    return wrong("Couchbase wants a user, USER@HOST with password_file=FILE, or cert and key");
  if (!place.user.empty() && !place.cert.empty())
    return wrong("a user with a password, or cert and key: not both");
  return {};
}

}  // namespace

Result<CouchbasePlace> couchbase_place(const std::string& url) {
  CouchbasePlace place;
  place.is_secure = url.starts_with(secure_scheme);
  if (!place.is_secure && !url.starts_with(plain_scheme))
    return wrong("must be " + std::string(couchbase_url_rule));
  std::string_view options(url);
  options.remove_prefix((place.is_secure ? secure_scheme : plain_scheme).size());
  std::string_view path = cut(options, '?');
  if (auto read = read_authority(cut(path, '/'), place); !read) return read.error();
  if (auto read = read_path(path, place); !read) return read.error();
  while (!options.empty()) {
    if (auto read = read_option(cut(options, '&'), place); !read) return read.error();
  }
  if (auto checked = check(place); !checked) return checked.error();
  return place;
}

}  // namespace posse
