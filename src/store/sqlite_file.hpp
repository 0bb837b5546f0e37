#pragma once

#include "store/file_lock.hpp"
#include "store/sqlite_db.hpp"

#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace taskrunner::store {

/// What a verb does in the writer's transaction. All three run on the writer's thread.
struct WriteJob {
  std::function<void()> run;  ///< may run twice: a first run may have been rolled back
  std::function<void()> committed;
  std::function<void()> rolled_back;
};

/// One database file, open in this process only (FileLock): one thread that writes, and a few connections that read.
/// Several collections share it. Thread-safe.
///
/// Durability: WAL with synchronous=FULL; what write() returned from is on the disk.
class SqliteFile {
 public:
  /// The file's one object in this process. Throws Error as open_store().
  static std::shared_ptr<SqliteFile> open(const std::string& path);

  explicit SqliteFile(const std::string& path);
  ~SqliteFile();
  SqliteFile(const SqliteFile&) = delete;
  SqliteFile& operator=(const SqliteFile&) = delete;

  const std::string& path() const { return path_; }

  /// Runs the job in a transaction, with all that is queued at the same time (group commit); returns when it is
  /// durable. What `run` throws undoes this job alone and is thrown here. A commit that fails fails the whole group.
  void write(WriteJob job);
  /// The writer's connection: for `WriteJob::run` only, which runs on the writer's thread.
  Database& writer() { return *writer_; }

  /// Runs `work` on a connection that sees all that was committed before the call, on this thread.
  void read(const std::function<void(Database&)>& work);

 private:
  struct Waiting {
    WriteJob job;
    bool done = false;
    std::exception_ptr error;
  };
  using Group = std::vector<Waiting*>;

  void write_loop();
  bool wait_for_work(Group& group);
  void process(const Group& group);
  bool run_together(const Group& group);
  void run_alone(Waiting& waiting);
  void roll_back(const Group& group);
  void checkpoint_if_long();
  std::unique_ptr<Database> take_reader();
  void give_back(std::unique_ptr<Database> reader);

  const std::string path_;
  FileLock lock_;
  std::unique_ptr<Database> writer_;
  int wal_pages_ = 0;  ///< writer's thread only

  std::mutex mutex_;
  std::condition_variable work_;
  std::condition_variable answered_;
  std::deque<Waiting*> queue_;
  bool stopping_ = false;

  std::mutex readers_mutex_;
  std::condition_variable reader_free_;
  std::vector<std::unique_ptr<Database>> idle_readers_;
  int readers_ = 0;

  std::thread thread_;
};

}  // namespace taskrunner::store
