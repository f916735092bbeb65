# Run with -P by cmake/page.cmake: writes MADE, a C++ file with the contents of FILES below FOLDER.
# Beside each file lies its compressed form, FILE.gz, if that is smaller.

# bytes_of(FILE OUT): the contents as numbers.
function(bytes_of file out)
  file(READ ${file} hex HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${hex}")
  string(REGEX REPLACE "(.................................................................[^,]*,)"
         "\\1\n" bytes "${bytes}")
  set(${out} "${bytes}" PARENT_SCOPE)
endfunction()

set(arrays "")
set(entries "")
set(count 0)
foreach(file IN LISTS FILES)
  file(RELATIVE_PATH path ${FOLDER} ${file})
  file(SHA256 ${file} digest)
  string(SUBSTRING ${digest} 0 24 tag)
  bytes_of(${file} bytes)
  string(APPEND arrays "constexpr char plain_${count}[] = {\n${bytes}};\n")
  set(gzipped "{}")
  if(EXISTS ${file}.gz)
    bytes_of(${file}.gz bytes)
    string(APPEND arrays "constexpr char gzipped_${count}[] = {\n${bytes}};\n")
    set(gzipped "{gzipped_${count}, sizeof gzipped_${count}}")
  endif()
  string(APPEND entries "    {.path = \"/${path}\", .tag = \"${tag}\", "
         ".plain = {plain_${count}, sizeof plain_${count}}, .gzipped = ${gzipped}},\n")
  math(EXPR count "${count} + 1")
endforeach()

set(all "")
set(span "{}")
if(count GREATER 0)
  set(all "constexpr PageFile all[] = {\n${entries}};\n")
  set(span "all")
endif()
file(WRITE ${MADE} "// SPDX-License-Identifier: Apache-2.0
#include \"node/page.h\"

namespace posse {
namespace {

${arrays}${all}
}  // namespace

const std::span<const PageFile> page_files = ${span};

}  // namespace posse
")
