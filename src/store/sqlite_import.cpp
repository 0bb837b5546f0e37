#include "core/import_record.hpp"
#include "store/same_request.hpp"
#include "store/sqlite_store.hpp"

namespace taskrunner::store {

AddResult SqliteStore::import_one(const TaskPtr& record, const EncodedValues& values) {
  auto known = writer_->tasks.find_full(record->id);
  if (!known && record->unique_key) known = writer_->tasks.find_by_key(*record->unique_key);
  if (known) return import_beside(known->record, *record);
  writer_->tasks.insert(*record, values);
  note(FeedEvent::Kind::insert, *record, ring_.documents_wanted() ? record : nullptr);
  return {record, false, {}, {}};
}

std::vector<AddResult> SqliteStore::import_records(std::span<const TaskRecord> tasks) {
  std::vector<TaskPtr> records;
  std::vector<EncodedValues> values;
  for (const TaskRecord& task : tasks) {
    records.push_back(std::make_shared<const TaskRecord>(core::as_imported(task)));
    values.push_back(encode_values(*records.back(), all_columns()));
  }
  return write<std::vector<AddResult>>([&] {
    std::vector<AddResult> results;
    for (std::size_t i = 0; i < records.size(); ++i) results.push_back(import_one(records[i], values[i]));
    return results;
  });
}

}  // namespace taskrunner::store
