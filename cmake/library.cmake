# posse_library(NAME [HEADER...]): the target posse_NAME, known to others as posse::NAME, with our
# habits. HEADERs are precompiled for it too; without them it uses what core has precompiled, since
# g++ takes longer for that than for most of a library.
function(posse_library name)
  add_library(posse_${name} STATIC)
  add_library(posse::${name} ALIAS posse_${name})
  set_target_properties(posse_${name} PROPERTIES EXPORT_NAME ${name})
  target_link_libraries(posse_${name} PRIVATE $<BUILD_INTERFACE:posse_dev>)
  if(name STREQUAL "core" OR ARGN)
    target_precompile_headers(posse_${name} PRIVATE
      <precompiled.h> ${ARGN})
  else()
    target_precompile_headers(posse_${name} REUSE_FROM posse_core)
  endif()
endfunction()
