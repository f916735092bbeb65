/// What libcouchbase's answers mean: done, refused, not done, or nobody knows. Needs no library.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "posse/result.h"
#include "stores/couchbase/couchbase_place.h"

namespace posse::couchbase {

/// What is asked of the library.
enum class Call : std::uint8_t { get, add, cas, list };

/// How the library ended a call: its own code, and the status that stood in the server's answer.
/// Where no server has spoken, the second is something that does not belong to the first.
struct Said {
  int code = 0;
  int status = 0;

  friend bool operator==(const Said&, const Said&) = default;
};

/// Whether the cluster's map is still the one by which the call was sent. When a node leaves it,
/// the library sends what that node had not answered once more, to another one.
enum class Map : std::uint8_t { same, changed };

enum class Answer : std::uint8_t {
  done,         ///< Written, or read.
  empty,        ///< Read: there is no document.
  refused,      ///< Not written: the key is there, or has another version.
  unknown,      ///< A write that is applied now, later or never.
  unavailable,  ///< Not done, and never will be.
  too_large,    ///< Likewise, and asking again is useless.
};

/// The rule of this driver: of a write, only what the server itself has said counts, and only while
/// it cannot have been asked twice; everything else, listed here or not, is `unknown`. A read or
/// list that did not succeed is `unavailable`.
Answer answer_of(Call call, Said said, Map map);

/// Whether it is said of a setting that is wrong, and so however often one asks.
bool is_of_a_setting(Said said);

/// For what the library did not even accept, or a failed read: in words for an operator, behind
/// what was being done, with what the store's URL says of it.
Error error_of(Said said, const std::string& doing, const CouchbasePlace& place);

/// For a connection that was not made: likewise.
Error cannot_connect(Said said, const CouchbasePlace& place);

/// For one that was not made in time, and of which nothing is known.
Error not_connected(std::chrono::milliseconds within, const CouchbasePlace& place);

}  // namespace posse::couchbase
