#pragma once

#include <taskrunner/store.hpp>

#include <span>
#include <vector>

namespace taskrunner::core {

/// A store that takes whole tasks in, as an export wrote them.
class RecordImporter {
 public:
  virtual ~RecordImporter() = default;

  /// Stores each as as_imported() has it; durable when it returns. One whose id or unique key stands there already is a
  /// duplicate where it is the same in all its fields, else refused (conflict). Blocks and throws as Store's verbs do.
  virtual std::vector<AddResult> import_records(std::span<const TaskRecord> tasks) = 0;
};

}  // namespace taskrunner::core
