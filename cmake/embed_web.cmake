# cmake -DPAGE=… -DMODULES=… -DOUT=… -P embed_web.cmake
#   PAGE     folder of the page's own files      MODULES  its node_modules
#   OUT      gets files/ (what is served, as it is served) and web_files.cpp
# Libraries are taken as their packages have them, but for two things that a browser without a bundler needs:
# bare imports become relative ones, and pointers to source maps, which are not served, go.
cmake_minimum_required(VERSION 3.25)

set(files ${OUT}/files)
file(REMOVE_RECURSE ${files})
file(MAKE_DIRECTORY ${files}/lib)

function(take_library package file name)
  file(READ ${MODULES}/${package}/${file} text)
  string(REPLACE "from\"preact\"" "from\"./preact.js\"" text "${text}")
  string(REGEX REPLACE "\n?//# sourceMappingURL=[^\n]*" "" text "${text}")
  if(text MATCHES "from ?[\"']([a-z@][^\"']*)[\"']")
    message(FATAL_ERROR "${package}/${file} imports '${CMAKE_MATCH_1}', which a browser cannot find: "
      "add it to cmake/embed_web.cmake")
  endif()
  file(WRITE ${files}/lib/${name} "${text}")
endfunction()

function(add_licence package)
  file(READ ${MODULES}/${package}/package.json about)
  string(JSON version GET "${about}" version)
  string(JSON licence GET "${about}" license)
  file(READ ${MODULES}/${package}/LICENSE text)
  file(APPEND ${files}/licenses.txt "${package} ${version} (${licence})\n\n${text}\n\n----------------\n\n")
endfunction()

function(content_type name result)
  set(html "text/html; charset=utf-8")
  set(js "text/javascript; charset=utf-8")
  set(css "text/css; charset=utf-8")
  set(txt "text/plain; charset=utf-8")
  set(svg "image/svg+xml")
  string(REGEX MATCH "[a-z]+$" extension ${name})
  if(NOT DEFINED ${extension})
    message(FATAL_ERROR "${name}: cmake/embed_web.cmake knows no content type for .${extension}")
  endif()
  set(${result} "${${extension}}" PARENT_SCOPE)
endfunction()

file(COPY ${PAGE}/ DESTINATION ${files})
take_library(preact dist/preact.mjs preact.js)
take_library(preact hooks/dist/hooks.mjs hooks.js)
take_library(htm dist/htm.module.js htm.js)
take_library(socket.io-client dist/socket.io.esm.min.js socket.io.js)

file(WRITE ${files}/licenses.txt "The page of task-runner contains these libraries.\n\n----------------\n\n")
# The last four are inside socket.io-client's browser build.
foreach(package preact htm socket.io-client engine.io-client engine.io-parser socket.io-parser
        @socket.io/component-emitter)
  add_licence(${package})
endforeach()

file(GLOB_RECURSE names RELATIVE ${files} ${files}/*)
list(SORT names)
set(bytes "")
set(symbols "")
set(table "")
set(number 0)
foreach(name ${names})
  content_type(${name} type)
  file(SHA256 ${files}/${name} hash)
  file(SIZE ${files}/${name} size)
  string(SUBSTRING ${hash} 0 24 etag)
  string(REGEX REPLACE "^/index.html$" "/" path "/${name}")
  string(APPEND bytes "web_file_${number}:\n.incbin \"${files}/${name}\"\n")
  string(APPEND symbols "extern const char web_file_${number}[];\n")
  string(APPEND table "    {\"${path}\", \"${type}\", {web_file_${number}, ${size}}, \"\\\"${etag}\\\"\"},\n")
  math(EXPR number "${number} + 1")
endforeach()

file(CONFIGURE OUTPUT ${OUT}/web_files.cpp @ONLY CONTENT [[
// Made by cmake/embed_web.cmake.
#include "web/web_files.hpp"

#include <algorithm>

// The assembler copies the files in: a compiler would take seconds over them.
__asm__(R"(.section .rodata.web_files,"a",@progbits
@bytes@.previous
)");

extern "C" {
@symbols@}

namespace taskrunner::web {
namespace {
const WebFile files[] = {
@table@};
}  // namespace

std::span<const WebFile> all() { return files; }

const WebFile* find(std::string_view path) {
  if (path == "/index.html") path = "/";
  const auto* found = std::find_if(std::begin(files), std::end(files), [&](const WebFile& f) { return f.path == path; });
  return found == std::end(files) ? nullptr : found;
}
}  // namespace taskrunner::web
]])
