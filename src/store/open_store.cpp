#include "store/open_store.hpp"

#include <taskrunner/error.hpp>

#include "store/memory_store.hpp"
#include "store/mongo_store.hpp"
#include "store/sqlite_schema.hpp"
#include "store/sqlite_store.hpp"
#include "store/store_url.hpp"

#include <map>
#include <mutex>

namespace taskrunner::store {
namespace {

std::shared_ptr<Store> open_sqlite(const StoreUrl& url, const StoreOptions& options) {
  // A store keeps its file, so the file's address is its own while the store lives.
  static std::mutex mutex;
  static std::map<std::pair<SqliteFile*, std::string>, std::weak_ptr<SqliteStore>> stores;
  const std::shared_ptr<SqliteFile> file = SqliteFile::open(url.path);
  std::lock_guard lock(mutex);
  auto& known = stores[{file.get(), url.collection}];
  if (auto store = known.lock()) return store;
  auto store = std::make_shared<SqliteStore>(file, url.collection, options);
  known = store;
  std::erase_if(stores, [](const auto& entry) { return entry.second.expired(); });
  return store;
}

}  // namespace

std::shared_ptr<Store> open_store(std::string_view text, const StoreOptions& options) {
  const StoreUrl url = parse_store_url(text);
  if (options.share_topics && url.kind != StoreUrl::Kind::mongo)
    throw Error(ErrorCode::invalid_argument, "topics are shared with other runners in a MongoDB collection only: leave "
                                             "'share-topics' out, or give a mongodb:// store");
  if (url.kind == StoreUrl::Kind::sqlite) return open_sqlite(url, options);
  if (url.kind == StoreUrl::Kind::mongo) return std::make_shared<MongoStore>(open_collections(url.mongo), options);
  auto random = options.random ? options.random : std::make_shared<Random>(Random::system_seed());
  return std::make_shared<MemoryStore>(*options.clock, std::move(random), options.keep);
}

bool is_shared(std::string_view url) { return parse_store_url(url).kind == StoreUrl::Kind::mongo; }

std::string shown_url(std::string_view text) {
  const StoreUrl url = parse_store_url(text);
  return url.kind == StoreUrl::Kind::mongo ? url.mongo.shown : std::string(text);
}

}  // namespace taskrunner::store
