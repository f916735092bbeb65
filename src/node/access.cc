/// Access documents.
// SPDX-License-Identifier: Apache-2.0
#include "node/access.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/digest.h"
#include "core/fields.h"
#include "core/limits.h"

namespace posse {
namespace json = boost::json;
namespace {

constexpr std::int64_t format = 1;
constexpr std::size_t id_bytes_max = 43;

Key key_of(const Name& account) {
  return Key{"access/" + account.text()};
}

Bytes write_access(const AccessView& access) {
  json::array keys;
  for (const auto& key : access.keys) {
    keys.push_back(json::object{{"id", key.id}, {"created_at", number(key.created_at)}});
  }
  return json::serialize(
      json::object{{"v", format}, {"generation", access.generation}, {"keys", std::move(keys)}});
}

Result<ListedKey> read_key(const json::value& value, const Key& key) {
  Fields fields(value, key.text());
  ListedKey listed;
  listed.id = fields.text("id", id_bytes_max);
  listed.created_at = Time{std::chrono::milliseconds{fields.integer("created_at")}};
  Digest digest{};
  if (!from_text(listed.id, digest)) fields.refuse("id", "must be a digest");
  if (auto wrong = fields.finish()) return *std::move(wrong);
  return listed;
}

Result<AccessView> read_access(const std::optional<Document>& document, const Key& key) {
  AccessView access;
  if (!document) return access;
  JsonMemory memory;
  const auto value = parse_json(document->value, key.text(), memory);
  if (!value) return value.error();
  Fields fields(*value, key.text());
  fields.format(format);
  access.generation = fields.count("generation");
  const json::array& keys = fields.array("keys", keys_max);
  if (auto wrong = fields.finish()) return *std::move(wrong);
  for (const auto& each : keys) {
    auto listed = read_key(each, key);
    if (!listed) return listed.error();
    access.keys.push_back(*std::move(listed));
  }
  return access;
}

/// Finds `id` in a list.
auto is_key(const std::string& id) {
  return [&id](const ListedKey& key) { return key.id == id; };
}

}  // namespace

Task<Result<AccessView>> Access::read(Name account) {
  const Key key = key_of(account);
  const auto read = co_await store_.get(key);
  if (!read) co_return read.error();
  co_return read_access(*read, key);
}

Task<Result<bool>> Access::counts(Name account, std::uint64_t generation) {
  const Key key = key_of(account);
  const auto seen = co_await live_.get(key);
  if (!seen) co_return seen.error();
  const auto access = read_access(seen->document, key);
  if (!access) co_return access.error();
  if (access->generation >= generation) co_return access->generation == generation;
  // The session knows of a later one than was seen here.
  const auto now = co_await read(std::move(account));
  if (!now) co_return now.error();
  co_return now->generation == generation;
}

Task<Result<void>> Access::end_sessions(Name account) {
  // Any generation after the one that is there now will do, whoever writes it.
  std::optional<std::uint64_t> wanted;
  Change decide = [&](AccessView& access) {
    if (!wanted) wanted = access.generation + 1;
    if (access.generation >= *wanted) return false;
    access.generation = *wanted;
    return true;
  };
  co_return co_await change(std::move(account), std::move(decide));
}

Task<Result<bool>> Access::list(Name account, ListedKey key) {
  bool is_full = false;
  Change decide = [&](AccessView& access) {
    if (std::ranges::any_of(access.keys, is_key(key.id))) return false;
    is_full = access.keys.size() >= keys_max;
    if (!is_full) access.keys.push_back(key);
    return !is_full;
  };
  const auto changed = co_await change(std::move(account), std::move(decide));
  if (!changed) co_return changed.error();
  co_return !is_full;
}

Task<Result<bool>> Access::lists(Name account, std::string id) {
  const auto access = co_await read(std::move(account));
  if (!access) co_return access.error();
  co_return std::ranges::any_of(access->keys, is_key(id));
}

Task<Result<void>> Access::strike(Name account, std::string id) {
  Change decide = [&](AccessView& access) { return std::erase_if(access.keys, is_key(id)) > 0; };
  co_return co_await change(std::move(account), std::move(decide));
}

Task<Result<void>> Access::change(Name account, Change decide) {
  const Key key = key_of(account);
  for (int swaps = 0; swaps < swaps_max; ++swaps) {
    const auto read = co_await store_.get(key);
    if (!read) co_return read.error();
    auto access = read_access(*read, key);
    if (!access) co_return access.error();
    if (!decide(*access)) co_return Result<void>{};
    const Bytes document = write_access(*access);
    auto writing = *read ? store_.cas(key, (*read)->version, document) : store_.add(key, document);
    const auto written = co_await std::move(writing);
    if (!written) co_return written.error();
    if (written->answer == Write::done) co_return Result<void>{};
    // Refused or unknown: the next read tells whether there is anything left to write.
  }
  co_return Error{Errc::contended, "the account's access document changes each time"};
}

}  // namespace posse
