/// The Couchbase store: checks bounds, names documents, asks.
// SPDX-License-Identifier: Apache-2.0
#include "stores/couchbase/couchbase_store.h"

#include <exception>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "core/assert.h"
#include "stores/couchbase/listing.h"
#include "stores/couchbase/names.h"
#include "stores/couchbase/opening.h"

namespace posse {
namespace {

using couchbase::Answer;
using couchbase::Call;
using couchbase::Names;
using couchbase::Order;
using couchbase::Outcome;

bool is_within_bounds(const Key& key) {
  return !key.text().empty() && key.text().size() <= key_bytes_max;
}

Error out_of_bounds() {
  return Error{Errc::too_large, "a key has 1 to 250 bytes, a value at most 1 MiB"};
}

Written written_of(const Outcome& outcome) {
  switch (outcome.answer) {
    case Answer::done:
      return Written{Write::done, outcome.version};
    case Answer::refused:
      return Written{Write::refused, {}};
    case Answer::unknown:
    case Answer::empty:
    case Answer::unavailable:
    case Answer::too_large:
      break;  // the last three are not said of a write that did not fail
  }
  return Written{Write::unknown, {}};
}

}  // namespace

/// The machinery of a store.
class CouchbaseStore::Parts {
 public:
  Parts(const boost::asio::any_io_executor& executor, CouchbaseOptions opened_with,
        couchbase::Found was_found)
      : options(std::move(opened_with)),
        found(std::move(was_found)),
        names(options.place.prefix),
        calls(std::make_shared<couchbase::Calls>(executor, options.make, options.place,
                                                 options.deadlines)) {}
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;
  ~Parts() { calls->close(); }

  Task<Result<Written>> write(Order order) {
    auto outcome = co_await calls->ask(std::move(order));
    if (!outcome) co_return outcome.error();
    co_return written_of(*outcome);
  }

  CouchbaseOptions options;
  couchbase::Found found;
  Names names;
  std::shared_ptr<couchbase::Calls> calls;
};

Result<std::unique_ptr<CouchbaseStore>> CouchbaseStore::open(CouchbaseOptions options) {
  boost::asio::io_context io(1);
  couchbase::Deadlines patient = options.deadlines;
  patient.connecting = options.patience;
  const auto calls =
      std::make_shared<couchbase::Calls>(io.get_executor(), options.make, options.place, patient);
  std::optional<Result<couchbase::Found>> found;
  boost::asio::co_spawn(
      io, couchbase::look_and_mark(calls, options.place, options.making, options.patience),
      [&](const std::exception_ptr& thrown, Result<couchbase::Found> what) {
        if (thrown) std::rethrow_exception(thrown);
        found.emplace(std::move(what));
        io.stop();  // nobody waits for what the library still waits for
      });
  io.run();
  calls->close();
  POSSE_ASSERT(found);
  if (!*found) return found->error();
  const auto executor = options.executor;
  auto parts = std::make_unique<Parts>(executor, std::move(options), **std::move(found));
  return std::unique_ptr<CouchbaseStore>(new CouchbaseStore(std::move(parts)));
}

CouchbaseStore::CouchbaseStore(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

CouchbaseStore::~CouchbaseStore() = default;

std::unique_ptr<CouchbaseStore> CouchbaseStore::share(boost::asio::any_io_executor executor) const {
  auto parts = std::make_unique<Parts>(executor, parts_->options, parts_->found);
  return std::unique_ptr<CouchbaseStore>(new CouchbaseStore(std::move(parts)));
}

bool CouchbaseStore::was_new() const {
  return parts_->found.is_new;
}

std::optional<std::string> CouchbaseStore::warning() const {
  return parts_->found.warning;
}

Task<Result<std::optional<Document>>> CouchbaseStore::get(Key key) {
  if (!is_within_bounds(key)) co_return out_of_bounds();
  Order order{.call = Call::get, .id = parts_->names.id(key)};
  auto outcome = co_await parts_->calls->ask(std::move(order));
  if (!outcome) co_return outcome.error();
  std::optional<Document> found;
  if (outcome->answer != Answer::done) co_return found;
  if (!Names::take_off(key, outcome->value))
    co_return Error{Errc::unavailable, "somebody else's document has the id of ours"};
  found = Document{outcome->version, std::move(outcome->value)};
  co_return found;
}

Task<Result<Written>> CouchbaseStore::add(Key key, Bytes value) {
  if (!is_within_bounds(key) || value.size() > value_bytes_max) co_return out_of_bounds();
  Order order{
      .call = Call::add, .id = parts_->names.id(key), .value = Names::kept(key, std::move(value))};
  co_return co_await parts_->write(std::move(order));
}

Task<Result<Written>> CouchbaseStore::cas(Key key, Version version, Bytes value) {
  if (!is_within_bounds(key) || value.size() > value_bytes_max) co_return out_of_bounds();
  // To the library, 0 is "whatever is there"; no document has it.
  if (version == Version{}) co_return Written{Write::refused, {}};
  Order order{.call = Call::cas,
              .id = parts_->names.id(key),
              .version = version,
              .value = Names::kept(key, std::move(value))};
  co_return co_await parts_->write(std::move(order));
}

Task<Result<std::vector<Listed>>> CouchbaseStore::scan(std::string prefix, std::string after,
                                                       std::size_t items_max) {
  couchbase::Range range{std::move(prefix), std::move(after), items_max};
  couchbase::Listing listing(parts_->calls, parts_->options.place, std::move(range));
  co_return co_await listing.read();
}

}  // namespace posse
