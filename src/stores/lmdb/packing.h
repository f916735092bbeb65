/// Documents as small as they come: zstd, with a dictionary of what all documents have in common.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <zstd.h>

#include "posse/types.h"

namespace posse::lmdb {

/// Packs values: one zstd frame (RFC 8878) each, with its content size and checksum, without
/// dictionary id. Most of a commit's time goes into pages, and of an account's 250 bytes hardly 90
/// are news: small documents share pages.
class Packer {
 public:
  Packer();

  /// Valid until the next call. A value that has no pattern grows by a few bytes.
  std::string_view pack(std::string_view value);

 private:
  struct Free {
    void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
    void operator()(ZSTD_CDict* dictionary) const { ZSTD_freeCDict(dictionary); }
  };

  std::unique_ptr<ZSTD_CDict, Free> dictionary_;
  std::unique_ptr<ZSTD_CCtx, Free> context_;
  Bytes packed_;
};

/// Unpacks what a Packer has packed.
class Unpacker {
 public:
  Unpacker();

  /// Empty if `packed` is not what comes of a value within bounds: damage is noticed by the
  /// checksum.
  std::optional<Bytes> unpack(std::string_view packed);

 private:
  struct Free {
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
    void operator()(ZSTD_DDict* dictionary) const { ZSTD_freeDDict(dictionary); }
  };

  std::unique_ptr<ZSTD_DDict, Free> dictionary_;
  std::unique_ptr<ZSTD_DCtx, Free> context_;
};

}  // namespace posse::lmdb
