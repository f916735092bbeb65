/// Reading an etcd store URL.
// SPDX-License-Identifier: Apache-2.0
#include "stores/etcd/etcd_place.h"

#include <string_view>
#include <utility>
#include <vector>

#include "stores/cluster/cluster_url.h"

namespace posse {
namespace {

constexpr std::string_view plain_scheme = "etcd://";
constexpr std::string_view secure_scheme = "etcds://";
constexpr std::size_t prefix_bytes_max = 100;

bool is_member(std::string_view member) {
  const std::size_t colon = member.rfind(':');
  if (colon == std::string_view::npos || colon == 0 || !is_printable(member)) return false;
  const std::string_view host = member.substr(0, colon);
  const bool is_bracketed = host.front() == '[' && host.back() == ']';
  if (!is_bracketed && host.find_first_of(":[]@") != std::string_view::npos) return false;
  return is_port(member.substr(colon + 1));
}

bool is_prefix(std::string_view prefix) {
  return is_made_of(prefix, "-_./", prefix_bytes_max) && prefix.front() != '/' &&
         prefix.back() != '/';
}

/// Members, with the user before them.
Result<void> read_authority(std::string_view authority, EtcdPlace& place) {
  auto user = cut_user(authority);
  if (!user) return user.error();
  place.user = *std::move(user);
  for (bool is_more = true; is_more;) {
    is_more = authority.find(',') != std::string_view::npos;
    const std::string_view member = cut(authority, ',');
    if (!is_member(member))
      return wrong_url("a member must be HOST:PORT, not " + quoted_node(member));
    place.members.emplace_back(member);
  }
  return {};
}

Result<void> read_option(UrlOption option, EtcdPlace& place) {
  std::filesystem::path* const file = file_option(place.files, option.name);
  if (file == nullptr)
    return wrong_url("the options are password_file, ca, cert and key, not `" +
                     std::string(option.name) + "`");
  *file = option.value;
  return {};
}

/// Options that need each other.
Result<void> check(const EtcdPlace& place) {
  if (place.user.empty() != place.files.password_file.empty())
    return wrong_url(
        "a user and password_file go together: etcd://USER@HOST:PORT?password_file=FILE");
  return check_together(place.files, {.secure_scheme = "etcds://", .is_secure = place.is_secure});
}

}  // namespace

Result<EtcdPlace> etcd_place(const std::string& url) {
  EtcdPlace place;
  place.is_secure = url.starts_with(secure_scheme);
  if (!place.is_secure && !url.starts_with(plain_scheme))
    return wrong_url("must be " + std::string(etcd_url_rule));
  std::string_view options(url);
  options.remove_prefix((place.is_secure ? secure_scheme : plain_scheme).size());
  std::string_view path = cut(options, '?');
  const bool has_prefix = path.find('/') != std::string_view::npos;
  if (auto read = read_authority(cut(path, '/'), place); !read) return read.error();
  if (has_prefix) {
    if (!is_prefix(path))
      return wrong_url("a prefix has 1 to 100 letters, digits, `-`, `_`, `.` and `/` between them");
    place.prefix = path;
  }
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
