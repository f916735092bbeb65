/// What our programs ask of jemalloc.
// SPDX-License-Identifier: Apache-2.0

/// Huge pages where the system leaves it to programs (`madvise`, the usual setting). What a
/// purchase touches lies all over the memory, and finding its pages took a tenth of all the time.
/// It costs some 20 MiB. MALLOC_CONF in the environment has the last word.
// NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables): jemalloc looks for this.
extern "C" const char* malloc_conf;
const char* malloc_conf = "thp:always";
