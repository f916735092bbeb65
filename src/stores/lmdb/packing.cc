/// Packing values, and unpacking them.
// SPDX-License-Identifier: Apache-2.0
#include "stores/lmdb/packing.h"

#include <algorithm>

#include "core/assert.h"
#include "posse/store.h"
#include "stores/lmdb/dictionary.h"

namespace posse::lmdb {
namespace {

/// What repeats is referred to, what is new stands as it is. The levels above code what is new as
/// well, most of which is base64 of chance: 3 to 18 of 100 off an account, for half as much again
/// to pack it, and three or four times as long to unpack it.
constexpr int level = -1;

}  // namespace

Packer::Packer()
    : dictionary_(ZSTD_createCDict(document_dictionary.data(), document_dictionary.size(), level)),
      context_(ZSTD_createCCtx()) {
  POSSE_ASSERT(dictionary_ && context_);
  // The dictionary is plain text, and has no id that a frame could name.
  ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_dictIDFlag, 0);
  // LMDB's pages have no checksums.
  ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_checksumFlag, 1);
  ZSTD_CCtx_refCDict(context_.get(), dictionary_.get());
}

std::string_view Packer::pack(std::string_view value) {
  packed_.resize(std::max(packed_.size(), ZSTD_compressBound(value.size())));
  const std::size_t size =
      ZSTD_compress2(context_.get(), packed_.data(), packed_.size(), value.data(), value.size());
  POSSE_ASSERT(!ZSTD_isError(size));  // there is room for the worst
  return {packed_.data(), size};
}

Unpacker::Unpacker()
    : dictionary_(ZSTD_createDDict(document_dictionary.data(), document_dictionary.size())),
      context_(ZSTD_createDCtx()) {
  POSSE_ASSERT(dictionary_ && context_);
  ZSTD_DCtx_refDDict(context_.get(), dictionary_.get());
}

std::optional<Bytes> Unpacker::unpack(std::string_view packed) {
  // Its two errors are the two largest numbers.
  const auto size = ZSTD_getFrameContentSize(packed.data(), packed.size());
  if (size > value_bytes_max) return {};
  Bytes value(size, '\0');
  const std::size_t got =
      ZSTD_decompressDCtx(context_.get(), value.data(), value.size(), packed.data(), packed.size());
  if (got != size) return {};  // an error is a number above every size
  return value;
}

}  // namespace posse::lmdb
