#include "store/sqlite_file.hpp"

#include "store/sqlite_schema.hpp"

#include <chrono>
#include <filesystem>
#include <map>

namespace taskrunner::store {
namespace {

constexpr int most_readers = 2;
constexpr std::size_t most_jobs_together = 64;
/// A log of so many pages is moved into the database; between commits, when their callers have been answered.
constexpr int long_log_pages = 8'000;
constexpr std::chrono::seconds idle_before_shrink(20);

// Memory is modest: an idle host has 15 MiB in all. Caches fill only with what is used.
std::unique_ptr<Database> open_writer(const std::string& path) {
  auto database = std::make_unique<Database>(path, Database::Mode::create);
  refuse_other_schemas(*database);
  if (database->text("PRAGMA journal_mode = WAL") != "wal")
    throw Error(ErrorCode::unavailable, "the store " + path +
                                            " cannot use a write-ahead log here: put it on a local disk");
  database->exec("PRAGMA synchronous = FULL");
  mark_as_ours(*database);
  migrate(*database);
  database->exec("PRAGMA wal_autocheckpoint = 0");
  database->exec("PRAGMA journal_size_limit = 67108864");
  database->exec("PRAGMA cache_size = -8000");
  database->exec("PRAGMA temp_store = MEMORY");
  return database;
}

int note_wal_pages(void* pages, sqlite3*, const char*, int count) {
  *static_cast<int*>(pages) = count;
  return SQLITE_OK;
}

std::string canonical(const std::string& path) {
  std::error_code error;
  const auto absolute = std::filesystem::weakly_canonical(path, error);
  return error ? path : absolute.string();
}

}  // namespace

std::shared_ptr<SqliteFile> SqliteFile::open(const std::string& path) {
  static std::mutex mutex;
  static std::map<std::string, std::weak_ptr<SqliteFile>> files;
  const std::string key = canonical(path);
  std::lock_guard lock(mutex);
  if (auto file = files[key].lock()) return file;
  auto file = std::make_shared<SqliteFile>(path);
  files[key] = file;
  return file;
}

SqliteFile::SqliteFile(const std::string& path) : path_(path), lock_(path), writer_(open_writer(path)) {
  sqlite3_wal_hook(writer_->handle(), note_wal_pages, &wal_pages_);
  thread_ = std::thread([this] { write_loop(); });
}

SqliteFile::~SqliteFile() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  work_.notify_all();
  thread_.join();
  idle_readers_.clear();
}

void SqliteFile::write(WriteJob job) {
  Waiting waiting{std::move(job), false, nullptr};
  std::unique_lock lock(mutex_);
  queue_.push_back(&waiting);
  work_.notify_one();
  answered_.wait(lock, [&] { return waiting.done; });
  if (waiting.error) std::rethrow_exception(waiting.error);
}

bool SqliteFile::wait_for_work(Group& group) {
  std::unique_lock lock(mutex_);
  const auto has_work = [&] { return stopping_ || !queue_.empty(); };
  if (!work_.wait_for(lock, idle_before_shrink, has_work)) {
    lock.unlock();
    sqlite3_db_release_memory(writer_->handle());
    lock.lock();
    work_.wait(lock, has_work);
  }
  while (!queue_.empty() && group.size() < most_jobs_together) {
    group.push_back(queue_.front());
    queue_.pop_front();
  }
  return !group.empty();
}

void SqliteFile::write_loop() {
  while (true) {
    Group group;
    if (!wait_for_work(group)) return;
    process(group);
    {
      std::lock_guard lock(mutex_);
      for (Waiting* waiting : group) waiting->done = true;
    }
    answered_.notify_all();
    checkpoint_if_long();
  }
}

void SqliteFile::process(const Group& group) {
  if (run_together(group)) return;
  for (Waiting* waiting : group) run_alone(*waiting);
}

/// False where a job threw: then nothing of the group is done, and each is to be run alone.
bool SqliteFile::run_together(const Group& group) {
  bool committing = false;
  try {
    if (writer_->in_transaction()) writer_->exec("ROLLBACK");  // an earlier one could not be
    writer_->exec("BEGIN IMMEDIATE");
    for (Waiting* waiting : group) waiting->job.run();
    committing = true;
    writer_->exec("COMMIT");
  } catch (...) {
    roll_back(group);
    if (!committing && group.size() > 1) return false;
    for (Waiting* waiting : group) waiting->error = std::current_exception();
    return true;
  }
  for (Waiting* waiting : group) waiting->job.committed();
  return true;
}

void SqliteFile::run_alone(Waiting& waiting) { run_together({&waiting}); }

void SqliteFile::roll_back(const Group& group) {
  // A full disk may have ended the transaction already.
  if (writer_->in_transaction()) sqlite3_exec(writer_->handle(), "ROLLBACK", nullptr, nullptr, nullptr);
  for (Waiting* waiting : group) waiting->job.rolled_back();
}

/// Where it cannot be done now (a full disk, a long reader) the log only grows, and it is tried again.
void SqliteFile::checkpoint_if_long() {
  if (wal_pages_ < long_log_pages) return;
  wal_pages_ = 0;
  sqlite3_wal_checkpoint_v2(writer_->handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
}

std::unique_ptr<Database> SqliteFile::take_reader() {
  std::unique_lock lock(readers_mutex_);
  reader_free_.wait(lock, [&] { return !idle_readers_.empty() || readers_ < most_readers; });
  if (!idle_readers_.empty()) {
    auto reader = std::move(idle_readers_.back());
    idle_readers_.pop_back();
    return reader;
  }
  auto reader = std::make_unique<Database>(path_, Database::Mode::read_write);
  reader->exec("PRAGMA query_only = ON");
  reader->exec("PRAGMA cache_size = -1000");
  ++readers_;
  return reader;
}

void SqliteFile::give_back(std::unique_ptr<Database> reader) {
  {
    std::lock_guard lock(readers_mutex_);
    idle_readers_.push_back(std::move(reader));
  }
  reader_free_.notify_one();
}

void SqliteFile::read(const std::function<void(Database&)>& work) {
  std::unique_ptr<Database> reader = take_reader();
  try {
    work(*reader);
  } catch (...) {
    give_back(std::move(reader));
    throw;
  }
  give_back(std::move(reader));
}

}  // namespace taskrunner::store
