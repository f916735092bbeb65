/// Point reads and scans.
// SPDX-License-Identifier: Apache-2.0
#include "stores/lmdb/reader.h"

#include <algorithm>
#include <memory>
#include <shared_mutex>

#include "posse/store.h"
#include "stores/lmdb/record.h"

namespace posse::lmdb {

/// The newest commit, for the length of one call. Afterwards LMDB may reuse its pages: a kept
/// snapshot would make the file grow.
class Reader::View {
 public:
  explicit View(Reader& reader)
      : lock_(reader.environment_.map_mutex()),
        transaction_(reader.transaction_.handle()),
        renewed_(reader.environment_.map_code()) {
    if (renewed_ == 0) renewed_ = mdb_txn_renew(transaction_);
  }
  View(const View&) = delete;
  View& operator=(const View&) = delete;
  ~View() {
    if (renewed_ == 0) mdb_txn_reset(transaction_);
  }

  int renewed() const { return renewed_; }

 private:
  std::shared_lock<std::shared_mutex> lock_;
  MDB_txn* transaction_;
  int renewed_;
};

namespace {

struct CloseCursor {
  void operator()(MDB_cursor* cursor) const { mdb_cursor_close(cursor); }
};

/// Where a scan begins: at the prefix, or at `after` when that lies behind it.
std::string first_key(const std::string& prefix, std::string after) {
  // LMDB refuses to look for keys longer than it can hold. Cut off behind the longest possible key
  // the bound means the same: no key that is longer than its cut exists.
  if (after.size() > key_bytes_max) after.resize(key_bytes_max);
  return std::max(prefix, after);
}

}  // namespace

Reader::Reader(Environment& environment)
    : environment_(environment), transaction_(environment.handle(), MDB_RDONLY) {
  if (begun() == 0) mdb_txn_reset(transaction_.handle());
}

int Reader::get(const Key& key, std::optional<Document>& found) {
  const View view(*this);
  if (view.renewed() != 0) return view.renewed();
  MDB_val name = value_of(key.text());
  MDB_val record{};
  const int code = mdb_get(transaction_.handle(), environment_.documents(), &name, &record);
  if (code == MDB_NOTFOUND) return 0;
  if (code != 0) return code;
  return unpack(record, found.emplace());
}

int Reader::scan(const std::string& prefix, std::string after, std::size_t items_max,
                 std::vector<Listed>& page) {
  if (prefix.size() > key_bytes_max) return 0;
  const View view(*this);
  if (view.renewed() != 0) return view.renewed();
  MDB_cursor* opened = nullptr;
  int code = mdb_cursor_open(transaction_.handle(), environment_.documents(), &opened);
  if (code != 0) return code;
  const std::unique_ptr<MDB_cursor, CloseCursor> cursor(opened);

  const std::string first = first_key(prefix, after);
  MDB_val key = value_of(first);
  MDB_val record{};
  code = mdb_cursor_get(opened, &key, &record, first.empty() ? MDB_FIRST : MDB_SET_RANGE);
  while (code == 0 && text_of(key).starts_with(prefix)) {
    if (text_of(key) > after) {
      Listed& listed = page.emplace_back(Key(std::string(text_of(key))), Document{});
      if (const int wrong = unpack(record, listed.document); wrong != 0) return wrong;
      if (page.size() >= items_max) return 0;
    }
    code = mdb_cursor_get(opened, &key, &record, MDB_NEXT);
  }
  return code == MDB_NOTFOUND ? 0 : code;
}

/// LMDB's code for what no writer of ours can have written.
int Reader::unpack(const MDB_val& record, Document& document) {
  if (!is_record(record)) return MDB_CORRUPTED;
  auto value = unpacker_.unpack(packed_of(record));
  if (!value) return MDB_CORRUPTED;
  document = {version_of(record), *std::move(value)};
  return 0;
}

}  // namespace posse::lmdb
