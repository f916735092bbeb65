/// Reading and writing the mark.
// SPDX-License-Identifier: Apache-2.0
#include "stores/couchbase/opening.h"

#include <utility>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "posse/scan.h"
#include "stores/couchbase/listing.h"
#include "stores/couchbase/names.h"

namespace posse::couchbase {
namespace {

/// Says which layout of ids stands beside it.
constexpr const char* mark_text = R"({"v":1,"holds":"posse"})";

/// How long until what has failed is tried again. Nodes that start at the same time replace the
/// mark in each other's way.
constexpr auto pause = std::chrono::milliseconds(20);

Task<void> wait_for_a_pause() {
  const auto executor = co_await boost::asio::this_coro::executor;
  boost::asio::steady_timer timer(executor, pause);
  co_await timer.async_wait(boost::asio::use_awaitable);
}

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

/// What one look came to.
struct Look {
  bool is_empty = false;  ///< There was no mark.
  bool is_over = false;   ///< The mark is written, or shall not be.
};

Task<Result<Look>> look(std::shared_ptr<Calls> calls, std::string id, Making making) {
  Order order{.call = Call::get, .id = id};
  auto read = co_await calls->ask(std::move(order));
  if (!read) co_return read.error();
  Look seen{.is_empty = read->answer == Answer::empty};
  if (!seen.is_empty && read->value != mark_text)
    co_return Error{Errc::unreadable,
                    "the document " + id + " says that this store is of a newer Posse"};
  seen.is_over = seen.is_empty && making == Making::leave;
  if (seen.is_over) co_return seen;
  auto is_written = co_await write_mark(calls, std::move(id), *std::move(read));
  // Not an error of the look: there may be a mark by now.
  if (!is_written && is_of_a_setting(calls->last_failure())) co_return is_written.error();
  seen.is_over = is_written && *is_written;
  co_return seen;
}

Task<Result<Found>> mark(std::shared_ptr<Calls> calls, std::string id, Making making,
                         std::chrono::milliseconds patience) {
  const auto until = std::chrono::steady_clock::now() + patience;
  std::optional<bool> was_empty;
  for (;;) {
    auto seen = co_await look(calls, id, making);
    if (seen && !was_empty) was_empty = seen->is_empty;
    if (seen && seen->is_over) co_return Found{.is_new = *was_empty};
    const bool is_lasting =
        !seen && (seen.error().code != Errc::unavailable || is_of_a_setting(calls->last_failure()));
    const bool is_too_late = std::chrono::steady_clock::now() >= until;
    if (!seen && (is_lasting || is_too_late)) co_return seen.error();
    if (is_too_late) break;
    co_await wait_for_a_pause();
  }
  co_return Error{Errc::unavailable,
                  "Couchbase has not said of any write of " + id + " that it is done"};
}

}  // namespace

Task<Result<Found>> look_and_mark(std::shared_ptr<Calls> calls, CouchbasePlace place, Making making,
                                  std::chrono::milliseconds patience) {
  auto found = co_await mark(calls, Names(place.prefix).mark(), making, patience);
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
