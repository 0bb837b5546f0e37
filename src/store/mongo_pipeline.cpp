#include "doc/bson.hpp"
#include "store/mongo_change.hpp"

#include <array>

namespace taskrunner::store {
namespace {

constexpr std::array fact_paths = {"state", "versionedTopic", "rev", "worker", "waitUntil", "lease.session", "signal.op"};

Json one_of(JsonArray values) { return Json{{"$in", std::move(values)}}; }

/// Nothing here reads fullDocument: the server can drop events before it looks documents up.
Json match_stage(const std::string& tasks, const std::string& hosts) {
  const Json of_tasks{{"ns.coll", tasks},
                      {"operationType", one_of({"insert", "update", "replace", "delete", "drop", "rename"})}};
  const Json ends_of_hosts{{"ns.coll", hosts}, {"operationType", one_of({"delete", "drop", "rename"})}};
  const Json losses_of_hosts{{"ns.coll", hosts}, {"updateDescription.updatedFields.lost", true}};
  const Json renamed_onto_tasks{{"to.coll", tasks}};
  const Json whole_database{{"operationType", "invalidate"}};
  return Json{{"$match", Json{{"$or", JsonArray{of_tasks, ends_of_hosts, losses_of_hosts, renamed_onto_tasks,
                                                whole_database}}}}};
}

/// A change inside a sub-document is told under a name with a dot in it, which no path reaches.
Json member_with_dot(const char* name) {
  const Json get{{"field", Json{{"$literal", name}}}, {"input", "$updateDescription.updatedFields"}};
  return Json{{"$getField", get}};
}

Json project_stage(StreamForm form) {
  JsonObject shape;
  for (const char* name : {"operationType", "clusterTime", "ns.coll", "documentKey._id"}) shape.append(name, 1);
  if (form == StreamForm::documents) {
    shape.append("fullDocument", 1);
  } else {
    shape.append("updateDescription.removedFields", 1);
    shape.append("leaseSession", member_with_dot("lease.session"));
    shape.append("signalOp", member_with_dot("signal.op"));
    for (const char* path : fact_paths) {
      shape.append(std::string("updateDescription.updatedFields.") + path, 1);
      shape.append(std::string("fullDocument.") + path, 1);
    }
  }
  return Json{{"$project", std::move(shape)}};
}

}  // namespace

Json stream_pipeline(StreamForm form, const std::string& tasks, const std::string& hosts, std::string_view after) {
  JsonObject stream;
  if (form == StreamForm::documents) stream.append("fullDocument", "updateLookup");
  if (!after.empty()) stream.append("startAfter", decode_bson(after));
  return JsonArray{Json{{"$changeStream", std::move(stream)}}, match_stage(tasks, hosts), project_stage(form)};
}

Json facts_projection() {
  JsonObject shape;
  for (const char* path : fact_paths) shape.append(path, 1);
  return shape;
}

}  // namespace taskrunner::store
