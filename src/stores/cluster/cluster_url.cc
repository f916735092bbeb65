/// Reading parts of a store URL.
// SPDX-License-Identifier: Apache-2.0
#include "stores/cluster/cluster_url.h"

#include <algorithm>
#include <cstdint>

#include "core/text.h"

namespace posse {

Error wrong_url(const std::string& what) {
  return Error{Errc::unavailable, what};
}

std::string_view cut(std::string_view& rest, char mark) {
  const std::size_t at = rest.find(mark);
  const std::string_view part = rest.substr(0, at);
  rest = at == std::string_view::npos ? std::string_view() : rest.substr(at + 1);
  return part;
}

bool is_made_of(std::string_view text, std::string_view marks, std::size_t bytes_max) {
  const auto is_allowed = [marks](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           marks.find(c) != std::string_view::npos;
  };
  return !text.empty() && text.size() <= bytes_max && std::ranges::all_of(text, is_allowed);
}

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

bool is_port(std::string_view text) {
  constexpr std::int64_t port_max = 65535;
  const auto port = whole_number(text);
  return port && *port >= 1 && *port <= port_max;
}

std::string quoted_node(std::string_view node) {
  constexpr std::size_t port_digits_max = 5;
  const std::size_t colon = std::min(node.find(':'), node.size());
  const bool is_number = node.find_first_not_of("0123456789:", colon) == std::string_view::npos &&
                         node.size() <= node.rfind(':') + 1 + port_digits_max;
  if (colon == node.size() || is_number) return '`' + std::string(node) + '`';
  return '`' + std::string(node.substr(0, colon)) + ":...`";
}

Result<std::string> cut_user(std::string_view& authority) {
  const std::size_t at = authority.rfind('@');
  if (at == std::string_view::npos) return std::string();
  const std::string_view user = authority.substr(0, at);
  authority.remove_prefix(at + 1);
  if (user.find(':') != std::string_view::npos)
    return wrong_url("a password belongs into a file, password_file=FILE");
  if (user.empty()) return wrong_url("the user has no name");
  if (!is_printable(user)) return wrong_url("a user's name has no blanks, and is of ASCII");
  return std::string(user);
}

Result<UrlOption> cut_option(std::string_view& options, std::vector<std::string_view>& names) {
  std::string_view value = cut(options, '&');
  const std::string_view name = cut(value, '=');
  const std::string text(name);
  if (name.empty()) return wrong_url("an option has no name: ?NAME=VALUE&NAME=VALUE");
  if (value.empty()) return wrong_url("the option " + text + " has no value");
  if (std::ranges::find(names, name) != names.end())
    return wrong_url("the option " + text + " is there twice");
  names.push_back(name);
  return UrlOption{name, value};
}

Result<void> check_together(const ClusterFiles& files, ClusterAccess access) {
  if (files.cert.empty() != files.key.empty()) return wrong_url("cert and key go together");
  const bool has_files = !files.ca.empty() || !files.cert.empty();
  if (has_files && !access.is_secure)
    return wrong_url("ca, cert and key are for " + std::string(access.secure_scheme));
  return {};
}

}  // namespace posse
