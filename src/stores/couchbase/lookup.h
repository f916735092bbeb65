/// The addresses of nodes that are named: libcouchbase would look them up on its caller's thread.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

namespace posse::couchbase {

/// Looks names up, one after the other, on a thread that Asio keeps for that. Destroying it, or
/// starting anew, gives up what is under way: nobody is called any more, but the executor's context
/// has work until the system has answered, and its end waits for that.
class Lookup {
 public:
  explicit Lookup(boost::asio::any_io_executor executor);
  Lookup(const Lookup&) = delete;
  Lookup& operator=(const Lookup&) = delete;
  ~Lookup();

  /// Calls `ended` once, from below or later, with `nodes`, HOST or HOST:PORT each, whose names are
  /// replaced by all their addresses; those of IPv6 only where a name has no others. What cannot be
  /// looked up is left out.
  void start(std::vector<std::string> nodes, std::function<void(std::vector<std::string>)> ended);

 private:
  class Search;
  boost::asio::any_io_executor executor_;
  std::shared_ptr<Search> search_;
};

/// Whether nobody has to be asked where `node` is: it is an address, in digits or in brackets.
bool is_address(const std::string& node);

}  // namespace posse::couchbase
