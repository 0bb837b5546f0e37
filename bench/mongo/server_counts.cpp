#include "mongo/server_counts.hpp"

#include "doc/bson.hpp"

#include <array>
#include <memory>
#include <stdexcept>

namespace taskrunner::bench {
namespace {

JsonObject server_status(const std::string& url) {
  const std::unique_ptr<mongoc_client_t, void (*)(mongoc_client_t*)> client(mongoc_client_new(url.c_str()),
                                                                           mongoc_client_destroy);
  bson_t command = BSON_INITIALIZER;
  bson_append_int32(&command, "serverStatus", -1, 1);
  bson_t reply;
  bson_error_t error;
  const bool is_answered = mongoc_client_command_simple(client.get(), "admin", &command, nullptr, &reply, &error);
  JsonObject status;
  if (is_answered) status = decode_bson({reinterpret_cast<const char*>(bson_get_data(&reply)), reply.len});
  bson_destroy(&command);
  bson_destroy(&reply);
  if (!is_answered) throw std::runtime_error(error.message);
  return status;
}

}  // namespace

ServerCounts count_at_server(const std::string& url) {
  const JsonObject status = server_status(url);
  const Json& metrics = *status.find("metrics");
  ServerCounts counts;
  for (const char* name : {"find", "aggregate", "getMore", "insert", "update", "delete", "findAndModify", "killCursors"})
    if (const Json* command = metrics.at("commands").find(name)) counts.commands += command->at("total").as_double();
  if (const Json* find = metrics.at("commands").find("find")) counts.finds = find->at("total").as_double();
  for (const char* name : {"inserted", "updated", "deleted"})
    counts.document_writes += metrics.at("document").at(name).as_double();
  return counts;
}

}  // namespace taskrunner::bench
