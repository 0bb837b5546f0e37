#pragma once

#include <string>
#include <string_view>

namespace taskrunner::store {

/// A MongoDB store's URL, taken apart.
struct MongoUrl {
  std::string uri;  ///< for libmongoc: without the options that are ours. Holds the password: not for logs
  std::string database;
  std::string collection = "tasks";
  std::string shown;  ///< hosts, database and collection: no user, no password, no other option
};

bool is_mongo_url(std::string_view url);

/// `mongodb://[USER:PASSWORD@]HOSTS/DATABASE[?collection=NAME&…]`, or `mongodb+srv://…`. Every option but `collection`
/// is libmongoc's.
/// Throws Error{invalid_argument}, whose text never holds the password: for what is no such URL, and for a write
/// concern below w=majority with journal, which could lose acknowledged tasks.
/// Source: https://www.mongodb.com/docs/manual/reference/connection-string/
MongoUrl parse_mongo_url(std::string_view url);

}  // namespace taskrunner::store
