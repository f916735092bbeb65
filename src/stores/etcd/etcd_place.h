/// Where an etcd cluster is, and how its store URL says it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "posse/result.h"
#include "stores/cluster/cluster_files.h"

namespace posse {

/// What a store URL of etcd looks like, for messages.
inline constexpr const char* etcd_url_rule =
    "etcd://HOST:PORT[,HOST:PORT...][/PREFIX], or etcds:// for TLS";

/// A cluster, and the part of its keys that is ours.
struct EtcdPlace {
  std::vector<std::string> members;  ///< HOST:PORT of each; at least one.
  std::string prefix = "posse";      ///< All keys stand below it, behind a slash.
  std::string user = {};             ///< Empty: nobody logs in.
  bool is_secure = false;            ///< TLS. Without `ca`, the system's authorities are trusted.
  ClusterFiles files = {};
};

/// Reads `etcd[s]://[USER@]HOST:PORT[,HOST:PORT...][/PREFIX][?OPTION=VALUE[&...]]`, with the
/// options password_file, ca, cert and key; opens nothing. Errors: `unavailable`, with one sentence
/// that names the part that is wrong.
Result<EtcdPlace> etcd_place(const std::string& url);

}  // namespace posse
