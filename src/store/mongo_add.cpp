#include "store/mongo_store.hpp"

#include "core/import_record.hpp"
#include "core/task_document.hpp"
#include "doc/bson.hpp"
#include "store/same_request.hpp"

#include <unordered_map>
#include <utility>

namespace taskrunner::store {

/// A task on its way into the collection, by an add or by an import.
struct MongoStore::NewDocument {
  TaskPtr record;
  const NewTask* asked = nullptr;  ///< null: imported
  std::size_t result = 0;          ///< whose answer it is
  std::string bson;
};

struct MongoStore::Known {
  std::unordered_map<ObjectId, TaskPtr> by_id;
  std::unordered_map<std::string, TaskPtr> by_key;
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

/// What stands where these could not be inserted, by id and by unique key.
MongoStore::Known MongoStore::find_known(std::span<const NewDocument* const> refused) {
  JsonArray ids;
  JsonArray keys;
  for (const NewDocument* document : refused) {
    ids.push_back(document->record->id);
    if (document->record->unique_key) keys.push_back(*document->record->unique_key);
  }
  JsonArray either{Json{{"_id", Json{{"$in", std::move(ids)}}}}};
  if (!keys.empty()) either.push_back(Json{{"uniqueKey", Json{{"$in", std::move(keys)}}}});
  Known known;
  for (const TaskPtr& task : find_tasks(Json{{"$or", std::move(either)}}.as_object(), {}, MongoCommands::Reads::newest)) {
    known.by_id.emplace(task->id, task);
    if (task->unique_key) known.by_key.emplace(*task->unique_key, task);
  }
  return known;
}

AddResult MongoStore::beside(const NewDocument& document, const Known& known) {
  const TaskRecord& record = *document.record;
  const auto same_id = known.by_id.find(record.id);
  TaskPtr there = same_id == known.by_id.end() ? nullptr : same_id->second;
  if (!there && record.unique_key)
    if (const auto same_key = known.by_key.find(*record.unique_key); same_key != known.by_key.end()) there = same_key->second;
  // Nothing: it went in between, or is no task of ours.
  if (!there) return {nullptr, false, ErrorCode::conflict, conflict_reason(record.id)};
  if (!document.asked) return import_beside(*there, record);
  if (same_request(*there, *document.asked)) return {there, true, {}, {}};
  return {nullptr, false, ErrorCode::conflict, conflict_reason(there->id)};
}

/// Documents that the server did not take: because one stood there, or for what they are.
void MongoStore::resolve(const std::vector<NewDocument>& documents, const std::vector<MongoWritten::Failure>& failures,
                         std::vector<AddResult>& results) {
  constexpr std::size_t at_once = 1'000;
  std::vector<const NewDocument*> duplicates;
  const auto settle_duplicates = [&] {
    const Known known = find_known(duplicates);
    for (const NewDocument* document : duplicates)
      results[static_cast<std::size_t>(document - documents.data())] = beside(*document, known);
    duplicates.clear();
  };
  for (const MongoWritten::Failure& failure : failures) {
    if (failure.code == duplicate_key_code)
      duplicates.push_back(&documents[failure.index]);
    else
      results[failure.index] = {nullptr, false, ErrorCode::invalid_argument, failure.text};
    if (duplicates.size() == at_once) settle_duplicates();
  }
  if (!duplicates.empty()) settle_duplicates();
}

std::vector<AddResult> MongoStore::insert(std::vector<NewDocument>& documents) {
  std::vector<std::string> bytes;
  bytes.reserve(documents.size());
  std::vector<AddResult> results;
  for (NewDocument& document : documents) {
    bytes.push_back(std::move(document.bson));
    results.push_back({document.record, false, {}, {}});
  }
  const MongoWritten written = commands_.insert(tasks(), bytes, WriteTries::patient);
  if (!written.failures.empty()) resolve(documents, written.failures, results);
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
