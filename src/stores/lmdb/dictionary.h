/// The text that packed documents refer to.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace posse::lmdb {

/// Belongs to format 1 of the file like the layout of a record: never to be changed. Another text
/// needs another format.
extern const std::string_view document_dictionary;

}  // namespace posse::lmdb
