/// One list of documents: ids by the query service, then each document by itself.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "posse/result.h"
#include "posse/scan.h"
#include "posse/task.h"
#include "stores/couchbase/calls.h"
#include "stores/couchbase/couchbase_place.h"
#include "stores/couchbase/names.h"

namespace posse::couchbase {

/// The statement that asks for ids between two parameters, in order; `comparison` is how they
/// compare with the first. A third parameter bounds their number.
std::string ids_statement(const CouchbasePlace& place, std::string_view comparison);

/// What an operator does for lists, in words.
std::string index_advice(const CouchbasePlace& place);

/// What Scan::scan() is asked for.
struct Range {
  std::string prefix;
  std::string after;
  std::size_t items_max;
};

/// Lists a range: asks for ids until there are enough keys, or no more. What shows each done write
/// of a document is the get that follows; that no id is missing is for the query service, which
/// waits until its index has caught up with the moment of the question.
class Listing {
 public:
  Listing(std::shared_ptr<Calls> calls, const CouchbasePlace& place, Range range);

  /// At most once. Errors: `unavailable`.
  Task<Result<std::vector<Listed>>> read();

 private:
  bool is_wanted(const Key& key) const;
  Task<Result<std::vector<std::string>>> ask_for_ids(std::string comparison);
  Task<Result<void>> get_all(std::vector<std::string> ids);

  std::shared_ptr<Calls> calls_;
  CouchbasePlace place_;
  Names names_;
  Range range_;
  std::string from_;
  std::string end_;
  std::vector<Listed> found_;
};

}  // namespace posse::couchbase
