/// Which handler answers a request.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "node/http.h"

namespace posse {

/// A table of routes. Paths are taken as they come: nothing is decoded, collapsed or guessed.
class Router {
 public:
  /// `pattern` is a path whose `{name}` segments stand for any one segment.
  void add(std::string method, const std::string& pattern, Handler handler);

  struct Route {
    std::string method;
    std::string pattern;
    std::vector<std::string> segments;
    Handler handler;
  };

  /// The route of `request`, whose `parts` it fills; else the problem to answer: 404 if there is
  /// none, 405 with the methods there are. HEAD is GET.
  std::variant<const Route*, Response> route(Request& request) const;

 private:
  std::vector<Route> routes_;
};

}  // namespace posse
