# taskrunner_folder(NAME DEPENDS a b … LIBRARIES x y …)
#   library `taskrunner_NAME` of all *.cpp here but tests and main.cpp, and test program `NAME_test` of all
#   *_test.cpp here. DEPENDS are other folders; LIBRARIES are outside libraries.
# Global properties for the rest of the build: TASKRUNNER_LIBRARIES (every folder's library) and
# TASKRUNNER_TEST_PROGRAMS (every C++ test program, for the sanitizer builds).
function(taskrunner_folder name)
  cmake_parse_arguments(ARG "" "" "DEPENDS;LIBRARIES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "(_test|/main)\\.cpp$")
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  list(TRANSFORM ARG_DEPENDS PREPEND taskrunner_)

  set(target taskrunner_${name})
  if(sources)
    add_library(${target} STATIC ${sources})
    set(scope PUBLIC)
  else()
    add_library(${target} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(${target} ${scope}
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/src>
    $<INSTALL_INTERFACE:include>)
  target_link_libraries(${target} ${scope} ${ARG_DEPENDS} ${ARG_LIBRARIES} Threads::Threads)
  set_property(GLOBAL APPEND PROPERTY TASKRUNNER_LIBRARIES ${target})

  if(TASKRUNNER_TESTS AND tests)
    taskrunner_test_program(${name} SOURCES ${tests} LIBRARIES ${target})
  endif()
endfunction()

# taskrunner_test_program(NAME SOURCES a.cpp … LIBRARIES x …): the gtest program <build>/tests/NAME_test.
function(taskrunner_test_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBRARIES" ${ARGN})
  add_executable(${name}_test ${ARG_SOURCES})
  target_link_libraries(${name}_test PRIVATE ${ARG_LIBRARIES} GTest::gtest GTest::gmock GTest::gtest_main)
  set_target_properties(${name}_test PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  add_test(NAME ${name} COMMAND ${name}_test WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  set_property(GLOBAL APPEND PROPERTY TASKRUNNER_TEST_PROGRAMS ${name}_test)
endfunction()
