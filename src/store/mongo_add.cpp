#include "store/mongo_store.hpp"

#include "core/import_record.hpp"
#include "core/task_document.hpp"
#include "doc/bson.hpp"
#include "store/same_request.hpp"

#include <utility>

namespace taskrunner::store {

/// A task on its way into the collection, by an add or by an import.
struct MongoStore::NewDocument {
  TaskPtr record;
  const NewTask* asked = nullptr;  ///< null: imported
  std::size_t result = 0;          ///< whose answer it is
  std::string bson;
};

namespace {

/// What MongoDB takes of one document, but for what transitions add later.
constexpr std::size_t most_document_bytes = 16'000'000;

std::string encode(const TaskRecord& record) {
  std::string bson = encode_bson(core::to_document(record));
  if (bson.size() > most_document_bytes)
    throw Error(ErrorCode::invalid_argument,
                "the task is " + std::to_string(bson.size()) + " bytes large: MongoDB stores 16,000,000 at most");
  return bson;
}

}  // namespace

/// A document stood there, or the server would not have this one.
void MongoStore::resolve(const NewDocument& document, const MongoWritten::Failure& failure, AddResult& result) {
  if (failure.code != duplicate_key_code) {
    result = {nullptr, false, ErrorCode::invalid_argument, failure.text};
    return;
  }
  Json same{{"_id", document.record->id}};
  if (document.record->unique_key)
    same = Json{{"$or", Json::array({same, Json{{"uniqueKey", *document.record->unique_key}}})}};
  const Tasks found = find_tasks(same.as_object(), Json{{"limit", 2}}.as_object(), MongoCommands::Reads::newest);
  if (found.empty()) {
    // It went in between, or it is no task of ours.
    result = {nullptr, false, ErrorCode::conflict, conflict_reason(document.record->id)};
    return;
  }
  const TaskRecord& known = found.front()->id == document.record->id ? *found.front() : *found.back();
  if (!document.asked)
    result = import_beside(known, *document.record);
  else if (same_request(known, *document.asked))
    result = {std::make_shared<const TaskRecord>(known), true, {}, {}};
  else
    result = {nullptr, false, ErrorCode::conflict, conflict_reason(known.id)};
}

/// Leaves alone the results of what needs no resolving.
std::vector<AddResult> MongoStore::insert(std::vector<NewDocument>& documents) {
  std::vector<std::string> bytes;
  bytes.reserve(documents.size());
  std::vector<AddResult> results;
  for (NewDocument& document : documents) {
    bytes.push_back(std::move(document.bson));
    results.push_back({document.record, false, {}, {}});
  }
  const MongoWritten written = commands_.insert(tasks(), bytes, WriteTries::patient);
  for (const MongoWritten::Failure& failure : written.failures)
    resolve(documents[failure.index], failure, results[failure.index]);
  // What an earlier try stored is no duplicate but this add.
  if (written.was_repeated)
    for (std::size_t i = 0; i < results.size(); ++i)
      if (results[i].task && results[i].task->id == documents[i].record->id) results[i].duplicate = false;
  return results;
}

std::vector<AddResult> MongoStore::add(std::span<const NewTask> asked) {
  std::vector<AddResult> results(asked.size());
  std::vector<NewDocument> documents;
  const std::int64_t now_ms = asked.empty() ? 0 : time_.estimate_ms();
  for (std::size_t i = 0; i < asked.size(); ++i) {
    try {
      if (asked[i].id.is_zero()) throw Error(ErrorCode::invalid_argument, zero_id_reason);
      auto record = std::make_shared<const TaskRecord>(core::new_record(asked[i], now_ms));
      std::string bson = encode(*record);
      documents.push_back({std::move(record), &asked[i], i, std::move(bson)});
    } catch (const Error& error) {
      results[i] = {nullptr, false, error.code(), error.what()};
    }
  }
  std::vector<AddResult> inserted = insert(documents);
  for (std::size_t i = 0; i < inserted.size(); ++i) results[documents[i].result] = std::move(inserted[i]);
  return results;
}

std::vector<AddResult> MongoStore::import_records(std::span<const TaskRecord> records) {
  std::vector<AddResult> results(records.size());
  std::vector<NewDocument> documents;
  for (std::size_t i = 0; i < records.size(); ++i) {
    try {
      auto record = std::make_shared<const TaskRecord>(core::as_imported(records[i]));
      std::string bson = encode(*record);
      documents.push_back({std::move(record), nullptr, i, std::move(bson)});
    } catch (const Error& error) {
      results[i] = {nullptr, false, error.code(), error.what()};
    }
  }
  std::vector<AddResult> inserted = insert(documents);
  for (std::size_t i = 0; i < inserted.size(); ++i) results[documents[i].result] = std::move(inserted[i]);
  return results;
}

}  // namespace taskrunner::store
