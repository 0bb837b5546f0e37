#pragma once

#include <span>
#include <string_view>

namespace taskrunner::web {

/// One file of the page, built into the program. All views are static and live as long as the program.
struct WebFile {
  std::string_view path;          ///< as requested: "/app.js"; the page itself is "/"
  std::string_view content_type;  ///< with charset, for Content-Type
  std::string_view content;
  std::string_view etag;  ///< quoted, for ETag and If-None-Match; changes with the content
};

/// The file served at `path` (no query, not percent-encoded), or null. "/index.html" is "/" too.
/// Any thread; never throws.
const WebFile* find(std::string_view path);

/// All files, by path.
std::span<const WebFile> all();

/// For Content-Security-Policy on every file of the page. Scripts and styles come from the program alone;
/// connections may go anywhere, because a task's own socket is at the host that runs it.
inline constexpr std::string_view content_security_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self' http: https: ws: wss:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

}  // namespace taskrunner::web
