/// The LMDB store: checks bounds, reads here, has writes written.
// SPDX-License-Identifier: Apache-2.0
#include "stores/lmdb/lmdb_store.h"

#include <algorithm>
#include <utility>

#include "stores/lmdb/calls.h"
#include "stores/lmdb/failure.h"
#include "stores/lmdb/reader.h"

namespace posse {
namespace {

/// A failed read, which names the document.
Error unread(int code, const std::string& key) {
  return lmdb::failure(code, "cannot read " + key);
}

bool is_within_bounds(const Key& key) {
  return !key.text().empty() && key.text().size() <= key_bytes_max;
}

Error out_of_bounds() {
  return Error{Errc::too_large, "a key has 1 to 250 bytes, a value at most 1 MiB"};
}

Task<Result<Written>> refused(Error error) {
  co_return error;
}

}  // namespace

/// The machinery of a store, in the order of its building.
class LmdbStore::Parts {
 public:
  Parts(std::shared_ptr<lmdb::Writer> started, std::shared_ptr<lmdb::Calls> made)
      : writer(std::move(started)),
        reader(writer->environment(), writer->memtable()),
        calls(std::move(made)) {
    calls->attach(writer);
  }
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;
  ~Parts() { calls->close(); }

  /// Why nothing may be asked about `key`, if so.
  std::optional<Error> refusal(const Key& key) const {
    if (!is_within_bounds(key)) return out_of_bounds();
    return calls->broken();
  }

  /// Why `value` may not be written to `key`, if so.
  std::optional<Error> refusal(const Key& key, const Bytes& value) const {
    if (value.size() > value_bytes_max) return out_of_bounds();
    return refusal(key);
  }

  /// The reader's place in the file goes before the file does.
  std::shared_ptr<lmdb::Writer> writer;
  lmdb::Reader reader;
  std::shared_ptr<lmdb::Calls> calls;
};

Result<std::unique_ptr<LmdbStore>> LmdbStore::open(LmdbOptions options) {
  auto directory = lmdb::Directory::claim(options.directory);
  if (!directory) return directory.error();
  auto writer = lmdb::Writer::start(*std::move(directory), options.deadline, options.log);
  if (!writer) return writer.error();
  return on(*std::move(writer), std::move(options.executor), options.deadline);
}

Result<std::unique_ptr<LmdbStore>> LmdbStore::share(boost::asio::any_io_executor executor) {
  if (const auto& broken = parts_->calls->broken()) return *broken;
  return on(parts_->writer, std::move(executor), parts_->calls->deadline());
}

Result<std::unique_ptr<LmdbStore>> LmdbStore::on(std::shared_ptr<lmdb::Writer> writer,
                                                 boost::asio::any_io_executor executor,
                                                 std::chrono::milliseconds deadline) {
  const std::string directory = writer->environment().directory().path();
  auto calls = std::make_shared<lmdb::Calls>(std::move(executor), deadline);
  auto parts = std::make_unique<Parts>(std::move(writer), std::move(calls));
  if (const int code = parts->reader.begun(); code != 0) {
    return lmdb::failure(code, "cannot open the store in " + directory);
  }
  return std::unique_ptr<LmdbStore>(new LmdbStore(std::move(parts)));
}

LmdbStore::LmdbStore(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

LmdbStore::~LmdbStore() = default;

Task<Result<std::optional<Document>>> LmdbStore::get(Key key) {
  if (auto refusal = parts_->refusal(key)) co_return *std::move(refusal);
  std::optional<Document> found;
  int code = parts_->reader.get(key, found);
  if (code == MDB_MAP_RESIZED) {
    // A writing transaction of ours adopts the larger map, and needs to change nothing for it.
    auto only_adopt = lmdb::Order();
    auto adopted = co_await parts_->calls->write(std::move(only_adopt));
    if (!adopted) co_return adopted.error();
    code = parts_->reader.get(key, found);
  }
  if (code != 0) co_return unread(code, key.text());
  co_return found;
}

Task<Result<Written>> LmdbStore::add(Key key, Bytes value) {
  if (auto refusal = parts_->refusal(key, value)) return refused(*std::move(refusal));
  return parts_->calls->write(
      lmdb::Order{lmdb::Order::Kind::add, std::move(key), {}, std::move(value)});
}

Task<Result<Written>> LmdbStore::cas(Key key, Version version, Bytes value) {
  if (auto refusal = parts_->refusal(key, value)) return refused(*std::move(refusal));
  return parts_->calls->write(
      lmdb::Order{lmdb::Order::Kind::cas, std::move(key), version, std::move(value)});
}

Task<Result<std::vector<Listed>>> LmdbStore::scan(std::string prefix, std::string after,
                                                  std::size_t items_max) {
  if (const auto& broken = parts_->calls->broken()) co_return *broken;
  std::vector<Listed> page;
  int code = parts_->reader.scan(prefix, after, items_max, page);
  if (code == MDB_MAP_RESIZED) {
    // A writing transaction of ours adopts the larger map, and needs to change nothing for it.
    auto only_adopt = lmdb::Order();
    auto adopted = co_await parts_->calls->write(std::move(only_adopt));
    if (!adopted) co_return adopted.error();
    code = parts_->reader.scan(prefix, after, items_max, page);
  }
  if (code != 0) co_return unread(code, page.empty() ? prefix : page.back().key.text());
  co_return page;
}

}  // namespace posse
