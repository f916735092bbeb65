# posse_library(NAME): the target posse_NAME, known to others as posse::NAME, with our habits.
function(posse_library name)
  add_library(posse_${name} STATIC)
  add_library(posse::${name} ALIAS posse_${name})
  set_target_properties(posse_${name} PROPERTIES EXPORT_NAME ${name})
  target_link_libraries(posse_${name} PRIVATE $<BUILD_INTERFACE:posse_dev>)
  target_precompile_headers(posse_${name} PRIVATE ${PROJECT_SOURCE_DIR}/cmake/precompiled.h)
endfunction()
