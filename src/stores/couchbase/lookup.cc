/// Lookups by Asio's resolver.
// SPDX-License-Identifier: Apache-2.0
#include "stores/couchbase/lookup.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include <boost/asio/ip/tcp.hpp>

namespace posse::couchbase {
namespace {

using Resolver = boost::asio::ip::tcp::resolver;

/// `port` with its colon, or empty.
std::vector<std::string> addresses(const Resolver::results_type& found, const std::string& port) {
  std::vector<std::string> old_ones;
  std::vector<std::string> new_ones;
  for (const auto& one : found) {
    const auto address = one.endpoint().address();
    if (address.is_v4())
      old_ones.push_back(address.to_string() + port);
    else
      new_ones.push_back('[' + address.to_string() + ']' + port);
  }
  return old_ones.empty() ? new_ones : old_ones;
}

}  // namespace

/// One start() until it has ended. It lives on in the resolver's hands, and then tells nobody.
class Lookup::Search : public std::enable_shared_from_this<Search> {
 public:
  Search(const boost::asio::any_io_executor& executor, std::vector<std::string> nodes,
         std::function<void(std::vector<std::string>)> ended)
      : resolver_(executor), nodes_(std::move(nodes)), ended_(std::move(ended)) {}

  void go_on() {
    while (next_ < nodes_.size() && is_address(nodes_[next_])) found_.push_back(nodes_[next_++]);
    if (next_ == nodes_.size()) {
      if (const auto told = std::exchange(ended_, nullptr)) told(std::move(found_));
      return;
    }
    const std::string& node = nodes_[next_++];
    const std::size_t colon = std::min(node.find(':'), node.size());
    resolver_.async_resolve(
        node.substr(0, colon), "",
        [search = shared_from_this(), port = node.substr(colon)](
            boost::system::error_code wrong, const Resolver::results_type& found) {
          if (!search->ended_) return;
          if (!wrong) {
            for (std::string& one : addresses(found, port))
              search->found_.push_back(std::move(one));
          }
          search->go_on();
        });
  }

  void give_up() {
    ended_ = nullptr;
    resolver_.cancel();
  }

 private:
  Resolver resolver_;
  std::vector<std::string> nodes_;
  std::function<void(std::vector<std::string>)> ended_;  // empty once told, or given up
  std::vector<std::string> found_;
  std::size_t next_ = 0;
};

Lookup::Lookup(boost::asio::any_io_executor executor) : executor_(std::move(executor)) {}

Lookup::~Lookup() {
  if (search_ != nullptr) search_->give_up();
}

void Lookup::start(std::vector<std::string> nodes,
                   std::function<void(std::vector<std::string>)> ended) {
  if (search_ != nullptr) search_->give_up();
  search_ = std::make_shared<Search>(executor_, std::move(nodes), std::move(ended));
  search_->go_on();
}

bool is_address(const std::string& node) {
  return node.starts_with('[') || node.find_first_not_of("0123456789.:") == std::string::npos;
}

}  // namespace posse::couchbase
