# Everything we build on, found once. Third-party headers are SYSTEM, so that their warnings stay theirs.
find_package(Threads REQUIRED)
# Called some thousand times a purchase: from the archive, calls of it need no detour.
set(Boost_USE_STATIC_LIBS ON)
find_package(Boost 1.81 REQUIRED COMPONENTS json)
find_package(PkgConfig REQUIRED)
pkg_check_modules(lmdb REQUIRED IMPORTED_TARGET lmdb)
pkg_check_modules(zstd REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(jemalloc REQUIRED IMPORTED_TARGET jemalloc)
pkg_check_modules(sodium REQUIRED IMPORTED_TARGET libsodium)
if(POSSE_CLI)
  find_package(prometheus-cpp REQUIRED)
  find_package(spdlog REQUIRED)
endif()
