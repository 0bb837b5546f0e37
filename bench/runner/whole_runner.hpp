#pragma once

#include <taskrunner/taskrunner.hpp>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <string>
#include <vector>

namespace taskrunner::bench {

using Time = std::chrono::steady_clock;

/// Puts tasks of a topic that no host here runs into a fresh file.
void add_others(const std::string& path, std::size_t count);

/// A host of 2,000 slots without a door, as a program would embed it, whose tasks do nothing but say that they began.
class WholeRunner {
 public:
  /// `path` is a fresh SQLite file.
  explicit WholeRunner(const std::string& path);

  /// Tasks of 100 B, by 1,000; returns when they are durable.
  void add(std::size_t count);
  /// One task; when it was asked for and when it was durable.
  struct Added {
    ObjectId id;
    Time::time_point asked;
    Time::time_point durable;
  };
  Added add_one();

  void start() { runner_.start(); }
  /// Waits until so many bodies have begun since the last call; when the last of them did.
  Time::time_point wait_for_bodies(std::size_t count);
  /// The end of that task is durable when it returns.
  void wait_for_end(const ObjectId& id) { runner_.wait(id); }
  /// Returns when all that has run is durable; nothing is claimed any more.
  void finish() { runner_.drain(); }
  /// Throws Error{internal} where a task of the topic is left that is not completed with success.
  void check_all_done();

 private:
  static TaskRunnerOptions options_for(const std::string& path);
  void body_begins();

  std::mutex mutex_;
  std::condition_variable began_;
  std::size_t bodies_ = 0;
  std::size_t awaited_ = 0;
  Time::time_point last_begin_;
  TaskRunner runner_;  ///< last: its bodies use what is above
};

}  // namespace taskrunner::bench
