# What an installed Posse consists of: the program, the public headers, and a package for
# find_package(Posse), and of what its tests offer to others: the component `testing`.
include(CMakePackageConfigHelpers)

set(installed posse_core posse_documents posse_journal posse_live posse_patrol posse_stores_lmdb
              posse_stores_memory posse_system)
set(POSSE_HAS_OPEN FALSE)
if(TARGET posse_open)
  set(POSSE_HAS_OPEN TRUE)
  list(APPEND installed posse_etcd_api posse_library posse_open posse_stores_cluster posse_stores_couchbase
       posse_stores_etcd)
endif()
install(TARGETS ${installed} EXPORT posseTargets
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
        FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
if(TARGET posse_testing)
  install(TARGETS posse_testing EXPORT posseTestingTargets
          ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
          FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
  install(EXPORT posseTestingTargets NAMESPACE posse:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/Posse)
endif()
install(EXPORT posseTargets NAMESPACE posse:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/Posse)
configure_package_config_file(cmake/posseConfig.cmake.in ${PROJECT_BINARY_DIR}/PosseConfig.cmake
                              INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/Posse)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/PosseConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/PosseConfig.cmake ${PROJECT_BINARY_DIR}/PosseConfigVersion.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/Posse)
if(POSSE_CLI)
  install(TARGETS posse RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT program)
endif()
