# Installs the build into a folder of its own, then configures, builds and runs what consumes it.
set(prefix ${BUILT}/test/install/prefix)
set(build ${BUILT}/test/install/consumer)
file(REMOVE_RECURSE ${prefix} ${build})

function(run)
  execute_process(COMMAND ${ARGV} RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${ARGV}\n${output}")
  endif()
endfunction()

run(${CMAKE_COMMAND} --install ${BUILT} --prefix ${prefix})
run(${CMAKE_COMMAND} -S ${CONSUMER} -B ${build} -G ${GENERATOR}
    -D CMAKE_CXX_COMPILER=${COMPILER} -D CMAKE_PREFIX_PATH=${prefix})
run(${CMAKE_COMMAND} --build ${build})
run(${build}/consumer)
run(${build}/driver_test)
run(${build}/documents lmdb:${build}/pots)

# The examples, as somebody else's project.
set(build ${BUILT}/test/install/examples)
file(REMOVE_RECURSE ${build})
run(${CMAKE_COMMAND} -S ${EXAMPLES} -B ${build} -G ${GENERATOR}
    -D CMAKE_CXX_COMPILER=${COMPILER} -D CMAKE_PREFIX_PATH=${prefix})
run(${CMAKE_COMMAND} --build ${build} --target bank)
run(${build}/bank lmdb:${build}/bank-store)
