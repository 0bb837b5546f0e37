#pragma once

#include "store/sqlite_db.hpp"

#include <string>
#include <string_view>

namespace taskrunner::store {

/// The version of the tables below (PRAGMA user_version); application_id marks the file as ours.
/// 2: the index by time of creation.
inline constexpr std::int64_t schema_version = 2;
inline constexpr std::int64_t schema_application_id = 0x54524e31;  // "TRN1"

/// What a file is, by its header.
enum class FileKind { empty, ours, newer, foreign };
FileKind kind_of(Database& database);

/// Throws Error{conflict} for a file that is foreign or newer, with its version. Writes nothing.
void refuse_other_schemas(Database& database);
/// Makes an empty file ours; in one transaction.
void mark_as_ours(Database& database);
/// Brings a file of an older version to this one; in one transaction.
void migrate(Database& database);

/// Letters, digits, `_` and `-`, at most 64, beginning with a letter or `_`, and not SQLite's own.
bool is_collection_name(std::string_view name);

/// A collection's tables, by the collection's name.
std::string tasks_table(const std::string& collection);
std::string hosts_table(const std::string& collection);
std::string ticks_table(const std::string& collection);

/// Which rows a claim may take, now or when they are due; word for word the condition of the claim index, so that
/// SQLite uses it.
inline constexpr const char* unheld_condition = "state = 0 AND worker IS NULL AND session IS NULL";

/// Makes the collection's tables and indexes where they are missing.
void create_collection(Database& database, const std::string& collection);

}  // namespace taskrunner::store
