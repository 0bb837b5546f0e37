#include "store/mongo_store.hpp"

#include "base/time_text.hpp"
#include "core/task_document.hpp"
#include "doc/bson.hpp"
#include "query/compiled_query.hpp"
#include "store/mongo_indexes.hpp"
#include "store/task_validator.hpp"

#include <utility>

namespace taskrunner::store {
namespace {

StoreOptions with_random(StoreOptions options) {
  if (!options.random) options.random = std::make_shared<Random>(Random::system_seed());
  return options;
}

std::string shown_id(std::string_view bson) {
  bson_t document;
  bson_iter_t id;
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(bson.data());
  if (!bson_init_static(&document, bytes, bson.size()) || !bson_iter_init_find(&id, &document, "_id"))
    return "without an _id";
  if (!BSON_ITER_HOLDS_OID(&id)) return "whose _id is no ObjectId";
  return ObjectId::from_bytes({reinterpret_cast<const char*>(bson_iter_oid(&id)->bytes), ObjectId::size_bytes})->hex();
}

}  // namespace

MongoStore::MongoStore(MongoCollections names, StoreOptions options)
    : options_(with_random(std::move(options))),
      commands_(std::move(names)),
      time_(*options_.clock, commands_),
      indexes_(commands_),
      odd_(commands_.names().shown),
      old_runners_(commands_.names().shown, options_.share_topics),
      feed_(commands_.names(), options_.random, [this] { prepare_collection(); },
            [this](const std::string& topic) { old_runners_.note_claim(topic); }) {
  prepare_collection();
  feed_.start();
  commands_.read_after([this] { return feed_.told_until(); });
  if (!options_.share_topics) return;
  sharing_ = std::make_unique<PeriodicThread>(describe() + ": sharing topics", std::chrono::milliseconds(options_.sharing_period_ms),
                                              [this] { keep_sharing(); });
}

MongoStore::~MongoStore() {
  sharing_.reset();
  feed_.stop();
  indexes_.stop();
}

void MongoStore::prepare_collection() {
  if (options_.share_topics) put_validator(commands_);
  indexes_.make_missing(options_.share_topics ? shared_task_indexes() : task_indexes());
}

std::shared_ptr<TaskRecord> MongoStore::decode(std::string_view bson) {
  try {
    return std::make_shared<TaskRecord>(core::from_document(decode_bson(bson)));
  } catch (const Error& error) {
    odd_.note(shown_id(bson), error.what());
    return nullptr;
  }
}

MongoStore::Tasks MongoStore::find_tasks(const JsonObject& filter, JsonObject options, MongoCommands::Reads reads) {
  Tasks found;
  commands_.find(
      tasks(), filter, std::move(options),
      [&](std::string_view bson) {
        if (TaskPtr task = decode(bson)) found.push_back(std::move(task));
      },
      reads);
  return found;
}

TaskPtr MongoStore::get(const ObjectId& id) {
  const Tasks found = find_tasks(Json{{"_id", id}}.as_object(), {}, MongoCommands::Reads::committed);
  return found.empty() ? nullptr : found.front();
}

MongoStore::Tasks MongoStore::find(const Query& query) {
  const CompiledQuery parsed = parse_query(query);
  const Query& whole = parsed.query();
  JsonObject options;
  options.append("sort", whole.sort);
  options.append("skip", whole.skip);
  options.append("limit", whole.limit);
  return find_tasks(whole.filter.is_object() ? whole.filter.as_object() : JsonObject(), std::move(options),
                    MongoCommands::Reads::committed);
}

std::int64_t MongoStore::count(const Json& filter) {
  const CompiledQuery parsed = parse_query({filter, {}, 0, 0});
  Json matched = parsed.query().filter.is_object() ? parsed.query().filter : Json::object();
  JsonObject command;
  command.append("aggregate", tasks());
  command.append("pipeline", JsonArray{Json{{"$match", std::move(matched)}}, Json{{"$count", "n"}}});
  command.append("cursor", Json::object());
  const JsonObject answer = commands_.read(std::move(command));
  const JsonArray& batch = answer.find("cursor")->at("firstBatch").as_array();
  return batch.empty() ? 0 : batch.front().at("n").as_int64();
}

std::size_t MongoStore::purge(std::size_t limit) {
  if (limit == 0) return 0;
  const Json over{{"$lte", iso_time(time_.estimate_ms())}};
  const Json wanted{{"state", "completed"}, {"deleteAt", over}};
  JsonArray ids;
  commands_.find(tasks(), wanted.as_object(),
                 Json{{"projection", Json{{"_id", 1}}}, {"limit", limit}, {"sort", Json{{"deleteAt", 1}}}}.as_object(),
                 [&](std::string_view bson) { ids.push_back(*decode_bson(bson).find("_id")); });
  if (ids.empty()) return 0;
  Json guarded = wanted;
  guarded["_id"] = Json{{"$in", std::move(ids)}};
  JsonObject command;
  command.append("delete", tasks());
  command.append("deletes", JsonArray{Json{{"q", std::move(guarded)}, {"limit", 0}}});
  return static_cast<std::size_t>(commands_.write(command, WriteTries::once).matched);
}

}  // namespace taskrunner::store
