#include "store/mongo_client.hpp"

#include <taskrunner/error.hpp>

#include "store/mongo_library.hpp"

#include <array>
#include <memory>
#include <utility>

namespace taskrunner::store {
namespace {

struct DestroyUri {
  void operator()(mongoc_uri_t* uri) const { mongoc_uri_destroy(uri); }
};

void set_time_outs(mongoc_uri_t* uri, const MongoTimeOuts& time_outs) {
  const std::array<std::pair<const char*, std::int32_t>, 3> options = {{
      {MONGOC_URI_SERVERSELECTIONTIMEOUTMS, time_outs.primary_ms},
      {MONGOC_URI_CONNECTTIMEOUTMS, time_outs.connect_ms},
      {MONGOC_URI_SOCKETTIMEOUTMS, time_outs.answer_ms},
  }};
  for (const auto& [option, ms] : options)
    if (!mongoc_uri_has_option(uri, option)) mongoc_uri_set_option_as_int32(uri, option, ms);
}

}  // namespace

MongoPool::MongoPool(const MongoUrl& url, const MongoTimeOuts& time_outs) : pool_(nullptr) {
  start_libmongoc();
  const std::unique_ptr<mongoc_uri_t, DestroyUri> uri(mongoc_uri_new(url.uri.c_str()));
  if (!uri) throw Error(ErrorCode::invalid_argument, "the store URL '" + url.shown + "' is no MongoDB URL");
  set_time_outs(uri.get(), time_outs);
  if (!mongoc_uri_get_appname(uri.get())) mongoc_uri_set_appname(uri.get(), "task-runner");
  bson_error_t error;
  pool_ = mongoc_client_pool_new_with_error(uri.get(), &error);
  if (!pool_) throw Error(ErrorCode::unavailable, url.shown + ": " + error.message);
  mongoc_client_pool_set_error_api(pool_, MONGOC_ERROR_API_VERSION_2);
}

MongoPool::~MongoPool() { mongoc_client_pool_destroy(pool_); }

MongoCollections open_collections(const MongoUrl& url) {
  return {std::make_shared<MongoPool>(url), url.database, url.collection, url.collection + ".hosts",
          url.collection + ".schedules", url.shown, url};
}

}  // namespace taskrunner::store
