#include "store/claim_cursor.hpp"

#include "store/sqlite_schema.hpp"

namespace taskrunner::store {
namespace {

/// The index is named, so that no statistics can lead SQLite to another.
std::string from_index(const std::string& collection, const char* index) {
  return " INDEXED BY \"" + collection + "." + index + "\" WHERE " + unheld_condition + " AND topic = ?1";
}

std::string select_priority(const std::string& collection) {
  return "SELECT priority FROM " + tasks_table(collection) + from_index(collection, "by_claim");
}

std::string select_range(const std::string& collection) {
  return select_full(tasks_table(collection)) + from_index(collection, "by_claim") + " AND priority IS ?2";
}

}  // namespace

ClaimStatements::ClaimStatements(Database& database, const std::string& collection)
    : first_priority(database, select_priority(collection) + " ORDER BY priority DESC LIMIT 1"),
      next_priority(database, select_priority(collection) + " AND priority < ?2 ORDER BY priority DESC LIMIT 1"),
      without_due_time(database, select_range(collection) + " AND wait_until IS NULL ORDER BY id"),
      due(database, select_range(collection) + " AND wait_until <= ?3 ORDER BY wait_until, id"),
      next_due(database, "SELECT wait_until FROM " + tasks_table(collection) + from_index(collection, "by_due") +
                             " AND wait_until > ?2 ORDER BY wait_until LIMIT 1") {}

ClaimCursor::ClaimCursor(ClaimStatements& statements, std::string topic, std::int64_t now_ms)
    : statements_(statements), topic_(std::move(topic)), now_ms_(now_ms) {}

ClaimCursor::~ClaimCursor() {
  statements_.without_due_time.reset();
  statements_.due.reset();
}

void ClaimCursor::bind_range(Statement& statement) {
  statement.bind_text(1, topic_);
  priority_ ? statement.bind(2, *priority_) : statement.bind_null(2);
}

/// From the priority read last to the next lower one; absent priorities are the lowest.
void ClaimCursor::enter_priority() {
  const bool is_first = range_ == Range::before_all;
  if (!is_first && !priority_) {
    range_ = Range::end;
    return;
  }
  Statement& next = is_first ? statements_.first_priority : statements_.next_priority;
  StatementRun run(next);
  next.bind_text(1, topic_);
  if (!is_first) next.bind(2, *priority_);
  const bool found = next.step();
  if (is_first && !found) {
    range_ = Range::end;
    return;
  }
  priority_ = found && !next.is_null(0) ? std::optional(next.real(0)) : std::nullopt;
  range_ = Range::without_due_time;
}

void ClaimCursor::enter_next_range() {
  if (range_ == Range::without_due_time) {
    statements_.without_due_time.reset();
    range_ = Range::due;
  } else {
    statements_.due.reset();
    enter_priority();
  }
  if (range_ == Range::without_due_time) bind_range(statements_.without_due_time);
  if (range_ == Range::due) {
    bind_range(statements_.due);
    statements_.due.bind(3, now_ms_);
  }
}

const Candidate* ClaimCursor::peek() {
  while (!head_ && range_ != Range::end) {
    Statement& range = range_ == Range::due ? statements_.due : statements_.without_due_time;
    if (range_ != Range::before_all && range.step())
      head_ = Candidate{range.integer(0), std::make_shared<TaskRecord>(read_slim(range)), read_values(range)};
    else
      enter_next_range();
  }
  return head_ ? &*head_ : nullptr;
}

Candidate ClaimCursor::pop() {
  Candidate candidate = std::move(*head_);
  head_.reset();
  return candidate;
}

std::optional<std::int64_t> ClaimCursor::next_due_ms() {
  Statement& next = statements_.next_due;
  StatementRun run(next);
  next.bind_text(1, topic_);
  next.bind(2, now_ms_);
  if (!next.step()) return std::nullopt;
  return next.integer(0);
}

}  // namespace taskrunner::store
