#include "store/task_row.hpp"

#include "doc/bson.hpp"

#include <bit>

namespace taskrunner::store {
namespace {

enum ColumnNumber : int {
  c_id, c_state, c_topic, c_priority, c_wait_until, c_worker, c_token, c_session, c_rev, c_epoch, c_attempts, c_losses,
  c_max_attempts, c_created_at, c_updated_at, c_started_at, c_completed_at, c_delete_at, c_outcome, c_actions,
  c_signal_op, c_signal_by, c_signal_at, c_unique_key, c_applicant, c_public_url, c_schedule_name, c_schedule_tick,
  c_errors, c_data, c_response, c_progress, c_checkpoint, column_count
};

constexpr std::array<const char*, column_count> names = {
    "id", "state", "topic", "priority", "wait_until", "worker", "token", "session", "rev", "epoch", "attempts", "losses",
    "max_attempts", "created_at", "updated_at", "started_at", "completed_at", "delete_at", "outcome", "actions",
    "signal_op", "signal_by", "signal_at", "unique_key", "applicant", "public_url", "schedule_name", "schedule_tick",
    "errors", "data", "response", "progress", "checkpoint"};

constexpr ColumnMask bit(int column) { return ColumnMask{1} << column; }

/// Columns in a SELECT come after `row`.
constexpr int at(ColumnNumber column) { return column + 1; }

int bits_of(const AvailableActions& actions) {
  return (actions.stop ? 1 : 0) | (actions.pause ? 2 : 0) | (actions.resume ? 4 : 0);
}

Json json_of(const std::vector<TaskError>& errors) {
  JsonArray array;
  for (const TaskError& error : errors)
    array.push_back(Json::array({Json::int64(error.at_ms), Json::int64(error.attempt), error.text}));
  return array;
}

std::vector<TaskError> errors_from(std::string_view bytes) {
  std::vector<TaskError> errors;
  const Json array = decode_bson_value(bytes);
  for (const Json& error : array.as_array()) {
    const JsonArray& parts = error.as_array();
    errors.push_back({parts.at(0).as_int64(), parts.at(1).as_int64(), parts.at(2).as_string()});
  }
  return errors;
}

std::string select(const std::string& table, bool with_values) {
  std::string sql = "SELECT row";
  for (int i = 0; i < column_count; ++i) {
    // The length is in the row's header: the value's own pages are not read.
    const bool only_length = !with_values && i >= c_data;
    sql += only_length ? std::string(", length(") + names[i] + ")" : std::string(", ") + names[i];
  }
  return sql + " FROM " + table;
}

// Reading.

std::optional<std::int64_t> integer(const Statement& row, ColumnNumber column) {
  if (row.is_null(at(column))) return std::nullopt;
  return row.integer(at(column));
}
std::optional<std::string> text(const Statement& row, ColumnNumber column) {
  if (row.is_null(at(column))) return std::nullopt;
  return std::string(row.bytes(at(column)));
}
std::optional<ObjectId> object_id(const Statement& row, ColumnNumber column) {
  if (row.is_null(at(column))) return std::nullopt;
  return row.object_id(at(column));
}
std::optional<Json> unread(const Statement& row, ColumnNumber column) {
  if (row.is_null(at(column))) return std::nullopt;
  return unread_value();
}

std::optional<Lease> lease_of(const Statement& row, const TaskRecord& task) {
  const auto token = object_id(row, c_token);
  if (!token) return std::nullopt;
  return Lease{*token, object_id(row, c_session), task.worker, task.state};
}

std::optional<AvailableActions> actions_of(const Statement& row) {
  const auto bits = integer(row, c_actions);
  if (!bits) return std::nullopt;
  return AvailableActions{(*bits & 1) != 0, (*bits & 2) != 0, (*bits & 4) != 0};
}

std::optional<Signal> signal_of(const Statement& row) {
  const auto op = integer(row, c_signal_op);
  if (!op) return std::nullopt;
  return Signal{static_cast<SignalOp>(*op), text(row, c_signal_by).value_or(""), integer(row, c_signal_at).value_or(0)};
}

std::optional<ScheduleTick> schedule_of(const Statement& row) {
  auto name = text(row, c_schedule_name);
  if (!name) return std::nullopt;
  return ScheduleTick{std::move(*name), integer(row, c_schedule_tick).value_or(0)};
}

// Writing.

void bind(Statement& statement, int index, const std::optional<std::int64_t>& value) {
  value ? statement.bind(index, *value) : statement.bind_null(index);
}
void bind(Statement& statement, int index, const std::optional<std::string>& value) {
  value ? statement.bind_text(index, *value) : statement.bind_null(index);
}
void bind_id(Statement& statement, int index, const ObjectId* value) {
  value ? statement.bind(index, *value) : statement.bind_null(index);
}
void bind_if(Statement& statement, int index, bool there, std::int64_t value) {
  there ? statement.bind(index, value) : statement.bind_null(index);
}
void bind_text_if(Statement& statement, int index, const std::string* value) {
  value ? statement.bind_text(index, *value) : statement.bind_null(index);
}

const ObjectId* session_of(const TaskRecord& task) {
  return task.lease && task.lease->session ? &*task.lease->session : nullptr;
}

bool has_value(const TaskRecord& task, int column) {
  switch (column) {
    case c_errors: return !task.errors.empty();
    case c_data: return task.data.has_value();
    case c_response: return task.response.has_value();
    case c_progress: return task.progress.has_value();
    default: return task.checkpoint.has_value();
  }
}

void bind_column(Statement& statement, int index, int column, const TaskRecord& task, const EncodedValues& values) {
  switch (column) {
    case c_id: return statement.bind(index, task.id);
    case c_state: return statement.bind(index, static_cast<std::int64_t>(task.state));
    case c_topic: return statement.bind_text(index, task.versioned_topic);
    case c_priority: return task.priority ? statement.bind(index, *task.priority) : statement.bind_null(index);
    case c_wait_until: return bind(statement, index, task.wait_until_ms);
    case c_worker: return bind(statement, index, task.worker);
    case c_token: return bind_id(statement, index, task.lease ? &task.lease->token : nullptr);
    case c_session: return bind_id(statement, index, session_of(task));
    case c_rev: return statement.bind(index, task.rev);
    case c_epoch: return statement.bind(index, task.epoch);
    case c_attempts: return statement.bind(index, task.attempts);
    case c_losses: return statement.bind(index, task.losses);
    case c_max_attempts: return bind(statement, index, task.max_attempts);
    case c_created_at: return statement.bind(index, task.created_at_ms);
    case c_updated_at: return statement.bind(index, task.updated_at_ms);
    case c_started_at: return bind(statement, index, task.started_at_ms);
    case c_completed_at: return bind(statement, index, task.completed_at_ms);
    case c_delete_at: return bind(statement, index, task.delete_at_ms);
    case c_outcome: return bind_if(statement, index, task.outcome.has_value(), task.outcome ? static_cast<int>(*task.outcome) : 0);
    case c_actions:
      return bind_if(statement, index, task.available_actions.has_value(), task.available_actions ? bits_of(*task.available_actions) : 0);
    case c_signal_op: return bind_if(statement, index, task.signal.has_value(), task.signal ? static_cast<int>(task.signal->op) : 0);
    case c_signal_by: return bind_text_if(statement, index, task.signal ? &task.signal->by : nullptr);
    case c_signal_at: return bind_if(statement, index, task.signal.has_value(), task.signal ? task.signal->at_ms : 0);
    case c_unique_key: return bind(statement, index, task.unique_key);
    case c_applicant: return bind(statement, index, task.applicant);
    case c_public_url: return bind(statement, index, task.public_url);
    case c_schedule_name: return bind_text_if(statement, index, task.schedule ? &task.schedule->name : nullptr);
    case c_schedule_tick: return bind_if(statement, index, task.schedule.has_value(), task.schedule ? task.schedule->tick_ms : 0);
    default:
      if (has_value(task, column))
        statement.bind_blob(index, values.bytes[static_cast<std::size_t>(column - c_errors)]);
      else
        statement.bind_null(index);
  }
}

}  // namespace

const Json& unread_value() {
  // No BSON value has type 0.
  static const Json value{RareBson{0, {}}};
  return value;
}

std::string select_full(const std::string& table) { return select(table, true); }
std::string select_slim(const std::string& table) { return select(table, false); }

TaskRecord read_slim(const Statement& row) {
  TaskRecord task;
  task.id = row.object_id(at(c_id));
  task.state = static_cast<TaskState>(row.integer(at(c_state)));
  task.versioned_topic = std::string(row.bytes(at(c_topic)));
  if (!row.is_null(at(c_priority))) task.priority = row.real(at(c_priority));
  task.wait_until_ms = integer(row, c_wait_until);
  task.worker = text(row, c_worker);
  task.lease = lease_of(row, task);
  task.rev = row.integer(at(c_rev));
  task.epoch = row.integer(at(c_epoch));
  task.attempts = row.integer(at(c_attempts));
  task.losses = row.integer(at(c_losses));
  task.max_attempts = integer(row, c_max_attempts);
  task.created_at_ms = row.integer(at(c_created_at));
  task.updated_at_ms = row.integer(at(c_updated_at));
  task.started_at_ms = integer(row, c_started_at);
  task.completed_at_ms = integer(row, c_completed_at);
  task.delete_at_ms = integer(row, c_delete_at);
  if (const auto outcome = integer(row, c_outcome)) task.outcome = static_cast<TaskOutcome>(*outcome);
  task.available_actions = actions_of(row);
  task.signal = signal_of(row);
  task.unique_key = text(row, c_unique_key);
  task.applicant = text(row, c_applicant);
  task.public_url = text(row, c_public_url);
  task.schedule = schedule_of(row);
  if (!row.is_null(at(c_errors))) task.errors = errors_from(row.bytes(at(c_errors)));
  task.data = unread(row, c_data);
  task.response = unread(row, c_response);
  task.progress = unread(row, c_progress);
  task.checkpoint = unread(row, c_checkpoint);
  return task;
}

RawValues read_values(const Statement& row) {
  return {text(row, c_data), text(row, c_response), text(row, c_progress), text(row, c_checkpoint)};
}

void fill_values(TaskRecord& task, const RawValues& values) {
  try {
    if (values.data) task.data = decode_bson_value(*values.data);
    if (values.response) task.response = decode_bson_value(*values.response);
    if (values.progress) task.progress = decode_bson_value(*values.progress);
    if (values.checkpoint) task.checkpoint = decode_bson_value(*values.checkpoint);
  } catch (const Error& error) {
    throw Error(ErrorCode::internal, "task " + task.id.hex() + " is damaged in the store: " + error.what());
  }
}

TaskRecord read_full(const Statement& row) {
  TaskRecord task = read_slim(row);
  fill_values(task, read_values(row));
  return task;
}

ColumnMask all_columns() { return bit(column_count) - 1; }

ColumnMask changed_columns(const TaskRecord& before, const TaskRecord& after) {
  ColumnMask mask = 0;
  const auto look = [&](auto member, ColumnMask columns) {
    if (!(before.*member == after.*member)) mask |= columns;
  };
  look(&TaskRecord::id, bit(c_id));
  look(&TaskRecord::state, bit(c_state));
  look(&TaskRecord::versioned_topic, bit(c_topic));
  look(&TaskRecord::priority, bit(c_priority));
  look(&TaskRecord::wait_until_ms, bit(c_wait_until));
  look(&TaskRecord::worker, bit(c_worker));
  look(&TaskRecord::rev, bit(c_rev));
  look(&TaskRecord::epoch, bit(c_epoch));
  look(&TaskRecord::attempts, bit(c_attempts));
  look(&TaskRecord::losses, bit(c_losses));
  look(&TaskRecord::max_attempts, bit(c_max_attempts));
  look(&TaskRecord::created_at_ms, bit(c_created_at));
  look(&TaskRecord::updated_at_ms, bit(c_updated_at));
  look(&TaskRecord::started_at_ms, bit(c_started_at));
  look(&TaskRecord::completed_at_ms, bit(c_completed_at));
  look(&TaskRecord::delete_at_ms, bit(c_delete_at));
  look(&TaskRecord::outcome, bit(c_outcome));
  look(&TaskRecord::available_actions, bit(c_actions));
  look(&TaskRecord::signal, bit(c_signal_op) | bit(c_signal_by) | bit(c_signal_at));
  look(&TaskRecord::unique_key, bit(c_unique_key));
  look(&TaskRecord::applicant, bit(c_applicant));
  look(&TaskRecord::public_url, bit(c_public_url));
  look(&TaskRecord::schedule, bit(c_schedule_name) | bit(c_schedule_tick));
  look(&TaskRecord::errors, bit(c_errors));
  look(&TaskRecord::data, bit(c_data));
  look(&TaskRecord::response, bit(c_response));
  look(&TaskRecord::progress, bit(c_progress));
  look(&TaskRecord::checkpoint, bit(c_checkpoint));
  const bool same_token = before.lease.has_value() == after.lease.has_value() &&
                          (!before.lease || before.lease->token == after.lease->token);
  if (!same_token) mask |= bit(c_token);
  const ObjectId* had = session_of(before);
  const ObjectId* has = session_of(after);
  if ((had == nullptr) != (has == nullptr) || (had && *had != *has)) mask |= bit(c_session);
  return mask;
}

std::string insert_sql(const std::string& table) {
  std::string columns;
  std::string parameters;
  for (const char* name : names) {
    columns += columns.empty() ? name : std::string(", ") + name;
    parameters += parameters.empty() ? "?" : ", ?";
  }
  return "INSERT INTO " + table + " (" + columns + ") VALUES (" + parameters + ") ON CONFLICT DO NOTHING";
}

std::string update_sql(const std::string& table, ColumnMask columns) {
  std::string sets;
  for (int i = 0; i < column_count; ++i)
    if (columns & bit(i)) sets += (sets.empty() ? std::string() : std::string(", ")) + names[i] + " = ?";
  return "UPDATE " + table + " SET " + sets + " WHERE row = ?";
}

EncodedValues encode_values(const TaskRecord& task, ColumnMask columns) {
  EncodedValues values;
  const auto encode = [&](ColumnNumber column, const std::optional<Json>& value) {
    if ((columns & bit(column)) && value) values.bytes[column - c_errors] = encode_bson_value(*value);
  };
  if ((columns & bit(c_errors)) && !task.errors.empty()) values.bytes[0] = encode_bson_value(json_of(task.errors));
  encode(c_data, task.data);
  encode(c_response, task.response);
  encode(c_progress, task.progress);
  encode(c_checkpoint, task.checkpoint);
  return values;
}

int bind_columns(Statement& statement, const TaskRecord& task, const EncodedValues& values, ColumnMask columns) {
  int index = 1;
  for (; columns; columns &= columns - 1) bind_column(statement, index++, std::countr_zero(columns), task, values);
  return index;
}

}  // namespace taskrunner::store
