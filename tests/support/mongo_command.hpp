#pragma once

#include "doc/bson.hpp"

#include <mongoc/mongoc.h>

#include <stdexcept>
#include <string>

namespace taskrunner::test {

/// What a server says to a command, be it a refusal ("ok": 0, "errmsg"). Throws std::runtime_error where it says nothing.
inline JsonObject run_command(mongoc_client_t* client, const std::string& database, const Json& command) {
  const std::string bytes = encode_bson(command.as_object());
  bson_t request;
  bson_init_static(&request, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  bson_t reply;
  bson_error_t error;
  mongoc_client_command_simple(client, database.c_str(), &request, nullptr, &reply, &error);
  JsonObject answer = decode_bson({reinterpret_cast<const char*>(bson_get_data(&reply)), reply.len});
  bson_destroy(&reply);
  if (!answer.find("ok")) throw std::runtime_error(error.message);
  return answer;
}

}  // namespace taskrunner::test
