#pragma once

#include "store/task_row.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace taskrunner::store {

/// A claimable task, read but for its values, whose bytes are beside it.
struct Candidate {
  std::int64_t row = 0;
  std::shared_ptr<TaskRecord> task;
  RawValues values;
};

/// What a ClaimCursor runs; kept from claim to claim.
struct ClaimStatements {
  ClaimStatements(Database& database, const std::string& collection);
  Statement first_priority;
  Statement next_priority;
  Statement without_due_time;
  Statement due;
  Statement next_due;
};

/// One topic's claimable tasks in the claim order, read one by one along the claim index: from each priority to the
/// next lower one, within it first those without a due time, then those that are due. Tasks that still wait are
/// skipped as a range, however many. Nothing is written while one is in use. Writer's thread only.
class ClaimCursor {
 public:
  /// The statements are this cursor's alone while it lives.
  ClaimCursor(ClaimStatements& statements, std::string topic, std::int64_t now_ms);
  ~ClaimCursor();
  ClaimCursor(const ClaimCursor&) = delete;
  ClaimCursor& operator=(const ClaimCursor&) = delete;

  /// The next one, or nullptr at the end; stays until pop().
  const Candidate* peek();
  Candidate pop();

  /// When the first of this topic that still waits becomes due.
  std::optional<std::int64_t> next_due_ms();

 private:
  enum class Range { before_all, without_due_time, due, end };
  void enter_next_range();
  void enter_priority();
  void bind_range(Statement& statement);

  ClaimStatements& statements_;
  const std::string topic_;
  const std::int64_t now_ms_;
  Range range_ = Range::before_all;
  std::optional<double> priority_;  ///< the one that is being read; absent is the last
  std::optional<Candidate> head_;
};

}  // namespace taskrunner::store
