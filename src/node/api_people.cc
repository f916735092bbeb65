/// Signing up, logging in and out.
// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <utility>
#include <variant>

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

std::string too_short() {
  return "must be at least " + std::to_string(password_bytes_min) + " bytes";
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
    co_return problem(400, "bad_request", "`password` " + too_short());
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

Response wrong_credentials() {
  Response wrong =
      problem(401, "wrong_credentials", "there is no account with this name and password");
  wrong.set("WWW-Authenticate", "Bearer");
  return wrong;
}

/// How long this visitor has to wait before it may try a password of `name`; empty if not at all.
std::optional<Response> held_up(ApiParts* parts, const Request* request, const Name& name) {
  const auto wait = parts->throttle->wait(request->peer, name.text(), parts->clock.steady());
  if (wait > 0ms) return throttled(wait);
  return {};
}

/// A password somebody gives for an account, and what it has to fit.
struct Attempt {
  Name name;
  std::string password;
  std::string hash;
};

/// Whether the password is right; empty if too many ask at once. A wrong one counts.
Task<std::optional<bool>> is_right(ApiParts* parts, const Request* request, Attempt attempt) {
  const std::string name = attempt.name.text();
  // Counted before, or many at once would pass; taken back by whoever was right.
  parts->throttle->failed(request->peer, name, parts->clock.steady());
  auto verifying = parts->passwords.verify(request->peer, attempt.password, attempt.hash);
  const auto same = co_await std::move(verifying);
  if (!same)
    parts->throttle->take_back(request->peer, name);
  else if (*same)
    parts->throttle->succeeded(request->peer, name);
  co_return same;
}

Response opened_session(unsigned status, const Opened& opened) {
  Response response =
      json_response(status, {{"token", opened.token}, {"expires_at", rfc3339(opened.expires_at)}});
  response.fields.push_back(session_cookie(opened));
  return response;
}

Task<Response> log_in(ApiParts* parts, const Request* request) {
  Credentials credentials;
  if (auto wrong = read_credentials(*request, credentials)) co_return *std::move(wrong);
  const Name name = *credentials.name;
  if (auto wait = held_up(parts, request, name)) co_return *std::move(wait);
  // Asked again when the hash is there: whoever floods shall cost no reads of the store.
  if (!parts->passwords.has_room(request->peer)) co_return too_busy();
  // Before the hash: of a password that is changed meanwhile, the session has ended.
  const auto generation = co_await parts->sessions.generation(name);
  if (!generation) co_return answer_of(generation.error());
  auto hash = co_await parts->shop.accounts().password_hash(name);
  if (!hash) co_return answer_of(hash.error());
  // An account that is not there takes as long as a wrong password.
  Attempt attempt{
      .name = name, .password = std::move(credentials.password), .hash = *std::move(hash)};
  const auto right = co_await is_right(parts, request, std::move(attempt));
  if (!right) co_return too_busy();
  if (!*right) co_return wrong_credentials();
  const auto opened = co_await parts->sessions.open(name, *generation);
  if (!opened) co_return answer_of(opened.error());
  parts->tasks.spawn(resolve(parts, name));
  co_return opened_session(201, *opened);
}

Task<Response> log_out(ApiParts* parts, const Request* /*request*/, const Visitor* visitor) {
  Holder holder{.account = visitor->name, .by_key = visitor->by_key};
  const auto ended = co_await parts->sessions.end(std::move(holder), visitor->token);
  if (!ended) co_return answer_of(ended.error());
  Response response{.status = 204, .fields = {no_session_cookie()}, .body = {}, .stream = {}};
  co_return response;
}

struct NewPassword {
  std::string before;
  std::string after;
};

std::optional<Response> read_new_password(const Request& request, NewPassword& passwords) {
  return read_body(request, [&](Fields& fields) {
    passwords.before = fields.text("password", password_bytes_max);
    passwords.after = fields.text("new_password", password_bytes_max);
    if (passwords.after.size() < password_bytes_min) fields.refuse("new_password", too_short());
  });
}

/// Puts the new password in place of the one before: the hash that is there now, or what to answer.
Task<std::variant<std::string, Response>> put_password(ApiParts* parts, const Request* request,
                                                       Name name, NewPassword passwords) {
  auto hash = co_await parts->shop.accounts().password_hash(name);
  if (!hash) co_return answer_of(hash.error());
  Attempt before{.name = name, .password = passwords.before, .hash = *hash};
  auto right = co_await is_right(parts, request, std::move(before));
  if (!right) co_return too_busy();
  if (!*right) {
    if (passwords.before == passwords.after) co_return wrong_credentials();
    // An earlier request may have got as far as this. Whoever guesses has guessed twice.
    Attempt after{.name = name, .password = passwords.after, .hash = *hash};
    right = co_await is_right(parts, request, std::move(after));
    if (!right) co_return too_busy();
    if (!*right) co_return wrong_credentials();
    co_return *std::move(hash);
  }
  auto made = co_await parts->passwords.hash(request->peer, passwords.after);
  if (!made) co_return too_busy();
  PasswordChange change{.from = *std::move(hash), .to = *made};
  const auto changed = co_await parts->shop.accounts().change_password(name, std::move(change));
  if (!changed) co_return answer_of(changed.error());
  if (!*changed) co_return wrong_credentials();  // by now: somebody else was faster
  co_return *std::move(made);
}

/// Changes the hash, then the generation: repeated after a failure between the two, it goes on.
Task<Response> change_password(ApiParts* parts, const Request* request, const Visitor* visitor) {
  if (visitor->by_key) co_return session_only("a key cannot change the password: log in");
  const Name name = visitor->name;
  NewPassword passwords;
  if (auto wrong = read_new_password(*request, passwords)) co_return *std::move(wrong);
  if (auto wait = held_up(parts, request, name)) co_return *std::move(wait);
  auto put = co_await put_password(parts, request, name, std::move(passwords));
  if (auto* wrong = std::get_if<Response>(&put)) co_return std::move(*wrong);
  const auto ended = co_await parts->sessions.end_all(name);
  if (!ended) {
    const Error half{ended.error().code,
                     "the password is changed, but what was open with the old one may be open "
                     "still: repeat this request; " +
                         ended.error().detail};
    co_return answer_of(half);
  }
  // As at a login: the generation, then the hash. It may be another one's by now, whose change
  // has ended every session, this one too.
  const auto generation = co_await parts->sessions.generation(name);
  if (!generation) co_return answer_of(generation.error());
  const auto hash = co_await parts->shop.accounts().password_hash(name);
  if (!hash) co_return answer_of(hash.error());
  if (*hash != std::get<std::string>(put)) co_return wrong_credentials();
  const auto opened = co_await parts->sessions.open(name, *generation);
  if (!opened) co_return answer_of(opened.error());
  co_return opened_session(200, *opened);
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
  router.add("PUT", "/v1/me/password", for_visitors(parts, change_password));
  router.add("GET", "/v1/me", for_visitors(parts, show_me));
  router.add("POST", "/v1/me/resolve", for_visitors(parts, resolve_me));
}

}  // namespace posse
