/// Reading addresses.
// SPDX-License-Identifier: Apache-2.0
#include "client/node_address.h"

#include <algorithm>
#include <utility>

#include "core/text.h"

namespace posse {
namespace {

constexpr std::string_view scheme = "http://";
constexpr std::size_t host_bytes_max = 253;  // RFC 1035
constexpr std::int64_t port_max = 65535;

bool is_host(std::string_view text, bool bracketed) {
  const std::string_view more = bracketed ? ":." : "-._";
  const auto allowed = [more](unsigned char c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return letter || (c >= '0' && c <= '9') || more.find(static_cast<char>(c)) != more.npos;
  };
  return !text.empty() && text.size() <= host_bytes_max && std::ranges::all_of(text, allowed);
}

std::optional<NodeAddress> read_one(std::string_view text) {
  if (!text.starts_with(scheme)) return {};
  std::string_view rest = text.substr(scheme.size());
  if (rest.ends_with('/')) rest.remove_suffix(1);
  NodeAddress address{.host = {}, .port = "80", .url = std::string(scheme) + std::string(rest)};
  const bool bracketed = rest.starts_with('[');
  const std::size_t host_end = bracketed ? rest.find(']') : rest.find(':');
  const std::string_view host = rest.substr(bracketed ? 1 : 0, host_end - (bracketed ? 1 : 0));
  if (bracketed && host_end == rest.npos) return {};
  if (!is_host(host, bracketed)) return {};
  address.host = host;
  const std::size_t after = bracketed ? host_end + 1 : host_end;
  if (after >= rest.size()) return address;
  if (rest[after] != ':') return {};
  const auto port = whole_number(rest.substr(after + 1));
  if (!port || *port < 1 || *port > port_max) return {};
  address.port = std::to_string(*port);
  return address;
}

}  // namespace

std::optional<std::vector<NodeAddress>> read_node_addresses(std::string_view text) {
  std::vector<NodeAddress> addresses;
  while (addresses.size() < node_addresses_max) {
    const std::size_t comma = text.find(',');
    auto address = read_one(text.substr(0, comma));
    if (!address) return {};
    addresses.push_back(*std::move(address));
    if (comma == text.npos) return addresses;
    text.remove_prefix(comma + 1);
  }
  return {};
}

}  // namespace posse
