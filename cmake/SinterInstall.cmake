# What `cmake --install` adds to the targets, which install themselves into the export set
# SinterTargets: the CMake package, the networks that come with Sinter, the documents.

include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/Sinter)
set(SINTER_INSTALL_NETWORKS_DIR ${CMAKE_INSTALL_DATADIR}/sinter/networks)

configure_package_config_file(
  ${PROJECT_SOURCE_DIR}/cmake/SinterConfig.cmake.in ${PROJECT_BINARY_DIR}/SinterConfig.cmake
  INSTALL_DESTINATION ${package_dir}
  PATH_VARS SINTER_INSTALL_NETWORKS_DIR)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/SinterConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)

install(EXPORT SinterTargets NAMESPACE Sinter:: DESTINATION ${package_dir})
install(FILES ${PROJECT_BINARY_DIR}/SinterConfig.cmake ${PROJECT_BINARY_DIR}/SinterConfigVersion.cmake
              ${PROJECT_SOURCE_DIR}/cmake/SinterAddNetwork.cmake
        DESTINATION ${package_dir})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/examples/networks/
        DESTINATION ${SINTER_INSTALL_NETWORKS_DIR}
        FILES_MATCHING PATTERN "*.sinter")
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
