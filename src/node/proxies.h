/// Whose word counts for where a request comes from.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/ip/network_v6.hpp>

namespace posse {

/// Addresses of proxies before the node. Of a request that comes from one, `X-Forwarded-For`
/// says who has asked: each proxy appends whom it was asked by, so the last one that is no proxy of
/// ours counts, and what stands before it, which anybody can write, does not.
class TrustedProxies {
 public:
  /// One IP address, or a network such as 10.0.0.0/28. Empty if `text` is neither.
  static constexpr const char* rule = "must be IP addresses or networks such as 10.0.0.0/28";
  bool add(const std::string& text);

  bool contains(const std::string& address) const;

  /// Who has asked: `peer`, at the other end of the connection, or whom it names in `forwarded`,
  /// the value of that field. An address in the usual writing.
  std::string client(const std::string& peer, std::string_view forwarded) const;

 private:
  std::vector<boost::asio::ip::network_v6> networks_;  // IPv4 as mapped addresses
};

}  // namespace posse
