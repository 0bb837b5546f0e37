#include "store/mongo_library.hpp"

#include "base/log.hpp"

#include <mongoc/mongoc.h>

#include <mutex>

namespace taskrunner::store {
namespace {

thread_local int silent = 0;

void log_of_libmongoc(mongoc_log_level_t level, const char* domain, const char* message, void*) {
  if (silent > 0) return;
  if (level <= MONGOC_LOG_LEVEL_CRITICAL)
    log_error("MongoDB ({}): {}", domain, message);
  else if (level == MONGOC_LOG_LEVEL_WARNING)
    log_warning("MongoDB ({}): {}", domain, message);
}

}  // namespace

void start_libmongoc() {
  static std::once_flag once;
  std::call_once(once, [] {
    mongoc_log_set_handler(log_of_libmongoc, nullptr);
    mongoc_init();
  });
}

SilentLibmongoc::SilentLibmongoc() {
  start_libmongoc();
  ++silent;
}
SilentLibmongoc::~SilentLibmongoc() { --silent; }

}  // namespace taskrunner::store
