#include "store/store_url.hpp"

#include <taskrunner/error.hpp>

#include "store/sqlite_schema.hpp"

namespace taskrunner::store {
namespace {

[[noreturn]] void wrong(std::string_view url, const std::string& why) {
  throw Error(ErrorCode::invalid_argument, "the store URL '" + std::string(url) + "': " + why);
}

void read_options(StoreUrl& parsed, std::string_view url, std::string_view options) {
  constexpr std::string_view collection = "collection=";
  if (!options.starts_with(collection)) wrong(url, "after '?' only collection=NAME may follow");
  parsed.collection = options.substr(collection.size());
  if (!is_collection_name(parsed.collection))
    wrong(url, "a collection's name is letters, digits, '_' and '-', at most 64, and begins with a letter or '_'");
}

}  // namespace

StoreUrl parse_store_url(std::string_view url) {
  constexpr std::string_view sqlite = "sqlite:";
  StoreUrl parsed;
  if (url == "memory:") return parsed;
  if (is_mongo_url(url)) {
    parsed.kind = StoreUrl::Kind::mongo;
    parsed.mongo = parse_mongo_url(url);
    parsed.collection = parsed.mongo.collection;
    return parsed;
  }
  if (!url.starts_with(sqlite)) wrong(url, "want mongodb://HOSTS/DATABASE, sqlite:PATH[?collection=NAME], or memory:");
  parsed.kind = StoreUrl::Kind::sqlite;
  const std::string_view rest = url.substr(sqlite.size());
  const std::size_t question = rest.find('?');
  parsed.path = rest.substr(0, question);
  if (parsed.path.empty()) wrong(url, "it names no file");
  if (parsed.path.find('\0') != std::string::npos) wrong(url, "a path holds no NUL character");
  if (question != std::string_view::npos) read_options(parsed, url, rest.substr(question + 1));
  return parsed;
}

}  // namespace taskrunner::store
