/// Session documents.
// SPDX-License-Identifier: Apache-2.0
#include "node/sessions.h"

#include <array>
#include <utility>

#include "core/digest.h"
#include "core/fields.h"
#include "core/limits.h"

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
  std::uint64_t generation = 0;
};

Bytes write_session(const Session& session) {
  return json::serialize(json::object{{"v", format},
                                      {"account", session.account.text()},
                                      {"created_at", number(session.created_at)},
                                      {"expires_at", number(session.expires_at)},
                                      {"ended", session.ended ? 1 : 0},
                                      {"generation", session.generation}});
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
  // Before there were generations, sessions were written without.
  if (fields.has("generation")) session.generation = fields.count("generation");
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

/// Stands where a key was to come, so that none does.
Session ended_key(Name account, Time now) {
  return {.account = std::move(account),
          .created_at = now,
          .expires_at = key_expires_at,
          .ended = true,
          .generation = 0};
}

constexpr int draws_max = 16;

/// One of 32; a command line would take it for an option.
bool looks_like_option(const Opened& opened) {
  return opened.token.starts_with('-') || opened.id.starts_with('-');
}

Refusal too_many_keys() {
  return refuse("too_many_keys", "you have " + std::to_string(keys_max) +
                                     " keys, which is the limit: delete one first");
}

}  // namespace

Task<Result<std::uint64_t>> Sessions::generation(Name account) {
  const auto access = co_await access_.read(std::move(account));
  if (!access) co_return access.error();
  co_return access->generation;
}

Task<Result<Opened>> Sessions::open(Name account, std::uint64_t generation) {
  Opened opened = draw(clock_.now() + session_length);
  co_return co_await add(std::move(opened), std::move(account), generation);
}

Task<Result<void>> Sessions::end_all(Name account) {
  co_return co_await access_.end_sessions(std::move(account));
}

Task<Result<Answer<Opened>>> Sessions::make_key(Name account) {
  Opened opened = draw(key_expires_at);
  ListedKey key{.id = opened.id, .created_at = clock_.now()};
  const auto listed = co_await access_.list(account, std::move(key));
  if (!listed) co_return listed.error();
  if (!*listed) co_return too_many_keys();
  auto added = co_await add(std::move(opened), std::move(account), 0);
  if (!added) co_return added.error();
  co_return *std::move(added);
}

Task<Result<std::vector<ListedKey>>> Sessions::keys(Name account) {
  auto access = co_await access_.read(std::move(account));
  if (!access) co_return access.error();
  co_return std::move(access->keys);
}

Opened Sessions::draw(Time expires_at) {
  Opened opened = draw_any(expires_at);
  for (int draws = 0; draws < draws_max && looks_like_option(opened); ++draws) {
    opened = draw_any(expires_at);
  }
  return opened;
}

Opened Sessions::draw_any(Time expires_at) {
  std::array<std::uint8_t, token_bytes> bytes{};
  for (std::size_t at = 0; at < bytes.size(); at += 8) {
    std::uint64_t bits = random_.bits();
    for (std::size_t byte = 0; byte < 8; ++byte, bits >>= 8U) {
      bytes.at(at + byte) = static_cast<std::uint8_t>(bits);
    }
  }
  Opened opened{.token = to_text(bytes), .id = {}, .expires_at = expires_at};
  opened.id = key_of(opened.token)->text().substr(prefix.size());
  return opened;
}

Task<Result<Opened>> Sessions::add(Opened opened, Name account, std::uint64_t generation) {
  const Key key = *key_of(opened.token);
  const Session session{.account = std::move(account),
                        .created_at = clock_.now(),
                        .expires_at = opened.expires_at,
                        .ended = false,
                        .generation = generation};
  const Bytes document = write_session(session);
  for (int adds = 0; adds < failures_max; ++adds) {
    const auto added = co_await store_.add(key, document);
    if (!added) co_return added.error();
    // Refused: our own, which was unknown, or that of whoever has ended the key already; nobody
    // else knows the token.
    if (added->answer != Write::unknown) co_return opened;
  }
  co_return Error{Errc::unavailable, "the store leaves the session undecided"};
}

Task<Result<std::optional<Holder>>> Sessions::holder_of(std::string token) {
  const auto key = key_of(token);
  if (!key) co_return std::optional<Holder>();
  const auto seen = co_await live_.get(*key);
  if (!seen) co_return seen.error();
  if (!seen->document) co_return std::optional<Holder>();
  auto session = read_session(seen->document->value, *key);
  if (!session) co_return session.error();
  if (session->ended || session->expires_at <= clock_.now()) co_return std::optional<Holder>();
  const bool by_key = session->expires_at == key_expires_at;
  if (!by_key) {
    const auto counts = co_await access_.counts(session->account, session->generation);
    if (!counts) co_return counts.error();
    if (!*counts) co_return std::optional<Holder>();
  }
  Holder holder{.account = std::move(session->account), .by_key = by_key};
  co_return std::optional<Holder>(std::move(holder));
}

Task<Result<void>> Sessions::end(Holder holder, std::string token) {
  const auto key = key_of(token);
  if (!key) co_return Result<void>{};
  auto ending = holder.by_key ? end_key(holder.account, key->text().substr(prefix.size()))
                              : end_document(*key, holder.account);
  const auto ended = co_await std::move(ending);
  if (!ended) co_return ended.error();
  co_return Result<void>{};
}

Task<Result<bool>> Sessions::end_key(Name account, std::string id) {
  Digest digest{};
  if (!from_text(id, digest)) co_return false;
  const Key key{std::string(prefix) + id};
  for (int swaps = 0; swaps < swaps_max; ++swaps) {
    const auto ended = co_await end_document(key, account);
    if (!ended) co_return ended.error();
    if (*ended) {
      const auto struck = co_await access_.strike(account, id);
      if (!struck) co_return struck.error();
      co_return true;
    }
    const auto listed = co_await access_.lists(account, id);
    if (!listed) co_return listed.error();
    if (!*listed) co_return false;
    // Its making failed, or is still under way: then it finds that the key has ended.
    const Bytes document = write_session(ended_key(account, clock_.now()));
    const auto added = co_await store_.add(key, document);
    if (!added) co_return added.error();
    // Whatever came of it, the next round finds a document to end, or ended.
  }
  co_return Error{Errc::contended, "the key is neither there nor can it be ended"};
}

/// False if there is none, or it is not `account`'s.
Task<Result<bool>> Sessions::end_document(Key key, Name account) {
  for (int swaps = 0; swaps < swaps_max; ++swaps) {
    const auto read = co_await store_.get(key);
    if (!read) co_return read.error();
    if (!*read) co_return false;
    auto session = read_session((*read)->value, key);
    if (!session) co_return session.error();
    if (session->account != account) co_return false;
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
