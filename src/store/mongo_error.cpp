#include "store/mongo_error.hpp"

#include <taskrunner/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace taskrunner::store {
namespace {

// Source: https://github.com/mongodb/mongo/blob/r6.0.5/src/mongo/base/error_codes.yml
constexpr std::array not_primary_codes = {10107u, 13435u, 10058u};
/// The server stepped down, shut down, ran out of time or was told to stop in the middle of it.
constexpr std::array broken_off_codes = {6u,   7u,   50u,  64u,   89u,    91u,    112u,  134u,
                                         189u, 262u, 276u, 9001u, 11600u, 11601u, 11602u, 13436u};
constexpr std::uint32_t no_right_code = 13;
constexpr std::array no_right_codes = {no_right_code, 18u, 8000u};
constexpr std::array full_codes = {14031u, 12501u};

template <std::size_t n>
bool is_in(std::uint32_t code, const std::array<unsigned, n>& codes) {
  return std::find(codes.begin(), codes.end(), code) != codes.end();
}

MongoFailure failure_of_answer(std::uint32_t code) {
  if (is_in(code, not_primary_codes)) return MongoFailure::not_primary;
  if (is_in(code, broken_off_codes)) return MongoFailure::uncertain;
  if (is_in(code, no_right_codes) || is_in(code, full_codes)) return MongoFailure::refused;
  return MongoFailure::wrong;
}

/// With the way out, where the server understood who asks and will not do it.
std::string text_of(const std::string& shown, const bson_error_t& error) {
  std::string_view message = error.message;
  if (error.domain == MONGOC_ERROR_CLIENT && error.code == MONGOC_ERROR_CLIENT_AUTHENTICATE)
    return fmt::format("{}: {} (see user, password and authSource in the store's URL)", shown, message);
  const bool is_of_server = error.domain == MONGOC_ERROR_SERVER || error.domain == MONGOC_ERROR_QUERY;
  if (!is_of_server || error.code != no_right_code) return fmt::format("{}: {}", shown, message);
  // Behind the name stands the whole command, tasks and all.
  message = message.substr(0, message.find(" { "));
  return fmt::format("{}: {} (give the store's URL a user with the role readWrite on the database; 'task-runner doctor' says "
                     "which rights are missing)",
                     shown, message);
}

ErrorCode code_of(MongoFailure failure, bool may_have_been_done) {
  if (may_have_been_done || failure == MongoFailure::uncertain) return ErrorCode::unknown;
  return failure == MongoFailure::wrong ? ErrorCode::invalid_argument : ErrorCode::unavailable;
}

}  // namespace

MongoFailure failure_of(const bson_error_t& error) {
  switch (error.domain) {
    case MONGOC_ERROR_SERVER_SELECTION: return MongoFailure::not_sent;
    case MONGOC_ERROR_STREAM: return MongoFailure::uncertain;
    case MONGOC_ERROR_CLIENT:
      return error.code == MONGOC_ERROR_CLIENT_AUTHENTICATE ? MongoFailure::refused : MongoFailure::wrong;
    case MONGOC_ERROR_SERVER:
    case MONGOC_ERROR_QUERY: return failure_of_answer(error.code);
    case MONGOC_ERROR_WRITE_CONCERN: return MongoFailure::uncertain;
    case MONGOC_ERROR_COMMAND:
    case MONGOC_ERROR_BSON: return MongoFailure::wrong;
    default: return MongoFailure::uncertain;
  }
}

void throw_read_failure(const std::string& shown, const bson_error_t& error) {
  const bool is_wrong = failure_of(error) == MongoFailure::wrong;
  throw Error(is_wrong ? ErrorCode::invalid_argument : ErrorCode::unavailable, text_of(shown, error));
}

void throw_write_failure(const std::string& shown, const bson_error_t& error, bool may_have_been_done) {
  throw Error(code_of(failure_of(error), may_have_been_done), text_of(shown, error));
}

}  // namespace taskrunner::store
