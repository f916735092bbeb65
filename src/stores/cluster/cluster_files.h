/// The files that a store URL of a cluster names, and what is in them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "posse/result.h"

namespace posse {

/// By the options of the URL; empty where it has none.
struct ClusterFiles {
  std::filesystem::path password_file = {};
  std::filesystem::path ca = {};    ///< Who has signed the certificates of the cluster.
  std::filesystem::path cert = {};  ///< Our own certificate, with its key: both or none.
  std::filesystem::path key = {};
};

/// Where the option `name` belongs; null if it names no file.
std::filesystem::path* file_option(ClusterFiles& files, std::string_view name);

/// Whether each of them can be read. Errors: `unavailable`, with the option's name.
Result<void> check_readable(const ClusterFiles& files);

/// What is in `file`; nothing if it has no name. Errors: `unavailable`.
Result<std::string> content_of(const std::filesystem::path& file);

/// Likewise, without the end of its line.
Result<std::string> password_in(const std::filesystem::path& file);

}  // namespace posse
