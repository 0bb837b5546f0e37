# What `cmake --install` lays down for programs outside this tree: the public headers, every folder's library,
# and a package file, so that find_package(taskrunner) gives the target taskrunner::taskrunner.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

get_property(libraries GLOBAL PROPERTY TASKRUNNER_LIBRARIES)

# One name for all: the folders are how the project is built, not what its users should have to know.
add_library(taskrunner INTERFACE)
add_library(taskrunner::taskrunner ALIAS taskrunner)
target_link_libraries(taskrunner INTERFACE ${libraries})
target_compile_features(taskrunner INTERFACE cxx_std_20)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/taskrunner)
install(TARGETS taskrunner ${libraries} EXPORT taskrunnerTargets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library)
install(EXPORT taskrunnerTargets NAMESPACE taskrunner:: DESTINATION ${package_dir} COMPONENT library)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/taskrunner DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  COMPONENT library FILES_MATCHING PATTERN "*.hpp")

configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/taskrunnerConfig.cmake.in
  ${CMAKE_BINARY_DIR}/taskrunnerConfig.cmake INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/taskrunnerConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/taskrunnerConfig.cmake ${CMAKE_BINARY_DIR}/taskrunnerConfigVersion.cmake
  DESTINATION ${package_dir} COMPONENT library)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT library)

if(TARGET task-runner)
  install(TARGETS task-runner RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT program)
endif()

# All that an install of the library needs to have been built.
add_custom_target(taskrunner_install)
foreach(library ${libraries})
  add_dependencies(taskrunner_install ${library})
endforeach()
