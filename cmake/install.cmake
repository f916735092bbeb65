# What an installed Posse consists of: the program, the public headers, and a package for
# find_package(Posse), and of what its tests offer to others: the component `testing`.
include(CMakePackageConfigHelpers)

install(TARGETS posse_core EXPORT posseTargets
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
