#include "store/session_table.hpp"

#include "doc/bson.hpp"
#include "store/sqlite_schema.hpp"

namespace taskrunner::store {
namespace {

std::string encode_topics(const std::vector<std::string>& topics) {
  return encode_bson_value(JsonArray(topics.begin(), topics.end()));
}

std::vector<std::string> decode_topics(std::string_view bytes) {
  std::vector<std::string> topics;
  const Json array = decode_bson_value(bytes);
  for (const Json& topic : array.as_array()) topics.push_back(topic.as_string());
  return topics;
}

std::string orphans_sql(const std::string& collection) {
  return "SELECT id, token FROM " + tasks_table(collection) + " INDEXED BY \"" + collection +
         ".by_session\" WHERE session IS NOT NULL AND session NOT IN (SELECT id FROM " + hosts_table(collection) +
         " WHERE lost = 0) LIMIT ?1";
}

}  // namespace

SessionTable::SessionTable(Database& database, const std::string& collection)
    : database_(database),
      end_all_(database, "DELETE FROM " + hosts_table(collection)),
      open_(database, "INSERT OR REPLACE INTO " + hosts_table(collection) +
                          " (id, instance, base_url, topics, capacity, started_at, until, lost)"
                          " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0)"),
      renew_(database, "UPDATE " + hosts_table(collection) + " SET until = ?2 WHERE id = ?1 AND lost = 0"),
      close_(database, "DELETE FROM " + hosts_table(collection) + " WHERE id = ?1"),
      is_open_(database, "SELECT 1 FROM " + hosts_table(collection) + " WHERE id = ?1 AND lost = 0"),
      lapsed_(database, "SELECT id FROM " + hosts_table(collection) + " WHERE lost = 0 AND until <= ?1 ORDER BY id"),
      mark_lost_(database, "UPDATE " + hosts_table(collection) + " SET lost = 1 WHERE id = ?1 AND lost = 0"),
      forget_(database, "DELETE FROM " + hosts_table(collection) + " WHERE lost = 1 AND until < ?1"),
      orphans_(database, orphans_sql(collection)),
      advance_tick_(database, "INSERT INTO " + ticks_table(collection) +
                                  " (name, tick) VALUES (?1, ?2)"
                                  " ON CONFLICT (name) DO UPDATE SET tick = max(tick, excluded.tick)") {}

void SessionTable::end_all() { end_all_.run(); }

void SessionTable::open(const SessionInfo& session, std::int64_t until_ms) {
  const std::string topics = encode_topics(session.topics);
  open_.bind(1, session.id);
  open_.bind_text(2, session.instance);
  open_.bind_text(3, session.base_url);
  open_.bind_blob(4, topics);
  open_.bind(5, session.capacity);
  open_.bind(6, session.started_at_ms);
  open_.bind(7, until_ms);
  open_.run();
}

bool SessionTable::renew(const ObjectId& session, std::int64_t until_ms) {
  renew_.bind(1, session);
  renew_.bind(2, until_ms);
  renew_.run();
  return database_.changes() == 1;
}

bool SessionTable::close(const ObjectId& session) {
  close_.bind(1, session);
  close_.run();
  return database_.changes() == 1;
}

bool SessionTable::is_open(const ObjectId& session) {
  StatementRun run(is_open_);
  is_open_.bind(1, session);
  return is_open_.step();
}

std::vector<ObjectId> SessionTable::expire(std::int64_t lapsed_ms, std::int64_t forget_ms) {
  std::vector<ObjectId> expired;
  lapsed_.bind(1, lapsed_ms);
  {
    StatementRun run(lapsed_);
    while (lapsed_.step()) expired.push_back(lapsed_.object_id(0));
  }
  for (const ObjectId& session : expired) lose(session);
  forget_.bind(1, forget_ms);
  forget_.run();
  return expired;
}

bool SessionTable::lose(const ObjectId& session) {
  mark_lost_.bind(1, session);
  mark_lost_.run();
  return database_.changes() == 1;
}

std::vector<ReapTask> SessionTable::orphans(std::size_t limit) {
  std::vector<ReapTask> found;
  StatementRun run(orphans_);
  orphans_.bind(1, static_cast<std::int64_t>(limit));
  while (orphans_.step()) found.push_back({orphans_.object_id(0), orphans_.object_id(1)});
  return found;
}

void SessionTable::advance_tick(const std::string& schedule, std::int64_t tick_ms) {
  advance_tick_.bind_text(1, schedule);
  advance_tick_.bind(2, tick_ms);
  advance_tick_.run();
}

std::vector<SessionInfo> read_sessions(Database& database, const std::string& collection) {
  Statement& select = database.cached("SELECT id, instance, base_url, topics, capacity, started_at, until, lost FROM " +
                                      hosts_table(collection) + " ORDER BY id");
  StatementRun run(select);
  std::vector<SessionInfo> all;
  while (select.step()) {
    SessionInfo session;
    session.id = select.object_id(0);
    session.instance = std::string(select.bytes(1));
    session.base_url = std::string(select.bytes(2));
    session.topics = decode_topics(select.bytes(3));
    session.capacity = select.integer(4);
    session.started_at_ms = select.integer(5);
    session.until_ms = select.integer(6);
    session.lost = select.integer(7) != 0;
    all.push_back(std::move(session));
  }
  return all;
}

std::vector<HeldTask> read_held(Database& database, const std::string& collection, const ObjectId& session) {
  Statement& select = database.cached("SELECT id, token, signal_op, state, rev FROM " + tasks_table(collection) +
                                      " INDEXED BY \"" + collection + ".by_session\" WHERE session = ?1 ORDER BY id");
  StatementRun run(select);
  select.bind(1, session);
  std::vector<HeldTask> held;
  while (select.step()) {
    HeldTask task{select.object_id(0), select.object_id(1), {}, static_cast<TaskState>(select.integer(3)),
                  select.integer(4)};
    if (!select.is_null(2)) task.signal = static_cast<SignalOp>(select.integer(2));
    held.push_back(task);
  }
  return held;
}

std::optional<std::int64_t> read_tick(Database& database, const std::string& collection, const std::string& schedule) {
  Statement& select = database.cached("SELECT tick FROM " + ticks_table(collection) + " WHERE name = ?1");
  StatementRun run(select);
  select.bind_text(1, schedule);
  if (!select.step()) return std::nullopt;
  return select.integer(0);
}

}  // namespace taskrunner::store
