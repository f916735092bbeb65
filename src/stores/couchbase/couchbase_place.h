/// Where in a Couchbase cluster a store is, and how its store URL says it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "posse/result.h"
#include "stores/cluster/cluster_files.h"

namespace posse {

/// What a store URL of Couchbase looks like, for messages.
inline constexpr const char* couchbase_url_rule =
    "couchbase://USER@HOST[:PORT][,HOST...]/BUCKET[/SCOPE/COLLECTION]?password_file=FILE, or "
    "couchbases:// for TLS";

namespace couchbase {

/// What a write has survived when it is `done`: in the memory of most of the nodes that have the
/// document; also on the disk of the active one; on the disks of most of them.
enum class Durability : std::uint8_t { majority, majority_and_persist, persist_to_majority };

}  // namespace couchbase

/// A cluster, and the part of it that is ours.
struct CouchbasePlace {
  std::vector<std::string> nodes = {};  ///< HOST or HOST:PORT of some; the others they know.
  std::string bucket = {};
  std::string scope = {};        ///< With its collection, or both empty: the bucket's default one.
  std::string collection = {};   ///< Nothing in it may expire.
  std::string prefix = "posse";  ///< All ids of documents begin with it and a slash.
  std::string user = {};         ///< Empty if we show a certificate instead.
  couchbase::Durability durability = couchbase::Durability::majority;
  bool is_secure = false;  ///< TLS, by the authority that `ca` names.
  ClusterFiles files = {};
};

/// Reads `couchbase[s]://[USER@]HOST[:PORT][,HOST[:PORT]...]/BUCKET[/SCOPE/COLLECTION]
/// [?OPTION=VALUE[&...]]` with the options password_file, prefix, durability, ca, cert and key;
/// opens nothing.
/// Errors: `unavailable`, with one sentence that names the part that is wrong.
Result<CouchbasePlace> couchbase_place(const std::string& url);

}  // namespace posse
