/// LMDB's error codes as ours: the one table.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "posse/result.h"

namespace posse::lmdb {

/// The Error for LMDB's `code` (its own or an errno), met while `doing` something.
Error failure(int code, std::string_view doing);

/// Whether `code` says for certain that there was no room.
bool says_full(int code);

}  // namespace posse::lmdb
