# Warnings and hardening of our own targets: linked privately, never exported.
add_library(posse_dev INTERFACE)
target_compile_options(posse_dev INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
  -Wnon-virtual-dtor -Wswitch-enum -Werror -fstack-protector-strong)

# What is precompiled is named without its folder, so that copies of the tree share it.
target_include_directories(posse_dev INTERFACE ${PROJECT_SOURCE_DIR}/cmake)

# ccache can only reuse a precompiled header whose time stamp is not part of it.
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  target_compile_options(posse_dev INTERFACE "SHELL:-Xclang -fno-pch-timestamp")
endif()

# g++ 12 says the first of ordinary coroutine frames at -O1 and above, falsely. The others are said of
# files that are compiled several at once, as the preset gcc does: clang looks for what shadows.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(posse_dev INTERFACE
    -Wno-mismatched-new-delete -Wno-subobject-linkage -Wno-shadow)
endif()
