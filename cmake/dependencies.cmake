# Everything we build on, found once. Third-party headers are SYSTEM, so that their warnings stay theirs.
find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json)
# Compiled once, and without what it keeps of memory: a purchase takes some fifty frames of
# coroutines, and for each Asio looks through the few it has, and lets go of one.
set(posse_asio BOOST_ASIO_SEPARATE_COMPILATION
  BOOST_ASIO_RECYCLING_ALLOCATOR_CACHE_SIZE=1
  BOOST_ASIO_DISABLE_STD_ALIGNED_ALLOC BOOST_ASIO_DISABLE_BOOST_ALIGN)
find_package(PkgConfig REQUIRED)
pkg_check_modules(lmdb REQUIRED IMPORTED_TARGET lmdb)
pkg_check_modules(zstd REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(jemalloc REQUIRED IMPORTED_TARGET jemalloc)
pkg_check_modules(sodium REQUIRED IMPORTED_TARGET libsodium)
if(POSSE_CLI)
  find_package(prometheus-cpp REQUIRED)
  find_package(spdlog REQUIRED)
endif()
