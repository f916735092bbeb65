/// Escapes that keep the order, and digests where they would not fit.
// SPDX-License-Identifier: Apache-2.0
#include "stores/couchbase/names.h"

#include <utility>

#include "core/digest.h"

namespace posse::couchbase {
namespace {

constexpr char low_escape = '!';
constexpr char high_escape = '~';
constexpr std::string_view digits = "0123456789ABCDEF";

/// With the largest prefix and its slash (41), and a digest with its mark (45), it is 246 bytes.
constexpr std::size_t head_bytes = 160;

/// Between head and digest; no escape begins so, as these are no digits.
constexpr std::string_view digest_mark = "!=";

void append_escaped(std::string& text, char c) {
  const auto byte = static_cast<unsigned char>(c);
  if (c > low_escape && c < high_escape) {
    text += c;
    return;
  }
  text += byte <= static_cast<unsigned char>(low_escape) ? low_escape : high_escape;
  text += digits[byte >> 4U];
  text += digits[byte & 15U];
}

std::string escaped(std::string_view key) {
  std::string text;
  text.reserve(key.size());
  for (const char c : key) append_escaped(text, c);
  return text;
}

/// Empty if `text` is not what escaping makes.
std::optional<std::string> plain(std::string_view text) {
  std::string key;
  while (!text.empty()) {
    if (text.front() != low_escape && text.front() != high_escape) {
      key += text.front();
      text.remove_prefix(1);
      continue;
    }
    const std::size_t high = text.size() < 3 ? std::string_view::npos : digits.find(text[1]);
    const std::size_t low = text.size() < 3 ? std::string_view::npos : digits.find(text[2]);
    if (high == std::string_view::npos || low == std::string_view::npos) return {};
    key += static_cast<char>(high * 16 + low);
    text.remove_prefix(3);
  }
  return key;
}

/// Whether a key, whose escaped form has `escaped_bytes`, stands before its value.
bool is_long(std::size_t escaped_bytes) {
  return escaped_bytes > head_bytes + digest_mark.size();
}

}  // namespace

std::string Names::id(const Key& key) const {
  const std::string text = escaped(key.text());
  if (!is_long(text.size())) return folder_ + text;
  std::string id = folder_ + text.substr(0, head_bytes);
  id += digest_mark;
  id += to_text(digest(key.text()));
  return id;
}

Bytes Names::kept(const Key& key, Bytes value) {
  if (!is_long(escaped(key.text()).size())) return value;
  value.insert(0, key.text());
  value.insert(value.begin(), static_cast<char>(key.text().size()));
  return value;
}

bool Names::take_off(const Key& key, Bytes& value) {
  if (!is_long(escaped(key.text()).size())) return true;
  const std::string expected = static_cast<char>(key.text().size()) + key.text();
  if (!value.starts_with(expected)) return false;
  value.erase(0, expected.size());
  return true;
}

std::optional<Key> Names::key(std::string_view id, Bytes& value) const {
  if (!id.starts_with(folder_)) return {};
  const std::string_view text_of_id = id.substr(folder_.size());
  const bool has_digest =
      text_of_id.size() > head_bytes && text_of_id.substr(head_bytes).starts_with(digest_mark);
  if (has_digest) {
    if (value.empty()) return {};
    Key key(value.substr(1, static_cast<unsigned char>(value.front())));
    if (this->id(key) != id || !take_off(key, value)) return {};
    return key;
  }
  auto text = plain(text_of_id);
  if (!text || text->empty()) return {};
  return Key(*std::move(text));
}

std::string Names::first(std::string_view text) const {
  return folder_ + escaped(text).substr(0, head_bytes);
}

std::string Names::end(std::string_view prefix) const {
  // Behind every escape, and so behind everything that begins alike.
  return first(prefix) + '\x7f';
}

std::string_view Names::head(std::string_view id) const {
  return id.substr(0, folder_.size() + head_bytes);
}

}  // namespace posse::couchbase
