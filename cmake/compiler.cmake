set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo)
endif()
# -g1 keeps line numbers in stack traces at a third of the link time; assertions stay on in every build.
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1")

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor)
add_compile_definitions($<$<CONFIG:Debug>:_GLIBCXX_ASSERTIONS>)
# What is not reached is not linked: the program carries only the parts of its static libraries that it uses.
add_compile_options(-ffunction-sections -fdata-sections)
add_link_options(-Wl,--gc-sections)
# No path of the building machine in the program, and the same objects from every clone.
add_compile_options(-ffile-prefix-map=${CMAKE_SOURCE_DIR}=.)

set(TASKRUNNER_SANITIZE "" CACHE STRING "'address' (with UBSan), 'thread', 'fuzzer' (clang, with both) or empty")
if(TASKRUNNER_SANITIZE STREQUAL "address")
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
elseif(TASKRUNNER_SANITIZE STREQUAL "thread")
  # Asio uses fences that ThreadSanitizer does not model; our own code has none.
  add_compile_options(-fsanitize=thread -fno-omit-frame-pointer)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-Wno-tsan)
  endif()
  add_link_options(-fsanitize=thread)
elseif(TASKRUNNER_SANITIZE STREQUAL "fuzzer")
  # clang's libFuzzer; tests/fuzz links its programs with it.
  add_compile_options(-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
elseif(TASKRUNNER_SANITIZE)
  message(FATAL_ERROR "TASKRUNNER_SANITIZE is '${TASKRUNNER_SANITIZE}': want 'address', 'thread', 'fuzzer' or nothing")
endif()

find_program(CCACHE ccache)
if(CCACHE)
  # Relative to the checkout, so that another clone of the project finds the same objects.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${CCACHE})
endif()
find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()
