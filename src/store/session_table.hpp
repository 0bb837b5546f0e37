#pragma once

#include <taskrunner/store.hpp>
#include <taskrunner/transition.hpp>

#include "store/sqlite_db.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace taskrunner::store {

/// A collection's sessions and schedules, and what sessions hold, through the writer's connection. Writer's thread
/// only.
class SessionTable {
 public:
  SessionTable(Database& database, const std::string& collection);

  void end_all();
  void open(const SessionInfo& session, std::int64_t until_ms);
  /// False where it is lost or not there.
  bool renew(const ObjectId& session, std::int64_t until_ms);
  /// False where there was none.
  bool close(const ObjectId& session);
  bool is_open(const ObjectId& session);
  /// Marks those lost that lapsed before `lapsed_ms`, deletes lost ones of before `forget_ms`; returns the marked.
  std::vector<ObjectId> expire(std::int64_t lapsed_ms, std::int64_t forget_ms);

  /// False where it is lost already or not there.
  bool lose(const ObjectId& session);

  /// Tasks held by a session that is lost or not there, at most `limit`.
  std::vector<ReapTask> orphans(std::size_t limit);

  void advance_tick(const std::string& schedule, std::int64_t tick_ms);

 private:
  Database& database_;
  Statement end_all_;
  Statement open_;
  Statement renew_;
  Statement close_;
  Statement is_open_;
  Statement lapsed_;
  Statement mark_lost_;
  Statement forget_;
  Statement orphans_;
  Statement advance_tick_;
};

// On any connection.

std::vector<SessionInfo> read_sessions(Database& database, const std::string& collection);
std::vector<HeldTask> read_held(Database& database, const std::string& collection, const ObjectId& session);
std::optional<std::int64_t> read_tick(Database& database, const std::string& collection, const std::string& schedule);

}  // namespace taskrunner::store
