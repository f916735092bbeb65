# The web page as a part of the program: POSSE_PAGE is the folder that script/page has filled. Left
# out, the program has no page and says so.
set(POSSE_PAGE "" CACHE PATH "The folder of the built page; empty for none")

# posse_page(TARGET): compiles the page's files into TARGET.
function(posse_page target)
  set(files)
  if(POSSE_PAGE)
    file(GLOB_RECURSE files CONFIGURE_DEPENDS ${POSSE_PAGE}/*.html ${POSSE_PAGE}/*.js
         ${POSSE_PAGE}/*.css ${POSSE_PAGE}/*.svg)
    if(NOT files)
      message(FATAL_ERROR "POSSE_PAGE: there is no page in ${POSSE_PAGE}; script/page makes one")
    endif()
  endif()
  set(made ${CMAKE_CURRENT_BINARY_DIR}/page_files.cc)
  set(maker ${PROJECT_SOURCE_DIR}/cmake/page_files.cmake)
  add_custom_command(
    OUTPUT ${made}
    COMMAND ${CMAKE_COMMAND} "-DFOLDER=${POSSE_PAGE}" "-DFILES=${files}" -DMADE=${made} -P ${maker}
    DEPENDS ${files} ${maker}
    COMMENT "Making page_files.cc" VERBATIM)
  target_sources(${target} PRIVATE ${made})
  set_source_files_properties(${made} PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
endfunction()
