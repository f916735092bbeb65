/// What our programs ask of jemalloc.
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdlib>
#include <malloc.h>

/// Huge pages where the system leaves it to programs (`madvise`, the usual setting). What a
/// purchase touches lies all over the memory, and finding its pages took a tenth of all the time.
/// It costs some 20 MiB. MALLOC_CONF in the environment has the last word.
// NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables): jemalloc looks for this.
extern "C" const char* malloc_conf;
const char* malloc_conf = "thp:always";

/// Asio asks for aligned memory for each frame of a coroutine, some fifty for each purchase, though
/// nearly all are aligned as everything is: jemalloc has that at half the price.
extern "C" void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
  // A power of two, by contract.
  const bool is_ordinary = alignment <= alignof(std::max_align_t) && (size & (alignment - 1)) == 0;
  return is_ordinary ? std::malloc(size) : ::memalign(alignment, size);
}
