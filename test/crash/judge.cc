/// Laying out, opening, comparing.
// SPDX-License-Identifier: Apache-2.0
#include "crash/judge.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <span>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <lmdb.h>

#include "stores/lmdb/environment.h"
#include "stores/lmdb/lmdb_store.h"
#include "stores/lmdb/reader.h"
#include "stores/lmdb/record.h"
#include "stores/lmdb/writer.h"

namespace posse::testing {
namespace {

constexpr std::chrono::seconds patience(60);

const char* const new_key = "written/after";
const char* const new_value = "the power cut";

Result<std::uint64_t> read_counter(const lmdb::Environment& environment) {
  const lmdb::Transaction transaction(environment.handle(), MDB_RDONLY);
  if (transaction.begun() != 0) return Error{Errc::unavailable, mdb_strerror(transaction.begun())};
  MDB_val key = lmdb::value_of(lmdb::Environment::versions_key);
  MDB_val value{};
  const int code = mdb_get(transaction.handle(), environment.main(), &key, &value);
  if (code != 0) return Error{Errc::unreadable, mdb_strerror(code)};
  if (value.mv_size != lmdb::number_bytes) return Error{Errc::unreadable, "no version counter"};
  return lmdb::read_number(value.mv_data);
}

/// Ends the writer's thread with its caller.
class OpenedWriter {
 public:
  explicit OpenedWriter(lmdb::Writer& writer)
      : writer_(writer), lane_(writer.queue().join([] {})) {}
  OpenedWriter(const OpenedWriter&) = delete;
  OpenedWriter& operator=(const OpenedWriter&) = delete;
  ~OpenedWriter() {
    (void)writer_.queue().leave(lane_);
    writer_.stop(patience);
  }

 private:
  lmdb::Writer& writer_;
  lmdb::Lane& lane_;
};

Task<void> add_one(Store* store, std::string* outcome) {
  auto key = Key(new_key);
  const auto written = co_await store->add(std::move(key), new_value);
  if (!written) {
    *outcome = written.error().detail;
  } else if (written->answer != Write::done) {
    *outcome = "a new document was refused";
  }
}

}  // namespace

Result<Contents> read_all(const std::filesystem::path& directory) {
  auto claimed = lmdb::Directory::claim(directory);
  if (!claimed) return claimed.error();
  const auto writer = lmdb::Writer::start(*std::move(claimed), patience, lmdb::LogPlan{});
  if (!writer) return writer.error();
  const OpenedWriter opened(**writer);
  const auto counter = read_counter((*writer)->environment());
  if (!counter) return counter.error();
  Contents contents{*counter, {}};
  lmdb::Reader reader((*writer)->environment(), (*writer)->memtable());
  int code = reader.begun();
  if (code == 0) code = reader.scan("", "", std::size_t{1} << 20U, contents.documents);
  if (code != 0) return Error{Errc::unreadable, mdb_strerror(code)};
  return contents;
}

std::optional<Flaw> Judge::judge(const Cut& cut) {
  Contents contents;
  return open_and_compare(cut, contents);
}

std::optional<Flaw> Judge::judge_and_write(const Cut& cut) {
  Contents contents;
  if (auto flaw = open_and_compare(cut, contents)) return flaw;
  const auto wrong = write_more(contents);
  file_.forget();
  if (wrong.empty()) return std::nullopt;
  return Flaw{Flaw::Kind::damaged, "a write after it: " + wrong};
}

std::optional<Flaw> Judge::open_and_compare(const Cut& cut, Contents& contents) {
  lay_out(cut);
  auto read = read_all(file_.directory());
  // Opening a store that was not finished, or whose log has more than the file, writes to it.
  if (file_.is_changed()) file_.forget();
  if (!read) return Flaw{Flaw::Kind::damaged, read.error().detail};
  contents = *std::move(read);
  return compare(cut, contents);
}

/// LMDB's lock file may have survived the power cut or not, and holds whatever it did.
void Judge::lay_out(const Cut& cut) {
  if (++count_ % 8 == 0) file_.drop_lock();
  if (!cut.is_named) return file_.hold_nothing();
  file_.hold(cut.image());
}

std::optional<Flaw> Judge::compare(const Cut& cut, const Contents& contents) const {
  const auto commits = std::span(commits_).first(cut.commits + 1);
  if (std::ranges::find(commits, contents.version) == commits.end()) {
    return Flaw{Flaw::Kind::damaged, "stands at write " + std::to_string(contents.version) +
                                         ", where no commit has ended"};
  }
  if (auto wrong = history_.compare(contents.documents, contents.version); !wrong.empty()) {
    return Flaw{Flaw::Kind::damaged, wrong};
  }
  if (contents.version >= cut.acknowledged) return std::nullopt;
  return Flaw{Flaw::Kind::lost, "stands at write " + std::to_string(contents.version) + ", but " +
                                    std::to_string(cut.acknowledged) + " was acknowledged"};
}

/// Adds a document through the whole store, and reads everything again.
std::string Judge::write_more(const Contents& before) {
  std::string wrong;
  {
    boost::asio::io_context io(1);
    auto opened = LmdbStore::open(LmdbOptions{io.get_executor(), file_.directory()});
    if (!opened) return opened.error().detail;
    boost::asio::co_spawn(io, add_one(opened->get(), &wrong), boost::asio::detached);
    io.run();
  }
  if (!wrong.empty()) return wrong;
  auto after = read_all(file_.directory());
  if (!after) return after.error().detail;
  const auto added = std::ranges::find(after->documents, new_key,
                                       [](const Listed& each) { return each.key.text(); });
  if (added == after->documents.end() || added->document.value != new_value) return "is not there";
  after->documents.erase(added);
  return history_.compare(after->documents, before.version);
}

}  // namespace posse::testing
