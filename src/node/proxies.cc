/// Reading X-Forwarded-For from its end.
// SPDX-License-Identifier: Apache-2.0
#include "node/proxies.h"

#include <algorithm>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>

namespace posse {
namespace ip = boost::asio::ip;
namespace {

constexpr unsigned short mapped_bits = 96;

std::optional<ip::address_v6> parsed(std::string_view text) {
  boost::system::error_code wrong;
  const auto address = ip::make_address(text, wrong);
  if (wrong || (address.is_v6() && address.to_v6().scope_id() != 0)) return {};
  return address.is_v4() ? ip::make_address_v6(ip::v4_mapped, address.to_v4()) : address.to_v6();
}

std::string written(const ip::address_v6& address) {
  if (!address.is_v4_mapped()) return address.to_string();
  return ip::make_address_v4(ip::v4_mapped, address).to_string();
}

/// One element of the field: an address, perhaps with a port, which some proxies add.
std::optional<ip::address_v6> element(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  text = text.substr(first, text.find_last_not_of(" \t") - first + 1);
  if (text.starts_with('[')) return parsed(text.substr(1, text.find(']') - 1));
  const bool has_port = std::ranges::count(text, ':') == 1;
  return parsed(has_port ? text.substr(0, text.find(':')) : text);
}

}  // namespace

bool TrustedProxies::add(const std::string& text) {
  if (const auto address = parsed(text)) {
    networks_.emplace_back(*address, 128);
    return true;
  }
  boost::system::error_code wrong;
  const auto v4 = ip::make_network_v4(text, wrong);
  if (!wrong) {
    const auto mapped = ip::make_address_v6(ip::v4_mapped, v4.network());
    networks_.emplace_back(mapped, static_cast<unsigned short>(mapped_bits + v4.prefix_length()));
    return true;
  }
  wrong.clear();
  const auto v6 = ip::make_network_v6(text, wrong);
  if (!wrong) networks_.push_back(v6.canonical());
  return !wrong;
}

bool TrustedProxies::contains(const std::string& address) const {
  if (networks_.empty()) return false;
  const auto asked = parsed(address);
  return asked && std::ranges::any_of(networks_, [&asked](const ip::network_v6& network) {
           return ip::network_v6(*asked, network.prefix_length()).canonical() ==
                  network.canonical();
         });
}

std::string TrustedProxies::client(const std::string& peer, std::string_view forwarded) const {
  std::string client = peer;
  while (contains(client) && !forwarded.empty()) {
    const auto comma = forwarded.rfind(',');
    const auto before = comma == std::string_view::npos ? 0 : comma + 1;
    const auto next = element(forwarded.substr(before));
    if (!next) break;  // nobody's address: the proxy that has let it through stands for it
    client = written(*next);
    forwarded = comma == std::string_view::npos ? "" : forwarded.substr(0, comma);
  }
  return client;
}

}  // namespace posse
