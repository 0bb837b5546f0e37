#include "store/open_store.hpp"

#include "store/check_mongo.hpp"
#include "store/file_lock.hpp"
#include "store/sqlite_schema.hpp"
#include "store/store_url.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>

namespace taskrunner::store {
namespace {

using Findings = std::vector<StoreFinding>;

void good(Findings& findings, std::string what) { findings.push_back({true, std::move(what), {}}); }
void bad(Findings& findings, std::string what, std::string remedy) {
  findings.push_back({false, std::move(what), std::move(remedy)});
}

/// A full disk stops adds: warn while there is still room to act.
constexpr std::uintmax_t little_space_bytes = 256ULL << 20;

void check_folder(const std::filesystem::path& folder, Findings& findings) {
  std::error_code error;
  if (!std::filesystem::is_directory(folder, error)) {
    bad(findings, "the folder " + folder.string() + " does not exist", "mkdir -p " + folder.string());
    return;
  }
  if (::access(folder.c_str(), W_OK | X_OK) == 0)
    good(findings, "the folder " + folder.string() + " may be written");
  else
    bad(findings, "the folder " + folder.string() + " may not be written",
        "give this user the right to write it: SQLite makes its log beside the database");
  const auto space = std::filesystem::space(folder, error);
  if (error) return;
  const std::string free = fmt::format("{} MiB are free on its disk", space.available >> 20);
  if (space.available < little_space_bytes)
    bad(findings, free, "make space: a store without any refuses adds");
  else
    good(findings, free);
}

void check_schema(Database& database, Findings& findings) {
  switch (kind_of(database)) {
    case FileKind::empty: return good(findings, "the file is empty: serve makes its tables");
    case FileKind::ours:
      return good(findings, fmt::format("schema version {}", database.number("PRAGMA user_version")));
    case FileKind::newer:
      return bad(findings, fmt::format("schema version {}, this program knows {}",
                                       database.number("PRAGMA user_version"), schema_version),
                 "use the newer program");
    case FileKind::foreign:
      return bad(findings, "the file is a database of another program", "name another file for the tasks");
  }
}

void check_database(const std::string& path, Findings& findings) {
  try {
    Database database(path, Database::Mode::read_only);
    check_schema(database, findings);
    const std::string integrity = database.text("PRAGMA quick_check(1)");
    if (integrity == "ok")
      good(findings, "quick_check found no damage");
    else
      bad(findings, "quick_check: " + integrity, "restore the file from a backup, or save what is readable: sqlite3 " +
                                                     path + " .recover");
  } catch (const Error& error) {
    bad(findings, error.what(), "mend that, or name another file");
  }
}

void check_lock(const std::string& path, Findings& findings) {
  if (const long pid = FileLock::holder_of(path))
    good(findings, fmt::format("process {} uses it: talk to that one, or stop it before another is started", pid));
  else
    good(findings, "no process uses it now");
}

Findings check_sqlite(const StoreUrl& url) {
  Findings findings;
  std::error_code error;
  const std::filesystem::path path = std::filesystem::absolute(url.path, error);
  check_folder(path.parent_path(), findings);
  if (!std::filesystem::exists(path, error)) {
    good(findings, url.path + " does not exist yet: serve makes it");
    return findings;
  }
  if (std::filesystem::is_directory(path, error)) {
    bad(findings, url.path + " is a folder", "name a file");
    return findings;
  }
  if (::access(path.c_str(), R_OK | W_OK) == 0)
    good(findings, url.path + " may be read and written");
  else
    bad(findings, url.path + " may not be read or written", "give this user the rights to it");
  check_lock(url.path, findings);
  check_database(url.path, findings);
  return findings;
}

}  // namespace

std::vector<StoreFinding> check_store(std::string_view text, const StoreOptions& options) {
  try {
    const StoreUrl url = parse_store_url(text);
    if (url.kind == StoreUrl::Kind::sqlite) return check_sqlite(url);
    if (url.kind == StoreUrl::Kind::mongo) return check_mongo(url.mongo, options);
    return {{true, "a store in memory: its tasks end with the process", {}}};
  } catch (const Error& error) {
    return {{false, error.what(), "give a store by --store"}};
  }
}

}  // namespace taskrunner::store
