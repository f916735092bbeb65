/// Reading and writing the mark.
// SPDX-License-Identifier: Apache-2.0
#include "stores/couchbase/opening.h"

#include <utility>

#include "posse/scan.h"
#include "stores/couchbase/listing.h"
#include "stores/couchbase/names.h"

namespace posse::couchbase {
namespace {

/// Says which layout of ids stands beside it.
constexpr const char* mark_text = R"({"v":1,"holds":"posse"})";

/// Nodes that start at the same time replace the mark in each other's way.
constexpr int tries_max = 10;

/// Whether the mark was written. Refused is an answer, too, but not of a durable write.
Task<Result<bool>> write_mark(std::shared_ptr<Calls> calls, std::string id, Outcome read) {
  Order order{.call = Call::add, .id = std::move(id), .value = mark_text};
  if (read.answer == Answer::done) {
    order.call = Call::cas;
    order.version = read.version;
  }
  auto written = co_await calls->ask(std::move(order));
  if (!written) co_return written.error();
  co_return written->answer == Answer::done;
}

/// Bounded: contending nodes, or a write that is `unknown` each time.
Task<Result<Found>> mark(std::shared_ptr<Calls> calls, std::string id, Making making) {
  Found found;
  for (int i = 0; i < tries_max; ++i) {
    Order order{.call = Call::get, .id = id};
    auto read = co_await calls->ask(std::move(order));
    if (!read) co_return read.error();
    if (i == 0) found.is_new = read->answer == Answer::empty;
    if (read->answer == Answer::done && read->value != mark_text)
      co_return Error{Errc::unavailable,
                      "the document " + id + " says that this store is of a newer Posse"};
    if (read->answer == Answer::empty && making == Making::leave) co_return found;
    auto is_written = co_await write_mark(calls, id, *std::move(read));
    if (!is_written) co_return is_written.error();
    if (*is_written) co_return found;
  }
  co_return Error{Errc::unavailable,
                  "Couchbase has not said of any write of " + id + " that it is done"};
}

}  // namespace

Task<Result<Found>> look_and_mark(std::shared_ptr<Calls> calls, CouchbasePlace place,
                                  Making making) {
  auto found = co_await mark(calls, Names(place.prefix).mark(), making);
  if (!found) co_return found.error();
  Range range{.prefix = "", .after = "", .items_max = 1};
  Listing listing(calls, place, std::move(range));
  const auto listed = co_await listing.read();
  if (!listed)
    found->warning =
        "lists and audits will fail; buying does not need them: " + listed.error().detail + "; " +
        index_advice(place);
  co_return *std::move(found);
}

}  // namespace posse::couchbase
