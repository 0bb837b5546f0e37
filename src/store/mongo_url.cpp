#include "store/mongo_url.hpp"

#include <taskrunner/error.hpp>

#include "store/mongo_library.hpp"
#include "store/sqlite_schema.hpp"

#include <mongoc/mongoc.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace taskrunner::store {
namespace {

struct DestroyUri {
  void operator()(mongoc_uri_t* uri) const { mongoc_uri_destroy(uri); }
};
using Uri = std::unique_ptr<mongoc_uri_t, DestroyUri>;

constexpr std::string_view plain_scheme = "mongodb://";
constexpr std::string_view srv_scheme = "mongodb+srv://";

std::string_view scheme_of(std::string_view url) { return url.starts_with(srv_scheme) ? srv_scheme : plain_scheme; }

/// The URL's part between scheme and path, behind user and password. A raw '@' or '/' in a password is wrong, but
/// must not be shown for that.
std::string_view hosts_of(std::string_view url) {
  std::string_view rest = url.substr(scheme_of(url).size());
  if (const auto at = rest.rfind('@'); at != std::string_view::npos) rest.remove_prefix(at + 1);
  return rest.substr(0, rest.find_first_of("/?"));
}

[[noreturn]] void wrong(const MongoUrl& url, const std::string& why) {
  throw Error(ErrorCode::invalid_argument, "the store URL '" + url.shown + "': " + why);
}

/// Takes `collection=NAME` out of the options; the others stay as they are.
std::string take_collection(std::string_view url, std::string& collection) {
  const auto question = url.find('?');
  std::string kept(url.substr(0, question));
  if (question == std::string_view::npos) return kept;
  std::string_view options = url.substr(question + 1);
  char before = '?';
  while (!options.empty()) {
    const std::string_view option = options.substr(0, options.find('&'));
    options.remove_prefix(std::min(option.size() + 1, options.size()));
    constexpr std::string_view ours = "collection=";
    if (option.starts_with(ours)) {
      collection = option.substr(ours.size());
    } else if (!option.empty()) {
      kept += std::exchange(before, '&');
      kept += option;
    }
  }
  return kept;
}

void refuse_weak_writes(const MongoUrl& url, const mongoc_uri_t* uri) {
  const mongoc_write_concern_t* concern = mongoc_uri_get_write_concern(uri);
  const bool has_w = concern && mongoc_write_concern_get_w(concern) != MONGOC_WRITE_CONCERN_W_DEFAULT;
  if (has_w && !mongoc_write_concern_get_wmajority(concern))
    wrong(url, "it asks for a write concern other than w=majority, with which acknowledged tasks can be lost: "
               "leave 'w' out");
  if (concern && mongoc_write_concern_journal_is_set(concern) && !mongoc_write_concern_get_journal(concern))
    wrong(url, "it turns the journal off, with which acknowledged tasks can be lost: leave 'journal' out");
}

}  // namespace

bool is_mongo_url(std::string_view url) { return url.starts_with(plain_scheme) || url.starts_with(srv_scheme); }

MongoUrl parse_mongo_url(std::string_view text) {
  MongoUrl url;
  url.shown = std::string(scheme_of(text)) + std::string(hosts_of(text));
  if (text.find('\0') != std::string_view::npos) wrong(url, "a URL holds no NUL character");
  url.uri = take_collection(text, url.collection);
  const SilentLibmongoc silent;
  const Uri uri(mongoc_uri_new_with_error(url.uri.c_str(), nullptr));
  if (!uri && scheme_of(text) == srv_scheme)
    wrong(url, "it is no MongoDB URL (want mongodb+srv://[USER:PASSWORD@]NAME/DATABASE[?OPTION=VALUE&…], with one NAME of three "
               "parts or more, as cluster.example.com, that DNS knows as _mongodb._tcp.NAME, and no port)");
  if (!uri)
    wrong(url, "it is no MongoDB URL (want mongodb://[USER:PASSWORD@]HOST[:PORT]/DATABASE[?OPTION=VALUE&…], with the "
               "signs : / ? # [ ] @ % in user and password written as %XX)");
  const char* database = mongoc_uri_get_database(uri.get());
  if (!database || !*database) wrong(url, "it names no database: want mongodb://HOSTS/DATABASE");
  url.database = database;
  url.shown += "/" + url.database + (url.collection == "tasks" ? "" : "?collection=" + url.collection);
  if (!is_collection_name(url.collection))
    wrong(url, "a collection's name is letters, digits, '_' and '-', at most 64, and begins with a letter or '_'");
  refuse_weak_writes(url, uri.get());
  return url;
}

}  // namespace taskrunner::store
