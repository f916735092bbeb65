/// Where nodes answer.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace posse {

/// One node, as a client reaches it.
struct NodeAddress {
  std::string host;  ///< A name or an IP address; of IPv6 without the brackets.
  std::string port;
  std::string url;  ///< As people write it, without a slash at its end.
};

/// Addresses that one client may be given.
inline constexpr std::size_t node_addresses_max = 64;

/// What a list of nodes must be, for usage messages. A node speaks no TLS; a proxy before it does.
inline constexpr const char* node_addresses_rule =
    "must be http://HOST:PORT, at most 64 of them with commas between";

/// Reads a list as above; empty if it is anything else. Without a port it is 80.
std::optional<std::vector<NodeAddress>> read_node_addresses(std::string_view text);

}  // namespace posse
