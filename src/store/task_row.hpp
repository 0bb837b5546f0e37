#pragma once

#include <taskrunner/task_record.hpp>

#include "store/sqlite_db.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace taskrunner::store {

/// How a TaskRecord lies in a row of a collection's table. Each stored column once, in the order of the SELECTs below,
/// which begin with `row`.
///
/// A record may be read without its values of any size (`data`, `response`, `progress`, `checkpoint`): where one is
/// there, `unread_value()` stands for it, which no stored value equals. Such a record is enough to decide a
/// transition, and what is still unread afterwards is not written.
const Json& unread_value();

/// `SELECT row, … FROM table`, with the values, or only with whether they are there.
std::string select_full(const std::string& table);
std::string select_slim(const std::string& table);

/// The bytes of the values, to be decoded later, or elsewhere.
struct RawValues {
  std::optional<std::string> data;
  std::optional<std::string> response;
  std::optional<std::string> progress;
  std::optional<std::string> checkpoint;
};

/// From a row of either SELECT: without the values.
TaskRecord read_slim(const Statement& row);
/// From a row of select_full.
RawValues read_values(const Statement& row);
/// Throws Error{internal} where they are damaged.
void fill_values(TaskRecord& task, const RawValues& values);
TaskRecord read_full(const Statement& row);

/// A bit for each column.
using ColumnMask = std::uint64_t;
ColumnMask all_columns();
/// Those whose value is another.
ColumnMask changed_columns(const TaskRecord& before, const TaskRecord& after);

std::string insert_sql(const std::string& table);
/// The row's number is the parameter after the columns'.
std::string update_sql(const std::string& table, ColumnMask columns);

/// The BSON of what may hold any value, made before the statement runs.
struct EncodedValues {
  std::array<std::string, 5> bytes;
};
/// Of the columns of the mask only. Throws Error{invalid_argument} where a value has no BSON form.
EncodedValues encode_values(const TaskRecord& task, ColumnMask columns);
/// Binds the columns of the mask in their order, from 1 on; returns the next parameter's number. Both must live until
/// the statement is reset.
int bind_columns(Statement& statement, const TaskRecord& task, const EncodedValues& values, ColumnMask columns);

}  // namespace taskrunner::store
