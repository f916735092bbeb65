/// Signing up, logging in and out.
// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "core/text.h"
#include "node/answers.h"
#include "node/api.h"
#include "node/json_body.h"
#include "node/views.h"
#include "system/password.h"

namespace posse {
namespace json = boost::json;
namespace {

struct Credentials {
  std::optional<Name> name;
  std::string password;
};

std::optional<Response> read_credentials(const Request& request, Credentials& credentials) {
  return read_body(request, [&](Fields& fields) {
    credentials.name = Name::from(fields.text("name", 64));
    if (!credentials.name) fields.refuse("name", Name::rule);
    credentials.password = fields.text("password", password_bytes_max);
  });
}

Response too_busy() {
  Response response =
      problem(503, "busy", "too many people log in at once; try again in a few seconds");
  response.fields.emplace_back("Retry-After", "3");
  return response;
}

Task<Response> sign_up(ApiParts* parts, const Request* request) {
  Credentials credentials;
  if (auto wrong = read_credentials(*request, credentials)) co_return *std::move(wrong);
  if (credentials.password.size() < password_bytes_min) {
    co_return problem(
        400, "bad_request",
        "`password` must be at least " + std::to_string(password_bytes_min) + " bytes");
  }
  auto hash = co_await parts->passwords.hash(request->peer, credentials.password);
  if (!hash) co_return too_busy();
  const auto created = co_await parts->shop.accounts().create(*credentials.name, *std::move(hash));
  co_return answer_of(
      created, [](const AccountView& account) { return json_response(201, to_json(account)); });
}

/// Decides what an earlier life of this visitor has left undecided, while the page loads.
Task<void> resolve(ApiParts* parts, Name name) {
  const auto resolved = co_await parts->shop.accounts().resolve(std::move(name));
  (void)resolved;  // what stays is decided by whoever meets it
}

Response throttled(std::chrono::milliseconds wait) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait).count();
  Response response = problem(
      429, "too_many_attempts",
      "too many failed logins from this address; try again in " + std::to_string(seconds) + " s");
  response.fields.emplace_back("Retry-After", std::to_string(seconds));
  return response;
}

Task<Response> log_in(ApiParts* parts, const Request* request) {
  Credentials credentials;
  if (auto wrong = read_credentials(*request, credentials)) co_return *std::move(wrong);
  const std::string name = credentials.name->text();
  const auto wait = parts->throttle.wait(request->peer, name, parts->clock.steady());
  if (wait > 0ms) co_return throttled(wait);
  auto hash = co_await parts->shop.accounts().password_hash(*credentials.name);
  if (!hash) co_return answer_of(hash.error());
  // An account that is not there takes as long as a wrong password.
  // Counted before, or many at once would pass; taken back by whoever was right.
  parts->throttle.failed(request->peer, name, parts->clock.steady());
  auto verifying = parts->passwords.verify(request->peer, credentials.password, *std::move(hash));
  const auto same = co_await std::move(verifying);
  if (!same) {
    parts->throttle.take_back(request->peer, name);
    co_return too_busy();
  }
  if (!*same) {
    Response wrong =
        problem(401, "wrong_credentials", "there is no account with this name and password");
    wrong.set("WWW-Authenticate", "Bearer");
    co_return wrong;
  }
  parts->throttle.succeeded(request->peer, name);
  const auto opened = co_await parts->sessions.open(*credentials.name);
  if (!opened) co_return answer_of(opened.error());
  parts->tasks.spawn(resolve(parts, *credentials.name));
  Response response =
      json_response(201, {{"token", opened->token}, {"expires_at", rfc3339(opened->expires_at)}});
  response.fields.push_back(session_cookie(*opened));
  co_return response;
}

Task<Response> log_out(ApiParts* parts, const Request* /*request*/, const Visitor* visitor) {
  const auto ended = co_await parts->sessions.end(visitor->token);
  if (!ended) co_return answer_of(ended.error());
  Response response{.status = 204, .fields = {no_session_cookie()}, .body = {}, .stream = {}};
  co_return response;
}

/// What is undecided, in words.
std::string pending(const AccountView& account) {
  if (account.holds.empty()) return "";
  const std::size_t holds = account.holds.size();
  const std::int64_t aside = number(account.balance) - number(account.spendable);
  return std::to_string(holds) + (holds == 1 ? " order is" : " orders are") + " being decided; " +
         std::to_string(aside) + " of your balance is set aside until then, for a second or two";
}

Response me(const Result<Answer<AccountView>>& answer) {
  return answer_of(answer, [](const AccountView& account) {
    json::object body = to_json(account);
    body["pending"] = pending(account);
    return json_response(200, body);
  });
}

Task<Response> show_me(ApiParts* parts, const Request* /*request*/, const Visitor* visitor) {
  const auto shown = co_await parts->shop.accounts().show(visitor->name);
  co_return me(shown);
}

/// Decides every hold now, and answers when that is done.
Task<Response> resolve_me(ApiParts* parts, const Request* /*request*/, const Visitor* visitor) {
  const auto resolved = co_await parts->shop.accounts().resolve(visitor->name);
  co_return me(resolved);
}

}  // namespace

void add_people_routes(Router& router, ApiParts& parts) {
  router.add("POST", "/v1/accounts", for_all(parts, sign_up));
  router.add("POST", "/v1/sessions", for_all(parts, log_in));
  router.add("DELETE", "/v1/sessions", for_visitors(parts, log_out));
  router.add("GET", "/v1/me", for_visitors(parts, show_me));
  router.add("POST", "/v1/me/resolve", for_visitors(parts, resolve_me));
}

}  // namespace posse
