/// The web page: files that the build puts into the program.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include "node/router.h"

namespace posse {

struct PageFile {
  std::string_view path;  ///< From the root of the node, `/assets/…` or `/index.html`.
  std::string_view tag;   ///< Stands for the contents; the characters of an ETag.
  std::string_view plain;
  std::string_view gzipped;  ///< Empty if it would be no smaller.
};

/// All files of the page, of which the build makes this; none in a build without a page.
extern const std::span<const PageFile> page_files;

/// The page's files, and the index at every path that the page shows something at.
void add_page_routes(Router& router);

/// Whether `accepted`, an Accept-Encoding (RFC 9110), allows gzip.
bool allows_gzip(std::string_view accepted);

}  // namespace posse
