/// The conditional writes themselves.
// SPDX-License-Identifier: Apache-2.0
#include "stores/lmdb/apply.h"

#include <array>
#include <cstdint>

#include "stores/lmdb/record.h"

namespace posse::lmdb {
namespace {

/// The requests of one transaction, over one cursor: it finds neighbours without a new search.
class Application {
 public:
  Application(MDB_cursor* cursor, Packer& packer, std::uint64_t versions)
      : cursor_(cursor), packer_(packer), versions_(versions) {}

  /// The last version given out.
  std::uint64_t versions() const { return versions_; }

  int apply(Request& request) {
    request.outcome = Written{Write::refused, {}};
    switch (request.order.kind) {
      case Order::Kind::add:
        return put(request, MDB_NOOVERWRITE);
      case Order::Kind::cas:
        return cas(request);
      case Order::Kind::nothing:
        request.outcome = Written{Write::done, {}};
        return 0;
    }
    return 0;
  }

 private:
  int cas(Request& request) {
    MDB_val key = value_of(request.order.key.text());
    MDB_val record{};
    const int code = mdb_cursor_get(cursor_, &key, &record, MDB_SET);
    if (code == MDB_NOTFOUND) return 0;
    if (code != 0) return code;
    if (!is_record(record)) return MDB_CORRUPTED;
    if (version_of(record) != request.order.expected) return 0;
    return put(request, 0);
  }

  int put(Request& request, unsigned flags) {
    const std::string_view packed = packer_.pack(request.order.value);
    MDB_val key = value_of(request.order.key.text());
    MDB_val room{number_bytes + packed.size(), nullptr};
    const int code = mdb_cursor_put(cursor_, &key, &room, flags | MDB_RESERVE);
    if (code == MDB_KEYEXIST) return 0;
    if (code != 0) return code;
    const Version version{++versions_};
    fill_record(room, version, packed);
    request.outcome = Written{Write::done, version};
    return 0;
  }

  MDB_cursor* cursor_;
  Packer& packer_;
  std::uint64_t versions_;
};

int apply_all(const Environment& environment, MDB_txn* transaction, Application& application,
              Requests& requests) {
  const std::uint64_t before = application.versions();
  for (Request& request : requests) {
    if (const int code = application.apply(request); code != 0) return code;
  }
  if (application.versions() == before) return 0;
  std::array<char, number_bytes> bytes{};
  write_number(bytes.data(), application.versions());
  MDB_val key = value_of(Environment::versions_key);
  MDB_val value = value_of({bytes.data(), bytes.size()});
  return mdb_put(transaction, environment.main(), &key, &value, 0);
}

}  // namespace

int apply(const Environment& environment, Packer& packer, MDB_txn* transaction,
          Requests& requests) {
  MDB_val key = value_of(Environment::versions_key);
  MDB_val value{};
  int code = mdb_get(transaction, environment.main(), &key, &value);
  if (code == MDB_NOTFOUND || (code == 0 && value.mv_size != number_bytes)) return MDB_CORRUPTED;
  if (code != 0) return code;

  MDB_cursor* cursor = nullptr;
  code = mdb_cursor_open(transaction, environment.documents(), &cursor);
  if (code != 0) return code;
  Application application(cursor, packer, read_number(value.mv_data));
  code = apply_all(environment, transaction, application, requests);
  mdb_cursor_close(cursor);
  return code;
}

}  // namespace posse::lmdb
