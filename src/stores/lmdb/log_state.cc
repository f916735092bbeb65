/// One transaction, with everything.
// SPDX-License-Identifier: Apache-2.0
#include "stores/lmdb/log_state.h"

#include <algorithm>
#include <array>
#include <memory>

#include "stores/lmdb/record.h"

namespace posse::lmdb {
namespace {

constexpr std::size_t key_bytes = std::tuple_size_v<LogKey>;
constexpr std::size_t mark_bytes = key_bytes + 2 * number_bytes;

int read(const Environment& environment, MDB_txn* transaction, LogState& state) {
  MDB_val key = value_of(Environment::format_key);
  MDB_val value{};
  int code = mdb_get(transaction, environment.main(), &key, &value);
  if (code != 0) return code;
  state.is_logged = text_of(value) == Environment::logged_format;

  key = value_of(Environment::versions_key);
  code = mdb_get(transaction, environment.main(), &key, &value);
  if (code != 0 || value.mv_size != number_bytes) return code != 0 ? code : MDB_CORRUPTED;
  state.versions = read_number(value.mv_data);
  if (!state.is_logged) return 0;

  key = value_of(Environment::log_key);
  code = mdb_get(transaction, environment.main(), &key, &value);
  if (code != 0 || value.mv_size != mark_bytes) return code != 0 ? code : MDB_CORRUPTED;
  const std::string_view mark = text_of(value);
  std::ranges::copy(mark.substr(0, key_bytes), state.mark.key.begin());
  state.mark.place = read_number(mark.data() + key_bytes);
  state.mark.number = read_number(mark.data() + key_bytes + number_bytes);
  return 0;
}

int put(const Environment& environment, MDB_txn* transaction, std::string_view name,
        std::string_view text) {
  MDB_val key = value_of(name);
  MDB_val value = value_of(text);
  return mdb_put(transaction, environment.main(), &key, &value, 0);
}

int put_state(const Environment& environment, MDB_txn* transaction, const LogState& state) {
  const auto format = state.is_logged ? Environment::logged_format : Environment::whole_format;
  std::array<char, number_bytes> versions{};
  write_number(versions.data(), state.versions);
  std::array<char, mark_bytes> mark{};
  std::ranges::copy(state.mark.key, mark.begin());
  write_number(mark.data() + key_bytes, state.mark.place);
  write_number(mark.data() + key_bytes + number_bytes, state.mark.number);

  int code = put(environment, transaction, Environment::format_key, format);
  if (code == 0) {
    code = put(environment, transaction, Environment::versions_key,
               {versions.data(), versions.size()});
  }
  if (code != 0) return code;
  return put(environment, transaction, Environment::log_key, {mark.data(), mark.size()});
}

/// In the order of keys, so that each page is found once and filled well.
int put_documents(MDB_cursor* cursor, Packer& packer,
                  const std::vector<const Memtable::Write*>& documents) {
  for (const Memtable::Write* const write : documents) {
    const std::string_view packed = packer.pack(write->document.value);
    MDB_val key = value_of(write->key.text());
    MDB_val room{number_bytes + packed.size(), nullptr};
    const int code = mdb_cursor_put(cursor, &key, &room, MDB_RESERVE);
    if (code != 0) return code;
    fill_record(room, write->document.version, packed);
  }
  return 0;
}

}  // namespace

int read_log_state(const Environment& environment, LogState& state) {
  const Transaction transaction(environment.handle(), MDB_RDONLY);
  if (transaction.begun() != 0) return transaction.begun();
  return read(environment, transaction.handle(), state);
}

int write_down(Environment& environment, Packer& packer,
               const std::vector<const Memtable::Write*>& documents, const LogState& state) {
  Transaction transaction(environment.handle(), 0U);
  if (transaction.begun() != 0) return transaction.begun();
  MDB_cursor* cursor = nullptr;
  int code = mdb_cursor_open(transaction.handle(), environment.documents(), &cursor);
  if (code != 0) return code;
  code = put_documents(cursor, packer, documents);
  mdb_cursor_close(cursor);
  if (code == 0) code = put_state(environment, transaction.handle(), state);
  return code == 0 ? transaction.commit() : code;
}

}  // namespace posse::lmdb
