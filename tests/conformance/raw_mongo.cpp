#include "raw_mongo.hpp"

#include "support/mongo_command.hpp"

#include <gtest/gtest.h>

namespace taskrunner::conformance {

JsonObject RawMongo::run(const Json& command, const std::string& database) {
  const auto client = names_.pool->take();
  JsonObject answer = test::run_command(client.get(), database.empty() ? names_.database : database, command);
  const Json* refused = answer.find("errmsg");
  EXPECT_FALSE(refused) << refused->dump();
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
