/// Making and reading records.
// SPDX-License-Identifier: Apache-2.0
#include "stores/lmdb/log_record.h"

#include <cstring>

#include <sodium.h>

#include "stores/lmdb/record.h"

namespace posse::lmdb {
namespace {

static_assert(crypto_shorthash_KEYBYTES == std::tuple_size_v<LogKey>);
static_assert(crypto_shorthash_BYTES == number_bytes);

constexpr std::size_t length_place = 8;
constexpr std::size_t number_place = 16;
constexpr std::size_t version_place = 24;

std::uint64_t checksum(const LogKey& key, std::string_view record) {
  std::array<unsigned char, crypto_shorthash_BYTES> bytes{};
  const std::string_view rest = record.substr(number_bytes);
  crypto_shorthash(bytes.data(), reinterpret_cast<const unsigned char*>(rest.data()), rest.size(),
                   key.data());
  return read_number(bytes.data());
}

void append_write(std::string& record, const Memtable::Write& write) {
  const auto key_bytes = static_cast<std::uint16_t>(write.key.text().size());
  const auto value_bytes = static_cast<std::uint32_t>(write.document.value.size());
  std::array<char, logged_write_head_bytes> head{};
  std::memcpy(head.data(), &key_bytes, sizeof key_bytes);
  std::memcpy(head.data() + sizeof key_bytes, &value_bytes, sizeof value_bytes);
  record.append(head.data(), head.size());
  record += write.key.text();
  record += write.document.value;
}

/// Takes the first write off `rest`; false if there is none.
bool take_write(std::string_view& rest, Memtable::Write& write) {
  if (rest.size() < logged_write_head_bytes) return false;
  std::uint16_t key_bytes = 0;
  std::uint32_t value_bytes = 0;
  std::memcpy(&key_bytes, rest.data(), sizeof key_bytes);
  std::memcpy(&value_bytes, rest.data() + sizeof key_bytes, sizeof value_bytes);
  rest.remove_prefix(logged_write_head_bytes);
  if (rest.size() < std::size_t{key_bytes} + value_bytes) return false;
  write.key = Key(std::string(rest.substr(0, key_bytes)));
  write.document.value = rest.substr(key_bytes, value_bytes);
  rest.remove_prefix(std::size_t{key_bytes} + value_bytes);
  return true;
}

}  // namespace

LogKey draw_log_key() {
  LogKey key{};
  randombytes_buf(key.data(), key.size());
  return key;
}

std::string make_record(const LogKey& key, std::uint64_t number,
                        const std::vector<Memtable::Write>& writes) {
  std::size_t bytes = record_head_bytes;
  for (const Memtable::Write& write : writes) {
    bytes += logged_write_head_bytes + write.key.text().size() + write.document.value.size();
  }
  std::string record;
  record.reserve(bytes);
  record.resize(record_head_bytes);
  for (const Memtable::Write& write : writes) append_write(record, write);
  write_number(record.data() + length_place, record.size());
  write_number(record.data() + number_place, number);
  const Version first = writes.empty() ? Version{} : writes.front().document.version;
  write_number(record.data() + version_place, static_cast<std::uint64_t>(first));
  write_number(record.data(), checksum(key, record));
  return record;
}

std::optional<RecordHead> read_record_head(std::string_view head, std::size_t bytes_max) {
  if (head.size() < record_head_bytes) return std::nullopt;
  const std::uint64_t bytes = read_number(head.data() + length_place);
  if (bytes < record_head_bytes || bytes > bytes_max) return std::nullopt;
  return RecordHead{bytes, read_number(head.data() + number_place)};
}

std::optional<std::vector<Memtable::Write>> read_record(const LogKey& key,
                                                        std::string_view record) {
  if (record.size() < record_head_bytes) return std::nullopt;
  if (read_number(record.data()) != checksum(key, record)) return std::nullopt;
  std::uint64_t version = read_number(record.data() + version_place);
  std::vector<Memtable::Write> writes;
  std::string_view rest = record.substr(record_head_bytes);
  while (!rest.empty()) {
    Memtable::Write& write = writes.emplace_back();
    if (!take_write(rest, write)) return std::nullopt;
    write.document.version = Version{version++};
  }
  return writes;
}

}  // namespace posse::lmdb
