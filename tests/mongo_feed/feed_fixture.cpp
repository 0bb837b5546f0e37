#include "feed_fixture.hpp"

#include "base/clock.hpp"
#include "base/time_text.hpp"
#include "support/mongo_command.hpp"

#include <chrono>
#include <stdexcept>
#include <thread>

namespace taskrunner::store {
namespace {

constexpr auto patience = std::chrono::seconds(20);

const Json& safely() {
  static const Json concern{{"w", "majority"}, {"j", true}};
  return concern;
}

MongoCollections fresh_names(const FallibleServer& server) {
  static std::atomic<int> count = 0;
  return open_collections(parse_mongo_url(server.url("feed" + std::to_string(++count))));
}

}  // namespace

FeedReader::FeedReader(Feed& feed) : feed_(feed), cursor_(feed.now()) {
  listener_ = feed.listen([this] {
    std::lock_guard lock(mutex_);
    told_ = true;
    changed_.notify_all();
  });
}

bool FeedReader::wait_for_news() {
  std::unique_lock lock(mutex_);
  if (!changed_.wait_for(lock, patience, [&] { return told_; })) return false;
  told_ = false;
  return true;
}

std::vector<FeedEvent> FeedReader::take(std::size_t count) {
  std::vector<FeedEvent> all;
  while (true) {
    FeedBatch batch = feed_.read(cursor_, 100'000);
    cursor_ = batch.next;
    was_lost_ = was_lost_ || batch.lost;
    all.insert(all.end(), batch.events.begin(), batch.events.end());
    if (batch.lost) continue;
    if (all.size() >= count || !wait_for_news()) return all;
  }
}

bool FeedReader::wait_until_lost() {
  while (true) {
    const FeedBatch batch = feed_.read(cursor_, 100'000);
    cursor_ = batch.next;
    if (batch.lost) return true;
    if (!wait_for_news()) return false;
  }
}

JsonObject OtherProgram::run(const Json& command, const std::string& database) {
  JsonObject answer = test::run_command(client_.get(), database, command);
  if (const Json* refused = answer.find("errmsg")) throw std::runtime_error(refused->as_string());
  if (const Json* refused = answer.find("writeErrors")) throw std::runtime_error(refused->dump());
  return answer;
}

void OtherProgram::write(const Json& command) {
  const auto until = std::chrono::steady_clock::now() + patience;
  while (true) {
    try {
      run(command, names_.database);
      return;
    } catch (const std::runtime_error&) {
      if (std::chrono::steady_clock::now() > until) throw;
      std::this_thread::yield();
    }
  }
}

ObjectId OtherProgram::insert(JsonObject document) {
  const ObjectId id = new_id();
  document.set("_id", id);
  run(Json{{"insert", names_.tasks}, {"documents", Json::array({std::move(document)})}, {"writeConcern", safely()}},
      names_.database);
  return id;
}

void OtherProgram::insert(std::vector<JsonObject> documents) {
  run(Json{{"insert", names_.tasks}, {"documents", JsonArray(documents.begin(), documents.end())},
           {"writeConcern", safely()}},
      names_.database);
}

void OtherProgram::update(const ObjectId& id, const Json& change, std::string_view collection) {
  const Json statement{{"q", Json{{"_id", id}}}, {"u", change}, {"upsert", !collection.empty()}};
  run(Json{{"update", collection.empty() ? std::string_view(names_.tasks) : collection},
           {"updates", Json::array({statement})}, {"writeConcern", safely()}},
      names_.database);
}

void OtherProgram::replace(const ObjectId& id, JsonObject document) { update(id, Json(std::move(document))); }

void OtherProgram::remove(const ObjectId& id, std::string_view collection) {
  const Json statement{{"q", Json{{"_id", id}}}, {"limit", 1}};
  run(Json{{"delete", collection.empty() ? std::string_view(names_.tasks) : collection},
           {"deletes", Json::array({statement})}, {"writeConcern", safely()}},
      names_.database);
}

void OtherProgram::let_fail(const std::string& command, int times, JsonObject how) {
  how.set("failCommands", Json::array({command}));
  admin(Json{{"configureFailPoint", "failCommand"}, {"mode", Json{{"times", times}}}, {"data", std::move(how)}});
}

JsonObject to_do(const std::string& topic) {
  const std::string now = iso_time(system_clock().wall_ms());
  return Json{{"state", "to do"}, {"versionedTopic", topic}, {"createdAt", now}, {"updatedAt", now}}.as_object();
}

ObjectId new_id() {
  static Random random(Random::system_seed());
  return random.object_id(system_clock().wall_ms());
}

FallibleServer& MongoFeedTest::server() {
  static FallibleServer only({"--setParameter", "enableTestCommands=1"});
  return only;
}

MongoFeedTest::MongoFeedTest() : names(fresh_names(server())), other(names) {
  feed = new_feed();
  reader = std::make_unique<FeedReader>(*feed);
}

MongoFeedTest::~MongoFeedTest() {
  reader.reset();
  feed.reset();
}

std::unique_ptr<MongoFeed> MongoFeedTest::new_feed() {
  auto made = std::make_unique<MongoFeed>(names, random, [this] { ++times_gone; });
  made->start();
  return made;
}

}  // namespace taskrunner::store
