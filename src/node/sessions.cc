/// Session documents.
// SPDX-License-Identifier: Apache-2.0
#include "node/sessions.h"

#include <array>
#include <utility>

#include "core/digest.h"
#include "core/fields.h"
#include "core/limits.h"
#include "shop/campaign.h"

namespace posse {
namespace json = boost::json;
namespace {

constexpr std::int64_t format = 1;
constexpr std::size_t token_bytes = 32;
constexpr std::string_view prefix = "session/";

struct Session {
  Name account;
  Time created_at{};
  Time expires_at{};
  bool ended = false;
};

Bytes write_session(const Session& session) {
  return json::serialize(json::object{{"v", format},
                                      {"account", session.account.text()},
                                      {"created_at", number(session.created_at)},
                                      {"expires_at", number(session.expires_at)},
                                      {"ended", session.ended ? 1 : 0}});
}

Result<Session> read_session(const Bytes& bytes, const Key& key) {
  JsonMemory memory;
  const auto value = parse_json(bytes, key.text(), memory);
  if (!value) return value.error();
  Fields fields(*value, key.text());
  fields.format(format);
  const auto account = Name::from(fields.text("account", 64));
  Session session;
  session.created_at = Time{std::chrono::milliseconds{fields.integer("created_at")}};
  session.expires_at = Time{std::chrono::milliseconds{fields.integer("expires_at")}};
  session.ended = fields.integer("ended", {.least = 0, .most = 1}) == 1;
  if (!account) fields.refuse("account", Name::rule);
  if (auto wrong = fields.finish()) return *std::move(wrong);
  session.account = *account;
  return session;
}

/// Empty if `token` cannot be one of ours.
std::optional<Key> key_of(const std::string& token) {
  std::array<std::uint8_t, token_bytes> bytes{};
  if (!from_text(token, bytes)) return {};
  return Key{std::string(prefix) + to_text(digest_of({"session", token}))};
}

}  // namespace

Task<Result<Opened>> Sessions::open(Name account) {
  co_return co_await add(std::move(account), clock_.now() + session_length);
}

Task<Result<Opened>> Sessions::make_key(Name account) {
  co_return co_await add(std::move(account), time_max);
}

Task<Result<Opened>> Sessions::add(Name account, Time expires_at) {
  std::array<std::uint8_t, token_bytes> bytes{};
  for (std::size_t at = 0; at < bytes.size(); at += 8) {
    std::uint64_t bits = random_.bits();
    for (std::size_t byte = 0; byte < 8; ++byte, bits >>= 8U) {
      bytes.at(at + byte) = static_cast<std::uint8_t>(bits);
    }
  }
  Opened opened{.token = to_text(bytes), .id = {}, .expires_at = expires_at};
  const Key key = *key_of(opened.token);
  opened.id = key.text().substr(prefix.size());
  const Session session{
      .account = std::move(account), .created_at = clock_.now(), .expires_at = expires_at};
  const Bytes document = write_session(session);
  for (int adds = 0; adds < failures_max; ++adds) {
    const auto added = co_await store_.add(key, document);
    if (!added) co_return added.error();
    // Refused: our own, which was unknown; nobody else knows the token.
    if (added->answer != Write::unknown) co_return opened;
  }
  co_return Error{Errc::unavailable, "the store leaves the session undecided"};
}

Task<Result<std::optional<Name>>> Sessions::account_of(std::string token) {
  const auto key = key_of(token);
  if (!key) co_return std::optional<Name>();
  const auto seen = co_await live_.get(*key);
  if (!seen) co_return seen.error();
  if (!seen->document) co_return std::optional<Name>();
  auto session = read_session(seen->document->value, *key);
  if (!session) co_return session.error();
  if (session->ended || session->expires_at <= clock_.now()) co_return std::optional<Name>();
  co_return std::optional<Name>(std::move(session->account));
}

Task<Result<void>> Sessions::end(std::string token) {
  const auto key = key_of(token);
  if (!key) co_return Result<void>{};
  std::optional<Name> anybody;
  const auto ended = co_await end_document(*key, std::move(anybody));
  if (!ended) co_return ended.error();
  co_return Result<void>{};
}

Task<Result<bool>> Sessions::end_key(Name account, std::string id) {
  Digest digest{};
  if (!from_text(id, digest)) co_return false;
  Key key{std::string(prefix) + id};
  co_return co_await end_document(std::move(key), std::move(account));
}

/// False if there is none, or it is not `account`'s.
Task<Result<bool>> Sessions::end_document(Key key, std::optional<Name> account) {
  for (int swaps = 0; swaps < swaps_max; ++swaps) {
    const auto read = co_await store_.get(key);
    if (!read) co_return read.error();
    if (!*read) co_return false;
    auto session = read_session((*read)->value, key);
    if (!session) co_return session.error();
    if (account && session->account != *account) co_return false;
    if (session->ended) co_return true;
    session->ended = true;
    const auto written = co_await store_.cas(key, (*read)->version, write_session(*session));
    if (!written) co_return written.error();
    if (written->answer == Write::done) co_return true;
    // Refused or unknown: somebody, perhaps we, has ended it; the next read tells.
  }
  co_return Error{Errc::contended, "the session's document changes each time"};
}

}  // namespace posse
