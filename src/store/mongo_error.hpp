#pragma once

#include <mongoc/mongoc.h>

#include <cstdint>
#include <string>

namespace taskrunner::store {

/// What a failed command tells of what it did.
enum class MongoFailure : std::uint8_t {
  not_sent,     ///< no primary was found: nothing was changed
  not_primary,  ///< refused before it began, since the server is no primary (any more)
  uncertain,    ///< no answer, or one that does not tell
  refused,      ///< the server understood it and will not do it
  wrong,        ///< it is no command that can be carried out
};

MongoFailure failure_of(const bson_error_t& error);

/// Throws the Error for a read (whatever failed: nothing was changed) or for a write.
[[noreturn]] void throw_read_failure(const std::string& shown, const bson_error_t& error);
[[noreturn]] void throw_write_failure(const std::string& shown, const bson_error_t& error, bool may_have_been_done);

}  // namespace taskrunner::store
