#include "bare_sqlite.hpp"

#include "store/sqlite_db.hpp"

#include <chrono>
#include <vector>

namespace taskrunner::bench {
namespace {

using store::Database;
using store::Statement;

constexpr std::size_t data_bytes = 100;

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

class BareQueue {
 public:
  explicit BareQueue(Database& database)
      : database_(prepare_tables(database)),
        insert_(database, "INSERT INTO queue (state, data) VALUES (0, ?1)"),
        next_(database, "SELECT id, data FROM queue WHERE state = 0 ORDER BY id LIMIT ?1"),
        claim_(database, "UPDATE queue SET state = 1, worker = 'bare' WHERE id = ?1"),
        complete_(database, "UPDATE queue SET state = 2, worker = NULL, response = ?2 WHERE id = ?1") {}

  void insert(std::size_t count) {
    const std::string data(data_bytes, 'x');
    database_.exec("BEGIN IMMEDIATE");
    for (std::size_t i = 0; i < count; ++i) {
      insert_.bind_text(1, data);
      insert_.run();
    }
    database_.exec("COMMIT");
  }

  std::vector<std::int64_t> claim(std::size_t count) {
    std::vector<std::int64_t> ids;
    database_.exec("BEGIN IMMEDIATE");
    next_.bind(1, static_cast<std::int64_t>(count));
    while (next_.step()) ids.push_back(next_.integer(0));
    next_.reset();
    for (const std::int64_t id : ids) {
      claim_.bind(1, id);
      claim_.run();
    }
    database_.exec("COMMIT");
    return ids;
  }

  void complete(const std::vector<std::int64_t>& ids) {
    const std::string response(20, 'r');
    database_.exec("BEGIN IMMEDIATE");
    for (const std::int64_t id : ids) {
      complete_.bind(1, id);
      complete_.bind_text(2, response);
      complete_.run();
    }
    database_.exec("COMMIT");
  }

 private:
  static Database& prepare_tables(Database& database) {
    database.text("PRAGMA journal_mode = WAL");
    database.exec("PRAGMA synchronous = FULL");
    database.exec("CREATE TABLE queue (id INTEGER PRIMARY KEY, state INTEGER, worker TEXT, data TEXT, response TEXT)");
    database.exec("CREATE INDEX waiting ON queue (id) WHERE state = 0");
    return database;
  }

  Database& database_;
  Statement insert_;
  Statement next_;
  Statement claim_;
  Statement complete_;
};

}  // namespace

BareRates run_bare_sqlite(const std::string& path, std::size_t tasks, std::size_t batch) {
  Database database(path, Database::Mode::create);
  BareQueue queue(database);
  const auto whole = std::chrono::steady_clock::now();
  for (std::size_t done = 0; done < tasks; done += batch) {
    queue.insert(batch);
    queue.complete(queue.claim(batch));
  }
  BareRates rates;
  rates.whole_cycle = static_cast<double>(tasks) / seconds_since(whole);
  for (std::size_t done = 0; done < tasks; done += batch) queue.insert(batch);
  const auto half = std::chrono::steady_clock::now();
  for (std::size_t done = 0; done < tasks; done += batch) queue.complete(queue.claim(batch));
  rates.claim_complete = static_cast<double>(tasks) / seconds_since(half);
  return rates;
}

}  // namespace taskrunner::bench
