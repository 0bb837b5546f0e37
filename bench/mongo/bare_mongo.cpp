#include "bare_mongo.hpp"

#include "store/feed_pace.hpp"
#include "store/mongo_client.hpp"
#include "store/mongo_stream.hpp"

#include <mongoc/mongoc.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

namespace taskrunner::bench {
namespace {

using Ids = std::vector<bson_oid_t>;

class Connection {
 public:
  explicit Connection(const std::string& url) : client_(mongoc_client_new(url.c_str())) {}
  ~Connection() { mongoc_client_destroy(client_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Takes the command's text in Extended JSON; only for what is not measured.
  void run(const char* json) {
    bson_error_t error;
    bson_t* command = bson_new_from_json(reinterpret_cast<const std::uint8_t*>(json), -1, &error);
    if (!command) throw std::runtime_error(error.message);
    write(command);
    bson_destroy(command);
  }
  void write(bson_t* command) {
    bson_t concern = BSON_INITIALIZER;
    bson_append_utf8(&concern, "w", -1, "majority", -1);
    bson_append_bool(&concern, "j", -1, true);
    bson_append_document(command, "writeConcern", -1, &concern);
    bson_destroy(&concern);
    bson_error_t error;
    if (!mongoc_client_command_simple(client_, "bare", command, nullptr, nullptr, &error))
      throw std::runtime_error(error.message);
  }
  template <typename Each>
  void find(const bson_t* filter, const bson_t* options, Each each) {
    mongoc_collection_t* tasks = mongoc_client_get_collection(client_, "bare", "tasks");
    mongoc_cursor_t* cursor = mongoc_collection_find_with_opts(tasks, filter, options, nullptr);
    const bson_t* document = nullptr;
    while (mongoc_cursor_next(cursor, &document)) each(document);
    mongoc_cursor_destroy(cursor);
    mongoc_collection_destroy(tasks);
  }

 private:
  mongoc_client_t* client_;
};

/// Elements of a BSON array, one after the other.
class Array {
 public:
  Array(bson_t* parent, const char* name) : parent_(parent) { bson_append_array_begin(parent, name, -1, &array_); }
  ~Array() { bson_append_array_end(parent_, &array_); }
  Array(const Array&) = delete;
  Array& operator=(const Array&) = delete;
  template <typename Append>
  void add(Append append) {
    char buffer[16];
    const char* key = nullptr;
    const std::size_t length = bson_uint32_to_string(count_++, &key, buffer, sizeof buffer);
    append(&array_, key, static_cast<int>(length));
  }

 private:
  bson_t* const parent_;
  bson_t array_;
  std::uint32_t count_ = 0;
};

template <typename Fill>
void append_object(bson_t* parent, const char* name, Fill fill) {
  bson_t child;
  bson_append_document_begin(parent, name, -1, &child);
  fill(&child);
  bson_append_document_end(parent, &child);
}

void append_ids(bson_t* parent, const char* name, const Ids& ids) {
  Array array(parent, name);
  for (const bson_oid_t& id : ids)
    array.add([&](bson_t* to, const char* key, int length) { bson_append_oid(to, key, length, &id); });
}

constexpr const char* a_time = "2026-01-01T00:00:00.000Z";

void insert(Connection& to, std::size_t count) {
  bson_t command = BSON_INITIALIZER;
  bson_append_utf8(&command, "insert", -1, "tasks", -1);
  bson_append_bool(&command, "ordered", -1, false);
  {
    const std::string text(80, 'x');
    Array documents(&command, "documents");
    for (std::size_t i = 0; i < count; ++i)
      documents.add([&](bson_t* array, const char* key, int length) {
        bson_t document;
        bson_append_document_begin(array, key, length, &document);
        bson_oid_t id;
        bson_oid_init(&id, nullptr);
        bson_append_oid(&document, "_id", -1, &id);
        bson_append_utf8(&document, "state", -1, "to do", -1);
        bson_append_utf8(&document, "versionedTopic", -1, "noop#1", -1);
        append_object(&document, "data", [&](bson_t* data) {
          bson_append_utf8(data, "text", -1, text.c_str(), -1);
          bson_append_int32(data, "n", -1, 1);
        });
        bson_append_utf8(&document, "createdAt", -1, a_time, -1);
        bson_append_utf8(&document, "updatedAt", -1, a_time, -1);
        bson_append_document_end(array, &document);
      });
  }
  to.write(&command);
  bson_destroy(&command);
}

/// `{update: tasks, updates: [{q: {…}, u: …, multi: true}]}`
template <typename Filter, typename Change>
void update_many(Connection& to, Filter filter, Change change) {
  bson_t command = BSON_INITIALIZER;
  bson_append_utf8(&command, "update", -1, "tasks", -1);
  {
    Array updates(&command, "updates");
    updates.add([&](bson_t* array, const char* key, int length) {
      bson_t statement;
      bson_append_document_begin(array, key, length, &statement);
      append_object(&statement, "q", filter);
      change(&statement);
      bson_append_bool(&statement, "multi", -1, true);
      bson_append_document_end(array, &statement);
    });
  }
  to.write(&command);
  bson_destroy(&command);
}

Ids find_candidates(Connection& from, std::size_t count) {
  bson_t filter = BSON_INITIALIZER;
  bson_append_utf8(&filter, "state", -1, "to do", -1);
  bson_append_utf8(&filter, "versionedTopic", -1, "noop#1", -1);
  bson_t options = BSON_INITIALIZER;
  bson_append_int64(&options, "limit", -1, static_cast<std::int64_t>(count));
  bson_append_int64(&options, "batchSize", -1, static_cast<std::int64_t>(count));
  append_object(&options, "sort", [](bson_t* sort) {
    bson_append_int32(sort, "priority", -1, -1);
    bson_append_int32(sort, "waitUntil", -1, 1);
    bson_append_int32(sort, "_id", -1, 1);
  });
  Ids ids;
  from.find(&filter, &options, [&](const bson_t* document) {
    bson_iter_t at;
    if (bson_iter_init_find(&at, document, "_id")) ids.push_back(*bson_iter_oid(&at));
  });
  bson_destroy(&filter);
  bson_destroy(&options);
  return ids;
}

/// What carries the token now.
Ids read_back(Connection& from, const Ids& ids, const bson_oid_t& token) {
  bson_t filter = BSON_INITIALIZER;
  append_object(&filter, "_id", [&](bson_t* in) { append_ids(in, "$in", ids); });
  bson_append_oid(&filter, "token", -1, &token);
  bson_t options = BSON_INITIALIZER;
  append_object(&options, "projection", [](bson_t* only) { bson_append_int32(only, "epoch", -1, 1); });
  bson_append_int64(&options, "batchSize", -1, static_cast<std::int64_t>(ids.size()));
  Ids mine;
  from.find(&filter, &options, [&](const bson_t* document) {
    bson_iter_t at;
    if (bson_iter_init_find(&at, document, "_id")) mine.push_back(*bson_iter_oid(&at));
  });
  bson_destroy(&filter);
  bson_destroy(&options);
  return mine;
}

Ids claim(Connection& from, std::size_t count) {
  const Ids ids = find_candidates(from, count);
  if (ids.empty()) return ids;
  bson_oid_t token;
  bson_oid_init(&token, nullptr);
  update_many(
      from,
      [&](bson_t* filter) {
        append_object(filter, "_id", [&](bson_t* in) { append_ids(in, "$in", ids); });
        bson_append_utf8(filter, "state", -1, "to do", -1);
      },
      [&](bson_t* statement) {
        append_object(statement, "u", [&](bson_t* change) {
          append_object(change, "$set", [&](bson_t* fields) {
            bson_append_utf8(fields, "state", -1, "running", -1);
            bson_append_utf8(fields, "worker", -1, "bench:8080", -1);
            bson_append_oid(fields, "token", -1, &token);
            bson_append_utf8(fields, "updatedAt", -1, a_time, -1);
          });
          append_object(change, "$inc", [](bson_t* counts) { bson_append_int32(counts, "epoch", -1, 1); });
        });
      });
  return read_back(from, ids, token);
}

/// {$arrayElemAt: [{$literal: [responses]}, {$indexOfArray: [{$literal: [ids]}, "$_id"]}]}
void append_own_response(bson_t* fields, const Ids& ids) {
  append_object(fields, "response", [&](bson_t* expression) {
    Array arguments(expression, "$arrayElemAt");
    arguments.add([&](bson_t* array, const char* key, int length) {
      bson_t literal;
      bson_append_document_begin(array, key, length, &literal);
      {
        Array responses(&literal, "$literal");
        for (std::size_t i = 0; i < ids.size(); ++i)
          responses.add([](bson_t* to, const char* name, int size) {
            bson_t response;
            bson_append_document_begin(to, name, size, &response);
            bson_append_bool(&response, "ok", -1, true);
            bson_append_document_end(to, &response);
          });
      }
      bson_append_document_end(array, &literal);
    });
    arguments.add([&](bson_t* array, const char* key, int length) {
      bson_t index;
      bson_append_document_begin(array, key, length, &index);
      {
        Array of(&index, "$indexOfArray");
        of.add([&](bson_t* to, const char* name, int size) {
          bson_t literal;
          bson_append_document_begin(to, name, size, &literal);
          append_ids(&literal, "$literal", ids);
          bson_append_document_end(to, &literal);
        });
        of.add([](bson_t* to, const char* name, int size) { bson_append_utf8(to, name, size, "$_id", -1); });
      }
      bson_append_document_end(array, &index);
    });
  });
}

void complete(Connection& to, const Ids& ids) {
  update_many(
      to,
      [&](bson_t* filter) {
        append_object(filter, "_id", [&](bson_t* in) { append_ids(in, "$in", ids); });
        bson_append_utf8(filter, "state", -1, "running", -1);
      },
      [&](bson_t* statement) {
        Array pipeline(statement, "u");
        pipeline.add([&](bson_t* array, const char* key, int length) {
          bson_t stage;
          bson_append_document_begin(array, key, length, &stage);
          append_object(&stage, "$set", [&](bson_t* fields) {
            bson_append_utf8(fields, "state", -1, "completed", -1);
            bson_append_utf8(fields, "worker", -1, "$$REMOVE", -1);
            bson_append_utf8(fields, "updatedAt", -1, a_time, -1);
            append_own_response(fields, ids);
          });
          bson_append_document_end(array, &stage);
        });
      });
}

/// Claims on this thread and completes on another, at most two batches between them.
void drain(const std::string& url, std::size_t tasks, std::size_t batch) {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Ids> ready;
  std::thread completer([&] {
    Connection own(url);
    for (std::size_t done = 0; done < tasks;) {
      std::unique_lock lock(mutex);
      changed.wait(lock, [&] { return !ready.empty(); });
      const Ids ids = ready.front();
      lock.unlock();
      complete(own, ids);
      done += ids.size();
      lock.lock();
      ready.pop_front();
      changed.notify_all();
    }
  });
  Connection own(url);
  for (std::size_t claimed = 0; claimed < tasks;) {
    Ids ids = claim(own, batch);
    if (ids.empty()) continue;
    claimed += ids.size();
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return ready.size() < 2; });
    ready.push_back(std::move(ids));
    changed.notify_all();
  }
  completer.join();
}

double rate(std::size_t count, std::chrono::steady_clock::time_point start) {
  return static_cast<double>(count) / std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

BareMongoRates run_bare_mongo(const std::string& url, std::size_t tasks, std::size_t batch) {
  Connection own(url);
  own.run(R"({"delete": "tasks", "deletes": [{"q": {}, "limit": 0}]})");
  own.run(R"({"createIndexes": "tasks", "indexes": [{"name": "claim", "partialFilterExpression": {"state": "to do"},
              "key": {"state": 1, "versionedTopic": 1, "priority": -1, "waitUntil": 1, "_id": 1}}]})");
  const auto insert_all = [&] {
    for (std::size_t done = 0; done < tasks; done += batch) insert(own, std::min(batch, tasks - done));
  };
  BareMongoRates rates;
  auto start = std::chrono::steady_clock::now();
  insert_all();
  rates.add = rate(tasks, start);
  start = std::chrono::steady_clock::now();
  drain(url, tasks, batch);
  rates.claim_complete = rate(tasks, start);
  start = std::chrono::steady_clock::now();
  {
    std::jthread adder(insert_all);
    drain(url, tasks, batch);
  }
  rates.whole_cycle = rate(tasks, start);
  return rates;
}

BareStream::BareStream(const std::string& url)
    : thread_([names = store::open_collections(store::parse_mongo_url(url))](const std::stop_token& stop) {
        const store::MongoPool::Client client = names.pool->take();
        store::MongoStream stream(client.get(), names, store::StreamForm::control, {});
        store::FeedPace pace;
        while (!stop.stop_requested()) {
          const std::size_t count = stream.next(static_cast<int>(pace.wait().count())).size();
          pace.on_read(count, store::MongoStream::most_events, std::chrono::steady_clock::now());
          std::this_thread::sleep_for(pace.pause());
        }
      }) {}

}  // namespace taskrunner::bench
