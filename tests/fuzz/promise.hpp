#pragma once

#include <cstdio>
#include <cstdlib>
#include <source_location>

namespace taskrunner::fuzz {

/// Unlike assert, in every build.
inline void promise(bool kept, std::source_location where = std::source_location::current()) {
  if (kept) return;
  std::fprintf(stderr, "%s:%u: a promise is broken\n", where.file_name(), static_cast<unsigned>(where.line()));
  std::abort();
}

}  // namespace taskrunner::fuzz
