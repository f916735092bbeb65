/// Reading an etcd store URL.
// SPDX-License-Identifier: Apache-2.0
#include "stores/etcd/etcd_place.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "core/text.h"

namespace posse {
namespace {

constexpr std::string_view plain_scheme = "etcd://";
constexpr std::string_view secure_scheme = "etcds://";
constexpr std::size_t prefix_bytes_max = 100;
constexpr std::int64_t port_max = 65535;

Error wrong(const std::string& what) {
  return Error{Errc::unavailable, what};
}

/// What stands before `mark`, which is cut off with it; all of it if there is none.
std::string_view cut(std::string_view& rest, char mark) {
  const std::size_t at = rest.find(mark);
  const std::string_view part = rest.substr(0, at);
  rest = at == std::string_view::npos ? std::string_view() : rest.substr(at + 1);
  return part;
}

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

bool is_member(std::string_view member) {
  const std::size_t colon = member.rfind(':');
  if (colon == std::string_view::npos || colon == 0 || !is_printable(member)) return false;
  const std::string_view host = member.substr(0, colon);
  const bool is_bracketed = host.front() == '[' && host.back() == ']';
  if (!is_bracketed && host.find_first_of(":[]@") != std::string_view::npos) return false;
  const auto port = whole_number(member.substr(colon + 1));
  return port && *port >= 1 && *port <= port_max;
}

bool is_prefix(std::string_view prefix) {
  const auto is_allowed = [](char c) {
    constexpr std::string_view marks = "-_./";
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           marks.find(c) != std::string_view::npos;
  };
  return !prefix.empty() && prefix.size() <= prefix_bytes_max && prefix.front() != '/' &&
         prefix.back() != '/' && std::all_of(prefix.begin(), prefix.end(), is_allowed);
}

/// Members, with the user before them.
Result<void> read_authority(std::string_view authority, EtcdPlace& place) {
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
    place.user = authority.substr(0, at);
    authority.remove_prefix(at + 1);
    const bool has_password = place.user.find(':') != std::string::npos;
    if (has_password) return wrong("a password belongs into a file, password_file=FILE");
    if (place.user.empty() || !is_printable(place.user)) return wrong("the user has no name");
  }
  for (bool is_more = true; is_more;) {
    is_more = authority.find(',') != std::string_view::npos;
    const std::string_view member = cut(authority, ',');
    if (!is_member(member))
      return wrong("a member must be HOST:PORT, not `" + std::string(member) + "`");
    place.members.emplace_back(member);
  }
  return {};
}

Result<void> read_option(std::string_view option, EtcdPlace& place) {
  const std::string_view name = cut(option, '=');
  const std::string text(name);
  if (option.empty()) return wrong("the option " + text + " has no value");
  std::filesystem::path* file = nullptr;
  if (name == "password_file") file = &place.password_file;
  if (name == "ca") file = &place.ca;
  if (name == "cert") file = &place.cert;
  if (name == "key") file = &place.key;
  if (file == nullptr)
    return wrong("the options are password_file, ca, cert and key, not `" + text + "`");
  *file = option;
  return {};
}

/// Options that need each other.
Result<void> check(const EtcdPlace& place) {
  if (place.user.empty() != place.password_file.empty())
    return wrong("a user and password_file go together: etcd://USER@HOST:PORT?password_file=FILE");
  if (place.cert.empty() != place.key.empty()) return wrong("cert and key go together");
  const bool has_files = !place.ca.empty() || !place.cert.empty();
  if (has_files && !place.is_secure) return wrong("ca, cert and key are for etcds://");
  return {};
}

}  // namespace

Result<EtcdPlace> etcd_place(const std::string& url) {
  EtcdPlace place;
  place.is_secure = url.starts_with(secure_scheme);
  if (!place.is_secure && !url.starts_with(plain_scheme))
    return wrong("must be " + std::string(etcd_url_rule));
  std::string_view options(url);
  options.remove_prefix((place.is_secure ? secure_scheme : plain_scheme).size());
  std::string_view path = cut(options, '?');
  const bool has_prefix = path.find('/') != std::string_view::npos;
  if (auto read = read_authority(cut(path, '/'), place); !read) return read.error();
  if (has_prefix) {
    if (!is_prefix(path))
      return wrong("a prefix has 1 to 100 letters, digits, `-`, `_`, `.` and `/` between them");
    place.prefix = path;
  }
  while (!options.empty()) {
    if (auto read = read_option(cut(options, '&'), place); !read) return read.error();
  }
  if (auto checked = check(place); !checked) return checked.error();
  return place;
}

}  // namespace posse
