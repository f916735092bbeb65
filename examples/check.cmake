# Runs PROGRAM on a new store and compares what it says with the file EXPECTED.
set(store ${PROGRAM}-store)
file(REMOVE_RECURSE ${store})
execute_process(COMMAND ${PROGRAM} lmdb:${store} RESULT_VARIABLE status OUTPUT_VARIABLE said)
file(READ ${EXPECTED} expected)
if(NOT status EQUAL 0 OR NOT said STREQUAL expected)
  message(FATAL_ERROR "exit code ${status}, and said:\n${said}\nexpected:\n${expected}")
endif()
