/// Recognising visitors.
// SPDX-License-Identifier: Apache-2.0
#include "node/visitors.h"

#include <utility>

#include "node/answers.h"

namespace posse {
namespace {

/// Browsers send a name with this prefix to this very host only, and only if it is safe there.
constexpr std::string_view cookie_name = "__Host-posse";
constexpr std::string_view bearer = "Bearer ";

std::string bearer_token(const Request& request) {
  const std::string_view field = request.field("authorization");
  // The scheme's name has no case (RFC 9110).
  const bool is_bearer = same_token(field.substr(0, bearer.size()), bearer);
  return is_bearer ? std::string(field.substr(bearer.size())) : std::string();
}

std::string cookie_token(const Request& request) {
  std::string_view cookies = request.field("cookie");
  while (!cookies.empty()) {
    const std::size_t end = std::min(cookies.find(';'), cookies.size());
    std::string_view one = cookies.substr(0, end);
    cookies.remove_prefix(std::min(end + 1, cookies.size()));
    while (one.starts_with(' ')) one.remove_prefix(1);
    if (one.starts_with(cookie_name) && one.substr(cookie_name.size()).starts_with('=')) {
      return std::string(one.substr(cookie_name.size() + 1));
    }
  }
  return {};
}

bool is_safe(const std::string& method) {
  return method == "GET" || method == "HEAD";
}

/// Whether a request with a cookie comes from a page of ours, or from no page at all.
bool is_of_our_pages(const Request& request) {
  const std::string_view site = request.field("sec-fetch-site");
  if (!site.empty() && site != "same-origin" && site != "none") return false;
  const std::string_view origin = request.field("origin");
  if (origin.empty()) return true;
  const std::size_t scheme = origin.find("://");
  return scheme != std::string_view::npos && origin.substr(scheme + 3) == request.field("host");
}

Response unauthorized() {
  Response response = problem(401, "unauthorized", "log in first: POST /v1/sessions gives a token");
  response.fields.emplace_back("WWW-Authenticate", "Bearer");
  return response;
}

std::pair<std::string, std::string> cookie(std::string_view token, std::chrono::seconds age) {
  std::string value(cookie_name);
  value.append("=").append(token);
  value += "; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=" + std::to_string(age.count());
  return {"Set-Cookie", value};
}

}  // namespace

Task<std::variant<Visitor, Response>> Visitors::recognise(const Request* request) {
  std::string token = bearer_token(*request);
  if (token.empty()) {
    token = cookie_token(*request);
    if (!token.empty() && !is_safe(request->method) && !is_of_our_pages(*request)) {
      co_return problem(403, "cross_site", "this request comes from a page of another site");
    }
  }
  auto holder = co_await sessions_.holder_of(token);
  if (!holder) co_return answer_of(holder.error());
  if (!*holder) co_return unauthorized();
  co_return Visitor{.name = std::move((*holder)->account),
                    .token = std::move(token),
                    .by_key = (*holder)->by_key};
}

Task<std::variant<Visitor, Response>> Visitors::recognise_operator(const Request* request) {
  auto visitor = co_await recognise(request);
  const auto* known = std::get_if<Visitor>(&visitor);
  if (known == nullptr) co_return visitor;
  const auto shown = co_await accounts_.show(known->name);
  if (!shown) co_return answer_of(shown.error());
  const auto* account = std::get_if<AccountView>(&*shown);
  if (account == nullptr || account->role != "operator") {
    co_return problem(403, "operators_only", "only operators may do this");
  }
  co_return visitor;
}

std::pair<std::string, std::string> session_cookie(const Opened& opened) {
  return cookie(opened.token, session_length);
}

std::pair<std::string, std::string> no_session_cookie() {
  return cookie("", std::chrono::seconds(0));
}

}  // namespace posse
