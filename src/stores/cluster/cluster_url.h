/// What store URLs of clusters have in common.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "posse/result.h"
#include "stores/cluster/cluster_files.h"

namespace posse {

/// What is wrong with a URL, in one sentence.
Error wrong_url(const std::string& what);

/// What stands before `mark`, which is cut off with it; all of it if there is none.
std::string_view cut(std::string_view& rest, char mark);

/// Whether `text` has 1 to `bytes_max` letters, digits and `marks`.
bool is_made_of(std::string_view text, std::string_view marks, std::size_t bytes_max);

/// Whether it has neither blanks nor anything that is not in ASCII.
bool is_printable(std::string_view text);

bool is_port(std::string_view text);

/// A node that is none, for a message. What stands behind its colon and is no number may be part of
/// a password, and is left out.
std::string quoted_node(std::string_view node);

/// The user before the `@`, who is cut off with it; empty if there is none. Errors: `unavailable`.
Result<std::string> cut_user(std::string_view& authority);

/// An option of a URL.
struct UrlOption {
  std::string_view name;
  std::string_view value;
};

/// The first of `options`, which is cut off. `names` are those of the ones before it, and its own
/// joins them. Errors: `unavailable`, if it has no name or no value, or is there already.
Result<UrlOption> cut_option(std::string_view& options, std::vector<std::string_view>& names);

/// What a URL says beside the files that it names.
struct ClusterAccess {
  const char* secure_scheme;
  bool is_secure;
};

/// Files that need each other, or TLS. Errors: `unavailable`.
Result<void> check_together(const ClusterFiles& files, ClusterAccess access);

}  // namespace posse
