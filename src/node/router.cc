/// Matching paths.
// SPDX-License-Identifier: Apache-2.0
#include "node/router.h"

#include <algorithm>
#include <set>
#include <utility>

namespace posse {
namespace {

std::vector<std::string> segments_of(std::string_view path) {
  std::vector<std::string> segments;
  while (!path.empty()) {
    path.remove_prefix(1);  // the slash
    const std::size_t end = std::min(path.find('/'), path.size());
    segments.emplace_back(path.substr(0, end));
    path.remove_prefix(end);
  }
  return segments;
}

bool is_name(const std::string& segment) {
  return segment.starts_with('{');
}

bool matches(const std::vector<std::string>& pattern, const std::vector<std::string>& path) {
  if (pattern.size() != path.size()) return false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (is_name(pattern[i]) ? path[i].empty() : pattern[i] != path[i]) return false;
  }
  return true;
}

/// As a field Allow has them.
std::string list_of(const std::set<std::string>& methods) {
  std::string allowed;
  for (const auto& method : methods) {
    allowed += (allowed.empty() ? "" : ", ") + method;
    if (method == "GET") allowed += ", HEAD";
  }
  return allowed;
}

Response not_allowed(const std::set<std::string>& methods) {
  const std::string allowed = list_of(methods);
  Response response =
      problem(405, "method_not_allowed", "this path knows " + allowed + " and nothing else");
  response.fields.emplace_back("Allow", allowed);
  return response;
}

/// What a call of the API must not ask for. Pages and metrics may be linked to with anything.
std::optional<Response> objection(const Request& request, const Router::Route& route) {
  if (!route.pattern.starts_with("/v1/")) return {};
  for (const auto& [name, value] : request.query) {
    if (std::ranges::find(route.parameters, name) == route.parameters.end()) {
      return problem(400, "bad_request", "`" + name + "` is no parameter of this path");
    }
    if (request.query.count(name) > 1) {
      return problem(400, "bad_request", "`" + name + "` must be there once in the query");
    }
  }
  // It compares strongly (RFC 9110, 13.1.1), and our tags are weak.
  const std::string_view tags = request.field("if-match");
  if (tags.empty() || tags == "*") return {};
  return problem(412, "precondition_failed",
                 "If-Match must be left out or `*`: no ETag of the API is a strong one");
}

}  // namespace

void Router::add(std::string method, const std::string& pattern, Handler handler,
                 std::vector<std::string> parameters) {
  routes_.push_back({.method = std::move(method),
                     .pattern = pattern,
                     .segments = segments_of(pattern),
                     .handler = std::move(handler),
                     .parameters = std::move(parameters)});
}

/// What some path knows (RFC 9110, 9.3.7).
Response Router::options_of_all() const {
  std::set<std::string> methods{"OPTIONS"};
  for (const Route& route : routes_) methods.insert(route.method);
  return {.status = 204, .fields = {{"Allow", list_of(methods)}}, .body = {}, .stream = {}};
}

std::variant<const Router::Route*, Response> Router::route(Request& request) const {
  const std::string method = request.method == "HEAD" ? "GET" : request.method;
  if (request.path == "*" && method == "OPTIONS") return options_of_all();
  std::set<std::string> methods;
  const auto path = segments_of(request.path);
  for (const Route& route : routes_) {
    if (!request.path.starts_with('/') || !matches(route.segments, path)) continue;
    methods.insert(route.method);
    if (route.method != method) continue;
    for (std::size_t i = 0; i < path.size(); ++i) {
      const std::string& name = route.segments[i];
      if (is_name(name)) request.parts[name.substr(1, name.size() - 2)] = path[i];
    }
    if (auto wrong = objection(request, route)) return *std::move(wrong);
    return &route;
  }
  if (!methods.empty()) return not_allowed(methods);
  return problem(404, "not_found", "there is nothing at this path");
}

}  // namespace posse
