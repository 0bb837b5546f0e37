#include "store/mongo_members.hpp"

#include <taskrunner/json.hpp>

#include "base/clock.hpp"
#include "doc/bson.hpp"

#include <cstring>

namespace taskrunner::store {
namespace {

struct DestroyDescriptions {
  std::size_t size;
  void operator()(mongoc_server_description_t** all) const { mongoc_server_descriptions_destroy_all(all, size); }
};

/// What the server says of itself; nothing where it does not answer.
std::optional<JsonObject> hello(mongoc_client_t* client, std::uint32_t server) {
  bson_t* const command = BCON_NEW("hello", BCON_INT32(1));
  bson_t reply;
  bson_error_t error;
  std::optional<JsonObject> answer;
  if (mongoc_client_command_simple_with_server_id(client, "admin", command, nullptr, server, &reply, &error))
    answer = decode_bson({reinterpret_cast<const char*>(bson_get_data(&reply)), reply.len});
  bson_destroy(&reply);
  bson_destroy(command);
  return answer;
}

void ask(mongoc_client_t* client, std::uint32_t server, MongoMember& member) {
  const std::int64_t asked_ms = system_clock().wall_ms();
  const auto answer = hello(client, server);
  const std::int64_t answered_ms = system_clock().wall_ms();
  if (!answer) return;
  member.answers = true;
  const Json* arbiter = answer->find("arbiterOnly");
  member.is_arbiter = arbiter && *arbiter == Json(true);
  const Json* time = answer->find("localTime");
  const Date* date = time ? std::get_if<Date>(&time->value()) : nullptr;
  if (date) member.ahead_ms = date->ms - (asked_ms + answered_ms) / 2;
}

}  // namespace

std::vector<MongoMember> ask_members(MongoPool& pool) {
  const MongoPool::Client client = pool.take();
  std::size_t count = 0;
  mongoc_server_description_t** const found = mongoc_client_get_server_descriptions(client.get(), &count);
  const std::unique_ptr<mongoc_server_description_t*, DestroyDescriptions> descriptions(found, DestroyDescriptions{count});
  std::vector<MongoMember> members;
  for (std::size_t i = 0; i < count; ++i) {
    MongoMember& member = members.emplace_back(MongoMember{mongoc_server_description_host(found[i])->host_and_port, false, false, {}});
    if (std::strcmp(mongoc_server_description_type(found[i]), "Unknown") != 0)
      ask(client.get(), mongoc_server_description_id(found[i]), member);
  }
  return members;
}

}  // namespace taskrunner::store
