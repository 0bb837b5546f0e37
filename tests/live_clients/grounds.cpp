#include "live_clients/grounds.hpp"

#include "store/memory_store.hpp"
#include "store/open_store.hpp"
#include "support/mongo_command.hpp"

#include <stdexcept>

namespace taskrunner::model {

std::shared_ptr<Store> MemoryGround::open(const Clock& clock, const std::shared_ptr<Random>& random) {
  if (!store_) store_ = std::make_shared<store::MemoryStore>(clock, random, KeepPolicy());
  return store_;
}

std::shared_ptr<Store> SqliteGround::open(const Clock& clock, const std::shared_ptr<Random>& random) {
  return store::open_store("sqlite:" + folder_.file("tasks.db"), {&clock, random, {}});
}

MongoServer::MongoServer() {
  const std::string url = process.url("admin");
  member = store::open_collections(store::parse_mongo_url(url.substr(0, url.find('?')) + "?directConnection=true"));
}

std::shared_ptr<Store> MongoGround::open(const Clock&, const std::shared_ptr<Random>& random) {
  store::StoreOptions options;
  options.random = random;
  return store::open_store(url_, options);
}

bool MongoGround::can_answer(const Query& query) const {
  return !query.sort.find("data.n") || !query.sort.find("data.tag");
}

void MongoGround::disturb(std::size_t which) {
  constexpr int history_lost = 286;
  if (which < 40) return step_down();
  if (which < 70) return let_get_more_fail(Json{{"closeConnection", true}}.as_object());
  let_get_more_fail(Json{{"errorCode", history_lost}}.as_object());
}

/// The only member may be elected again at once.
void MongoGround::step_down() {
  tell_server(Json{{"replSetStepDown", 60}, {"force", true}});
  tell_server(Json{{"replSetFreeze", 0}});
}

void MongoGround::let_get_more_fail(JsonObject how) {
  how.set("failCommands", Json::array({"getMore"}));
  tell_server(Json{{"configureFailPoint", "failCommand"}, {"mode", Json{{"times", 1}}}, {"data", std::move(how)}});
}

/// It may break the connection instead of an answer.
void MongoGround::tell_server(const Json& command) {
  try {
    test::run_command(server_.member.pool->take().get(), "admin", command);
  } catch (const std::runtime_error&) {
  }
}

}  // namespace taskrunner::model
