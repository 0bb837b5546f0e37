#pragma once

#include <taskrunner/store.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace taskrunner::core {

// An export: one task a line, canonical Extended JSON.

/// The task as a line, line break included.
std::string export_line(const TaskRecord& task);

/// Why one line of an import was not taken.
struct ImportProblem {
  std::size_t line = 0;
  std::string reason;
};

struct ImportReport {
  std::size_t added = 0;
  std::size_t known = 0;                ///< stood there already, the same in all fields
  std::vector<ImportProblem> problems;  ///< one for each line that was refused, in order
};

/// Lines of an export on their way into a store: each is taken or refused for itself. Pure: who has it gives `records`
/// to a RecordImporter, and its answers to report().
class ImportLines {
 public:
  /// `number` is the line's, for its problem.
  void add(std::size_t number, std::string_view text);

  const std::vector<TaskRecord>& records() const { return records_; }
  /// `results`: one for each of records(), in order.
  ImportReport report(const std::vector<AddResult>& results) const;

 private:
  std::vector<TaskRecord> records_;
  std::vector<std::size_t> numbers_;  ///< of records_
  std::vector<ImportProblem> malformed_;
};

}  // namespace taskrunner::core
