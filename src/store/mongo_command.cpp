#include "store/mongo_command.hpp"

#include <taskrunner/error.hpp>

#include "doc/bson.hpp"
#include "store/mongo_error.hpp"

#include <chrono>
#include <thread>

namespace taskrunner::store {
namespace {

// A command's own document is bounded as every document; headroom for what stands around the documents.
constexpr std::size_t most_insert_bytes = 12'000'000;
constexpr std::size_t most_inserts = 50'000;
/// Nothing is begun at the server after nobody waits for it any more (MongoTimeOuts::answer_ms).
constexpr int most_server_ms = 10'000;

/// Encoded, with a bson_t over the bytes.
class EncodedBson {
 public:
  explicit EncodedBson(const JsonObject& document) : bytes_(encode_bson(document)) {
    bson_init_static(&view_, reinterpret_cast<const std::uint8_t*>(bytes_.data()), bytes_.size());
  }
  const bson_t& get() const { return view_; }

 private:
  const std::string bytes_;
  bson_t view_;
};

/// A bson_t that libmongoc fills.
class FilledBson {
 public:
  FilledBson() = default;
  ~FilledBson() { bson_destroy(&bson_); }
  FilledBson(const FilledBson&) = delete;
  FilledBson& operator=(const FilledBson&) = delete;
  /// For a call that initialises it.
  bson_t* empty() {
    bson_destroy(&bson_);
    return &bson_;
  }
  bson_t& get() { return bson_; }
  const bson_t& get() const { return bson_; }
  std::string_view bytes() const { return {reinterpret_cast<const char*>(bson_get_data(&bson_)), bson_.len}; }

 private:
  bson_t bson_ = BSON_INITIALIZER;
};

struct DestroyCursor {
  void operator()(mongoc_cursor_t* cursor) const { mongoc_cursor_destroy(cursor); }
};
struct DestroyCollection {
  void operator()(mongoc_collection_t* collection) const { mongoc_collection_destroy(collection); }
};

const mongoc_read_prefs_t* from_primary() {
  static mongoc_read_prefs_t* const primary = mongoc_read_prefs_new(MONGOC_READ_PRIMARY);
  return primary;
}

Json read_concern(MongoCommands::Reads reads) {
  return Json{{"level", reads == MongoCommands::Reads::committed ? "majority" : "local"}};
}

/// Options of a read that shows nothing older than that cluster time. libmongoc sends `afterClusterTime` for a session
/// only, and drops it from options.
class ReadOptions {
 public:
  ReadOptions(mongoc_client_t* client, const JsonObject& options, std::uint64_t cluster_time) {
    const EncodedBson encoded(options);
    bson_copy_to(&encoded.get(), bson_.empty());
    if (cluster_time == 0) return;
    bson_error_t error;
    session_.reset(mongoc_client_start_session(client, nullptr, &error));
    if (!session_) throw Error(ErrorCode::unavailable, error.message);
    mongoc_client_session_advance_operation_time(session_.get(), static_cast<std::uint32_t>(cluster_time >> 32),
                                                 static_cast<std::uint32_t>(cluster_time));
    if (!mongoc_client_session_append(session_.get(), &bson_.get(), &error)) throw Error(ErrorCode::internal, error.message);
  }

  const bson_t& get() const { return bson_.get(); }

 private:
  struct Destroy {
    void operator()(mongoc_client_session_t* session) const { mongoc_client_session_destroy(session); }
  };
  FilledBson bson_;
  std::unique_ptr<mongoc_client_session_t, Destroy> session_;
};

const bson_t& write_options() {
  static const EncodedBson options(
      Json{{"writeConcern", Json{{"w", "majority"}, {"j", true}, {"wtimeout", most_server_ms}}}}.as_object());
  return options.get();
}

bool is_carried_out(const JsonObject& answer) {
  const Json* ok = answer.find("ok");
  return ok && ok->is_number() && ok->as_double() == 1.0;
}

MongoWritten written_of(const JsonObject& answer) {
  MongoWritten written;
  if (const Json* n = answer.find("n")) written.matched = n->as_int64();
  if (const Json* failures = answer.find("writeErrors"))
    for (const Json& failure : failures->as_array())
      written.failures.push_back({static_cast<std::size_t>(failure.at("index").as_int64()),
                                  static_cast<int>(failure.at("code").as_int64()), failure.at("errmsg").as_string()});
  return written;
}

/// The documents of `insert` go in as bytes: nobody has to take them apart.
struct InsertCommand {
  InsertCommand(const std::string& collection, std::span<const std::string> documents) {
    bson_append_utf8(&bson, "insert", -1, collection.c_str(), -1);
    bson_append_bool(&bson, "ordered", -1, false);
    bson_t array;
    bson_append_array_begin(&bson, "documents", -1, &array);
    for (std::size_t i = 0; i < documents.size(); ++i) {
      char buffer[16];
      const char* key = nullptr;
      const std::size_t length = bson_uint32_to_string(static_cast<std::uint32_t>(i), &key, buffer, sizeof buffer);
      bson_t document;
      bson_init_static(&document, reinterpret_cast<const std::uint8_t*>(documents[i].data()), documents[i].size());
      bson_append_document(&array, key, static_cast<int>(length), &document);
    }
    bson_append_array_end(&bson, &array);
  }
  ~InsertCommand() { bson_destroy(&bson); }
  InsertCommand(const InsertCommand&) = delete;
  InsertCommand& operator=(const InsertCommand&) = delete;
  bson_t bson = BSON_INITIALIZER;
};

/// When a write that failed is tried again, and for how long.
class Retries {
 public:
  explicit Retries(WriteTries tries) : tries_(tries) {}

  /// Notes the failure; false where it is to be thrown.
  bool again_after(MongoFailure failure) {
    if (failure == MongoFailure::uncertain) may_have_been_done_ = true;
    if (failure == MongoFailure::refused || failure == MongoFailure::wrong || tries_ == WriteTries::once) return false;
    ++failed_;
    if (tries_ == WriteTries::twice || !may_have_been_done_) return failed_ < 2 && failure != MongoFailure::not_sent;
    if (std::chrono::steady_clock::now() - started_ > std::chrono::seconds(20)) return false;
    // A primary that has just gone: its successor needs a moment, and libmongoc would find the old one at once.
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    return true;
  }
  bool may_have_been_done() const { return may_have_been_done_; }

 private:
  const WriteTries tries_;
  const std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  int failed_ = 0;
  bool may_have_been_done_ = false;
};

}  // namespace

std::uint64_t MongoCommands::oldest_of(Reads reads) const {
  return reads == Reads::committed && oldest_to_read_ ? oldest_to_read_() : 0;
}

void MongoCommands::find(const std::string& collection, const JsonObject& filter, JsonObject options,
                         const std::function<void(std::string_view)>& each, Reads reads) {
  options.set("readConcern", read_concern(reads));
  options.set("maxTimeMS", most_server_ms);
  // One answer where it fits into one (16 MB): the server's own first batch is of 101 documents.
  const Json* limit = options.find("limit");
  options.set("batchSize", limit ? *limit : Json(10'000));
  const EncodedBson query(filter);
  const MongoPool::Client client = names_.pool->take();
  const ReadOptions opts(client.get(), options, oldest_of(reads));
  const std::unique_ptr<mongoc_collection_t, DestroyCollection> handle(
      mongoc_client_get_collection(client.get(), names_.database.c_str(), collection.c_str()));
  const std::unique_ptr<mongoc_cursor_t, DestroyCursor> cursor(
      mongoc_collection_find_with_opts(handle.get(), &query.get(), &opts.get(), from_primary()));
  const bson_t* document = nullptr;
  while (mongoc_cursor_next(cursor.get(), &document))
    each({reinterpret_cast<const char*>(bson_get_data(document)), document->len});
  bson_error_t error;
  if (mongoc_cursor_error(cursor.get(), &error)) throw_read_failure(names_.shown, error);
}

JsonObject MongoCommands::read(JsonObject command, Reads reads) {
  command.set("readConcern", read_concern(reads));
  return ask(command);
}

JsonObject MongoCommands::hello() { return ask(Json{{"hello", 1}}.as_object()); }

JsonObject MongoCommands::ask(const JsonObject& command) {
  const EncodedBson bson(command);
  const MongoPool::Client client = names_.pool->take();
  FilledBson reply;
  bson_error_t error;
  if (!mongoc_client_read_command_with_opts(client.get(), names_.database.c_str(), &bson.get(), from_primary(), nullptr,
                                            reply.empty(), &error))
    throw_read_failure(names_.shown, error);
  return decode_bson(reply.bytes());
}

MongoWritten MongoCommands::try_writing(const bson_t& command, WriteTries tries) {
  Retries retries(tries);
  for (;;) {
    const MongoPool::Client client = names_.pool->take();
    FilledBson reply;
    bson_error_t error;
    const bool is_clean = mongoc_client_write_command_with_opts(client.get(), names_.database.c_str(), &command,
                                                                &write_options(), reply.empty(), &error);
    const JsonObject answer = decode_bson(reply.bytes());
    if (is_clean || (is_carried_out(answer) && !answer.find("writeConcernError"))) {
      MongoWritten written = written_of(answer);
      written.was_repeated = retries.may_have_been_done();
      return written;
    }
    const MongoFailure failure = answer.find("writeConcernError") ? MongoFailure::uncertain : failure_of(error);
    if (!retries.again_after(failure)) {
      const bool may_have_been_done = retries.may_have_been_done();
      throw_write_failure(names_.shown, error, may_have_been_done);
    }
  }
}

MongoWritten MongoCommands::write(const JsonObject& command, WriteTries tries) {
  const EncodedBson bson(command);
  return try_writing(bson.get(), tries);
}

MongoWritten MongoCommands::update(const std::string& collection, JsonArray statements, WriteTries tries,
                                   JsonObject variables) {
  JsonObject command;
  command.append("update", collection);
  command.append("updates", std::move(statements));
  command.append("ordered", false);
  if (!variables.empty()) command.append("let", std::move(variables));
  command.append("maxTimeMS", most_server_ms);
  return write(command, tries);
}

std::vector<JsonObject> MongoCommands::list_indexes(const std::string& collection) {
  const MongoPool::Client client = names_.pool->take();
  const std::unique_ptr<mongoc_collection_t, DestroyCollection> handle(
      mongoc_client_get_collection(client.get(), names_.database.c_str(), collection.c_str()));
  const std::unique_ptr<mongoc_cursor_t, DestroyCursor> cursor(
      mongoc_collection_find_indexes_with_opts(handle.get(), nullptr));
  std::vector<JsonObject> indexes;
  const bson_t* document = nullptr;
  while (mongoc_cursor_next(cursor.get(), &document))
    indexes.push_back(decode_bson({reinterpret_cast<const char*>(bson_get_data(document)), document->len}));
  bson_error_t error;
  if (mongoc_cursor_error(cursor.get(), &error)) throw_read_failure(names_.shown, error);
  return indexes;
}

MongoWritten MongoCommands::insert_some(const std::string& collection, std::span<const std::string> documents,
                                        WriteTries tries) {
  const InsertCommand command(collection, documents);
  return try_writing(command.bson, tries);
}

MongoWritten MongoCommands::insert(const std::string& collection, std::span<const std::string> documents,
                                   WriteTries tries) {
  MongoWritten all;
  std::size_t start = 0;
  while (start < documents.size()) {
    std::size_t end = start;
    std::size_t bytes = 0;
    while (end < documents.size() && end - start < most_inserts &&
           (end == start || bytes + documents[end].size() <= most_insert_bytes))
      bytes += documents[end++].size();
    MongoWritten some = insert_some(collection, documents.subspan(start, end - start), tries);
    all.matched += some.matched;
    all.was_repeated |= some.was_repeated;
    for (MongoWritten::Failure& failure : some.failures) {
      failure.index += start;
      all.failures.push_back(std::move(failure));
    }
    start = end;
  }
  return all;
}

}  // namespace taskrunner::store
