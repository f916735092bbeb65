/// Reading in the caller's thread: what is not in the LMDB file yet, then the file, with one
/// transaction that is renewed for each call.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <lmdb.h>

#include "posse/scan.h"
#include "stores/lmdb/environment.h"
#include "stores/lmdb/memtable.h"
#include "stores/lmdb/packing.h"

namespace posse::lmdb {

/// One reader's place in LMDB's table, kept for the store's lifetime: renewing takes no lock that
/// another process could hold. Each call reads the newest commit of all processes. Answers are
/// LMDB's codes; MDB_MAP_RESIZED means that a writing transaction must adopt the larger map first.
class Reader {
 public:
  /// Takes the place in the table; look at `begun` next.
  Reader(Environment& environment, const Memtable& memtable);

  /// LMDB's code of the beginning.
  int begun() const { return transaction_.begun(); }

  int get(const Key& key, std::optional<Document>& found);

  /// As Scan::scan.
  int scan(const std::string& prefix, std::string after, std::size_t items_max,
           std::vector<Listed>& page);

 private:
  class View;
  class Merge;

  int unpack(const MDB_val& record, Document& document);

  Environment& environment_;
  const Memtable& memtable_;
  Unpacker unpacker_;
  Transaction transaction_;
};

}  // namespace posse::lmdb
