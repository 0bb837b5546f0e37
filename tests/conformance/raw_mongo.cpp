#include "raw_mongo.hpp"

#include "doc/bson.hpp"

#include <gtest/gtest.h>

namespace taskrunner::conformance {

JsonObject RawMongo::run(const Json& command, const std::string& database) {
  const std::string bytes = encode_bson(command.as_object());
  bson_t request;
  bson_init_static(&request, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  bson_t reply;
  bson_error_t error;
  const auto client = names_.pool->take();
  const std::string& where = database.empty() ? names_.database : database;
  EXPECT_TRUE(mongoc_client_command_simple(client.get(), where.c_str(), &request, nullptr, &reply, &error)) << error.message;
  JsonObject answer = decode_bson({reinterpret_cast<const char*>(bson_get_data(&reply)), reply.len});
  bson_destroy(&reply);
  return answer;
}

void RawMongo::insert(Json document) {
  run(Json{{"insert", names_.tasks}, {"documents", JsonArray{std::move(document)}}});
}

std::optional<JsonObject> RawMongo::find(const Json& filter) {
  const JsonObject answer = run(Json{{"find", names_.tasks}, {"filter", filter.is_null() ? Json::object() : filter}, {"limit", 1}});
  const JsonArray& batch = answer.find("cursor")->at("firstBatch").as_array();
  if (batch.empty()) return std::nullopt;
  return batch.front().as_object();
}

void RawMongo::let_fail(const std::string& command, int times, JsonObject how) {
  how.set("failCommands", JsonArray{command});
  run(Json{{"configureFailPoint", "failCommand"}, {"mode", Json{{"times", times}}}, {"data", std::move(how)}}, "admin");
}

}  // namespace taskrunner::conformance
