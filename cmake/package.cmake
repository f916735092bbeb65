# The Debian package: the program, its unit, its settings. script/package builds it.
if(NOT POSSE_CLI)
  return()
endif()
set(packaging ${PROJECT_SOURCE_DIR}/packaging)
install(FILES ${packaging}/node.toml DESTINATION /etc/posse COMPONENT program EXCLUDE_FROM_ALL)
install(FILES ${packaging}/posse@.service DESTINATION /lib/systemd/system COMPONENT program EXCLUDE_FROM_ALL)
install(FILES ${packaging}/posse.sysusers DESTINATION /usr/lib/sysusers.d RENAME posse.conf
        COMPONENT program EXCLUDE_FROM_ALL)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION /usr/share/doc/posse RENAME copyright
        COMPONENT program EXCLUDE_FROM_ALL)
install(FILES ${PROJECT_SOURCE_DIR}/docs/operating.md ${PROJECT_SOURCE_DIR}/docs/http.md
              ${PROJECT_SOURCE_DIR}/api/openapi.yaml
        DESTINATION /usr/share/doc/posse COMPONENT program EXCLUDE_FROM_ALL)

set(CPACK_GENERATOR DEB)
set(CPACK_COMPONENTS_ALL program)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_PACKAGE_NAME posse)
set(CPACK_PACKAGE_CONTACT "Posse <posse@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY ${PROJECT_DESCRIPTION})
set(CPACK_PACKAGE_DIRECTORY ${PROJECT_BINARY_DIR}/package)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME posse)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_DEPENDS "systemd | systemd-standalone-sysusers")
# Of a library that was built from source nobody knows the package, and it would be left out.
if(POSSE_HAS_COUCHBASE)
  string(APPEND CPACK_DEBIAN_PROGRAM_PACKAGE_DEPENDS ", libcouchbase3 (>= 3.3)")
endif()
set(CPACK_DEBIAN_PROGRAM_PACKAGE_RECOMMENDS lmdb-utils)  # mdb_copy, for backups
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_CONTROL_EXTRA
    "${packaging}/debian/postinst;${packaging}/debian/prerm;${packaging}/debian/postrm;${packaging}/debian/conffiles")
include(CPack)
