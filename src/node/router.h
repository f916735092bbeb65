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
  /// `pattern` is a path whose `{name}` segments stand for any one segment; of the API, the query
  /// has the `parameters` and nothing else.
  void add(std::string method, const std::string& pattern, Handler handler,
           std::vector<std::string> parameters = {});

  struct Route {
    std::string method;
    std::string pattern;
    std::vector<std::string> segments;
    Handler handler;
    std::vector<std::string> parameters;
  };

  /// The route of `request`, whose `parts` it fills; else the problem to answer: 404 if there is
  /// none, 405 with the methods there are, 400 if its query is not the route's, 412 if its If-Match
  /// does not. HEAD is GET. `OPTIONS *` is told all methods.
  std::variant<const Route*, Response> route(Request& request) const;

 private:
  Response options_of_all() const;

  std::vector<Route> routes_;
};

}  // namespace posse
