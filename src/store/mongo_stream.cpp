#include "store/mongo_stream.hpp"

#include "doc/bson.hpp"

#include <algorithm>
#include <array>

namespace taskrunner::store {
namespace {

/// The cursor of a stream on a database has this name.
constexpr const char* cursor_collection = "$cmd.aggregate";
constexpr std::uint32_t not_a_replica_set = 40573;

/// False where the bytes are no document.
bool view(std::string_view document, bson_t& bytes) {
  return bson_init_static(&bytes, reinterpret_cast<const std::uint8_t*>(document.data()), document.size());
}

std::string_view bytes_at(const bson_iter_t& at) {
  std::uint32_t size = 0;
  const std::uint8_t* bytes = nullptr;
  if (BSON_ITER_HOLDS_DOCUMENT(&at)) bson_iter_document(&at, &size, &bytes);
  return {reinterpret_cast<const char*>(bytes), size};
}

/// The documents of a cursor's batch, inside the reply.
std::vector<std::string_view> batch_of(const bson_t& reply, const char* path) {
  std::vector<std::string_view> documents;
  bson_iter_t at;
  bson_iter_t batch;
  bson_iter_t element;
  if (!bson_iter_init(&at, &reply) || !bson_iter_find_descendant(&at, path, &batch)) return documents;
  if (!bson_iter_recurse(&batch, &element)) return documents;
  while (bson_iter_next(&element)) documents.push_back(bytes_at(element));
  return documents;
}

bool is_primary(const mongoc_server_description_t* server) {
  if (!server) return false;
  const std::string_view type = mongoc_server_description_type(server);
  return type == "RSPrimary" || type == "Mongos";
}

}  // namespace

bool is_place_lost(std::uint32_t server_code, bool is_opening) {
  // ChangeStreamHistoryLost, ChangeStreamFatalError, CappedPositionLost, InvalidResumeToken, BSONObjectTooLarge.
  constexpr std::array<std::uint32_t, 5> lost = {286, 280, 136, 260, 10334};
  if (std::find(lost.begin(), lost.end(), server_code) != lost.end()) return true;
  // FailedToParse, BadValue, TypeMismatch, Overflow: a token that is none.
  constexpr std::array<std::uint32_t, 4> refused = {9, 2, 14, 15};
  return is_opening && std::find(refused.begin(), refused.end(), server_code) != refused.end();
}

bool has_primary(mongoc_client_t* client) {
  std::size_t count = 0;
  mongoc_server_description_t** servers = mongoc_client_get_server_descriptions(client, &count);
  const bool found = std::any_of(servers, servers + count, is_primary);
  mongoc_server_descriptions_destroy_all(servers, count);
  return found;
}

MongoStream::MongoStream(mongoc_client_t* client, const MongoCollections& names, StreamForm form,
                         const std::string& after)
    : client_(client), names_(names), form_(form), token_(after) {
  select_primary();
  open(after);
}

MongoStream::~MongoStream() {
  if (is_over()) return;
  const std::string kill =
      encode_bson(Json{{"killCursors", cursor_collection}, {"cursors", Json::array({Json::int64(cursor_id_)})}}.as_object());
  bson_t command;
  view(kill, command);
  mongoc_client_command_with_opts(client_, names_.database.c_str(), &command, nullptr, &options_.bytes, nullptr, nullptr);
}

void MongoStream::select_primary() {
  bson_error_t error;
  const std::unique_ptr<mongoc_server_description_t, void (*)(mongoc_server_description_t*)> primary(
      mongoc_client_select_server(client_, true, nullptr, &error), mongoc_server_description_destroy);
  if (!primary) throw StreamError(ErrorCode::unavailable, names_.shown + ": " + error.message, false);
  server_ = mongoc_server_description_id(primary.get());
  session_.reset(mongoc_client_start_session(client_, nullptr, &error));
  if (!session_ || !mongoc_client_session_append(session_.get(), &options_.bytes, &error))
    throw StreamError(ErrorCode::unavailable, names_.shown + ": " + error.message, false);
  BSON_APPEND_INT32(&options_.bytes, "serverId", static_cast<std::int32_t>(server_));
}

void MongoStream::open(const std::string& after) {
  run(Json{{"aggregate", 1}, {"pipeline", stream_pipeline(form_, names_.tasks, names_.hosts, after)},
           {"cursor", Json{{"batchSize", 0}}}}, reply_);
  take_place(reply_.bytes);
  note_begin();
}

void MongoStream::note_begin() {
  // By a command that reads nothing: the answer to the one before tells what the majority has, which is older than the
  // place where the stream begins.
  Document pong;
  const Json ping{{"ping", 1}};
  run(ping, pong);
  std::uint32_t seconds = 0;
  std::uint32_t ordinal = 0;
  mongoc_client_session_get_operation_time(session_.get(), &seconds, &ordinal);
  begun_at_ = static_cast<std::uint64_t>(seconds) << 32 | ordinal;
}

std::vector<std::string_view> MongoStream::next(int await_ms) {
  run(Json{{"getMore", Json::int64(cursor_id_)}, {"collection", cursor_collection},
           {"batchSize", most_events}, {"maxTimeMS", await_ms}}, reply_);
  take_place(reply_.bytes);
  return batch_of(reply_.bytes, "cursor.nextBatch");
}

void MongoStream::take_place(const bson_t& reply) {
  bson_iter_t at;
  bson_iter_t found;
  cursor_id_ = 0;
  if (bson_iter_init(&at, &reply) && bson_iter_find_descendant(&at, "cursor.id", &found))
    cursor_id_ = bson_iter_as_int64(&found);
  if (bson_iter_init(&at, &reply) && bson_iter_find_descendant(&at, "cursor.postBatchResumeToken", &found))
    token_ = bytes_at(found);
  if (!is_over()) return;
  // Its last event is the invalidation, after which (and not before which) it can be opened anew.
  const auto events = batch_of(reply, "cursor.nextBatch");
  bson_t event;
  if (!events.empty() && view(events.back(), event) && bson_iter_init_find(&at, &event, "_id")) token_ = bytes_at(at);
}

void MongoStream::run(const Json& command, Document& reply) {
  const std::string bytes = encode_bson(command.as_object());
  bson_t request;
  view(bytes, request);
  bson_destroy(&reply.bytes);  // the call below makes it anew, also where it fails
  bson_error_t error;
  if (mongoc_client_command_with_opts(client_, names_.database.c_str(), &request, nullptr, &options_.bytes,
                                      &reply.bytes, &error))
    return;
  const bool is_opening = std::exchange(cursor_id_, 0) == 0;
  const bool is_answer = error.domain == MONGOC_ERROR_SERVER;
  if (is_answer && error.code == not_a_replica_set)
    throw StreamError(ErrorCode::not_supported,
                      names_.shown + ": a change stream needs a replica set, and this server is none: start mongod with "
                                     "--replSet and call rs.initiate() once (one member is enough)",
                      false);
  throw StreamError(ErrorCode::unavailable, names_.shown + ": " + error.message,
                    is_answer && is_place_lost(error.code, is_opening));
}

bool MongoStream::is_on_primary() const {
  const std::unique_ptr<mongoc_server_description_t, void (*)(mongoc_server_description_t*)> server(
      mongoc_client_get_server_description(client_, server_), mongoc_server_description_destroy);
  return is_primary(server.get());
}

std::vector<std::pair<ObjectId, TaskFacts>> MongoStream::look_up(const std::vector<ObjectId>& ids) {
  const Json filter{{"_id", Json{{"$in", JsonArray(ids.begin(), ids.end())}}}};
  Document reply;
  run(Json{{"find", names_.tasks}, {"filter", filter}, {"projection", facts_projection()}, {"batchSize", ids.size()},
           {"singleBatch", true}, {"readConcern", Json{{"level", "majority"}}}}, reply);
  std::vector<std::pair<ObjectId, TaskFacts>> found;
  for (const std::string_view document : batch_of(reply.bytes, "cursor.firstBatch"))
    if (auto facts = read_facts(document)) found.push_back(std::move(*facts));
  return found;
}

}  // namespace taskrunner::store
