#include "store/mongo_client.hpp"

#include <taskrunner/error.hpp>

#include "base/log.hpp"

#include <array>
#include <mutex>
#include <utility>

namespace taskrunner::store {
namespace {

void log_of_libmongoc(mongoc_log_level_t level, const char* domain, const char* message, void*) {
  if (level <= MONGOC_LOG_LEVEL_CRITICAL)
    log_error("MongoDB ({}): {}", domain, message);
  else if (level == MONGOC_LOG_LEVEL_WARNING)
    log_warning("MongoDB ({}): {}", domain, message);
}

/// Once in a process; never undone, since threads may be using it until the very end.
void start_libmongoc() {
  static std::once_flag once;
  std::call_once(once, [] {
    mongoc_init();
    mongoc_log_set_handler(log_of_libmongoc, nullptr);
  });
}

struct DestroyUri {
  void operator()(mongoc_uri_t* uri) const { mongoc_uri_destroy(uri); }
};

/// libmongoc's own are 30 s to find a primary and 5 minutes for an answer.
void set_time_outs(mongoc_uri_t* uri) {
  constexpr std::array<std::pair<const char*, int>, 3> defaults = {{
      {MONGOC_URI_SERVERSELECTIONTIMEOUTMS, 3'000},
      {MONGOC_URI_CONNECTTIMEOUTMS, 3'000},
      {MONGOC_URI_SOCKETTIMEOUTMS, 15'000},
  }};
  for (const auto& [option, ms] : defaults)
    if (!mongoc_uri_has_option(uri, option)) mongoc_uri_set_option_as_int32(uri, option, ms);
}

}  // namespace

MongoPool::MongoPool(const MongoUrl& url) : pool_(nullptr) {
  start_libmongoc();
  const std::unique_ptr<mongoc_uri_t, DestroyUri> uri(mongoc_uri_new(url.uri.c_str()));
  if (!uri) throw Error(ErrorCode::invalid_argument, "the store URL '" + url.shown + "' is no MongoDB URL");
  set_time_outs(uri.get());
  if (!mongoc_uri_get_appname(uri.get())) mongoc_uri_set_appname(uri.get(), "task-runner");
  bson_error_t error;
  pool_ = mongoc_client_pool_new_with_error(uri.get(), &error);
  if (!pool_) throw Error(ErrorCode::unavailable, url.shown + ": " + error.message);
  mongoc_client_pool_set_error_api(pool_, MONGOC_ERROR_API_VERSION_2);
}

MongoPool::~MongoPool() { mongoc_client_pool_destroy(pool_); }

MongoCollections open_collections(const MongoUrl& url) {
  return {std::make_shared<MongoPool>(url), url.database, url.collection, url.collection + ".hosts",
          url.collection + ".schedules", url.shown};
}

}  // namespace taskrunner::store
