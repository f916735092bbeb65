/// Point reads and scans.
// SPDX-License-Identifier: Apache-2.0
#include "stores/lmdb/reader.h"

#include <algorithm>
#include <cstdint>
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

Reader::Reader(Environment& environment, const Memtable& memtable)
    : environment_(environment),
      memtable_(memtable),
      transaction_(environment.handle(), MDB_RDONLY) {
  if (begun() == 0) mdb_txn_reset(transaction_.handle());
}

int Reader::get(const Key& key, std::optional<Document>& found) {
  // In this order: what leaves the memtable is in the file by then.
  found = memtable_.find(key.text());
  if (found) return 0;
  const View view(*this);
  if (view.renewed() != 0) return view.renewed();
  MDB_val name = value_of(key.text());
  MDB_val record{};
  const int code = mdb_get(transaction_.handle(), environment_.documents(), &name, &record);
  if (code == MDB_NOTFOUND) return 0;
  if (code != 0) return code;
  return unpack(record, found.emplace());
}

/// The documents under a prefix in the order of keys, from the file and from what is newer than it.
class Reader::Merge {
 public:
  Merge(MDB_cursor* cursor, const std::vector<Listed>& recent, std::string_view prefix)
      : cursor_(cursor), recent_(recent), prefix_(prefix) {}

  /// Goes to the first key from `first` on. LMDB's code, MDB_NOTFOUND behind the last.
  int begin(const std::string& first) {
    key_ = value_of(first);
    code_ = mdb_cursor_get(cursor_, &key_, &record_, first.empty() ? MDB_FIRST : MDB_SET_RANGE);
    newer_ = recent_.begin();
    return settle();
  }

  /// Goes to the next key.
  int next() {
    const bool is_in_file = has_file() && text_of(key_) == key();
    if (is_newer_) ++newer_;
    if (is_in_file) code_ = mdb_cursor_get(cursor_, &key_, &record_, MDB_NEXT);
    return settle();
  }

  std::string_view key() const {
    return is_newer_ ? std::string_view(newer_->key.text()) : text_of(key_);
  }

  /// The document there, if it is newer than the file's; null if `record` is it.
  const Document* newer() const { return is_newer_ ? &newer_->document : nullptr; }
  const MDB_val& record() const { return record_; }

 private:
  bool has_file() const { return code_ == 0 && text_of(key_).starts_with(prefix_); }

  int settle() {
    if (code_ != 0 && code_ != MDB_NOTFOUND) return code_;
    is_newer_ = newer_ != recent_.end() && (!has_file() || newer_->key.text() <= text_of(key_));
    return is_newer_ || has_file() ? 0 : MDB_NOTFOUND;
  }

  MDB_cursor* cursor_;
  const std::vector<Listed>& recent_;
  std::string_view prefix_;
  int code_ = 0;
  MDB_val key_{};
  MDB_val record_{};
  std::vector<Listed>::const_iterator newer_;
  bool is_newer_ = false;
};

int Reader::scan(const std::string& prefix, std::string after, std::size_t items_max,
                 std::vector<Listed>& page) {
  if (prefix.size() > key_bytes_max) return 0;
  const std::string first = first_key(prefix, after);
  std::optional<View> view;
  // One more than the page has, since `after` itself may be among them.
  const Memtable::Range range{first, prefix, items_max < SIZE_MAX ? items_max + 1 : items_max};
  const auto recent = memtable_.list(range, [this, &view] { view.emplace(*this); });
  if (view->renewed() != 0) return view->renewed();
  MDB_cursor* opened = nullptr;
  int code = mdb_cursor_open(transaction_.handle(), environment_.documents(), &opened);
  if (code != 0) return code;
  const std::unique_ptr<MDB_cursor, CloseCursor> cursor(opened);

  Merge merge(opened, recent, prefix);
  for (code = merge.begin(first); code == 0; code = merge.next()) {
    if (merge.key() <= after) continue;
    Listed& listed = page.emplace_back(Key(std::string(merge.key())), Document{});
    if (const Document* const newer = merge.newer()) {
      listed.document = *newer;
    } else if (const int wrong = unpack(merge.record(), listed.document); wrong != 0) {
      return wrong;
    }
    if (page.size() >= items_max) return 0;
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
