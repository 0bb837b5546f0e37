#pragma once

#include "api/credential_authenticator.hpp"
#include "api/door_fixture.hpp"

#include <map>

namespace taskrunner::api {

/// For tests: the tokens that a host knows, by the names of who has them.
class KnownTokens {
 public:
  void add(auth::StoredToken token) {
    texts_[token.name] = auth::make_token(auth::random_secret);
    token.sha256 = auth::sha256(texts_[token.name]);
    stored_.push_back(std::move(token));
  }
  void forget(const std::string& name) {
    std::erase_if(stored_, [&](const auth::StoredToken& token) { return token.name == name; });
  }
  const std::string& of(const std::string& name) const { return texts_.at(name); }
  std::shared_ptr<const auth::BearerCheck> check() const {
    auth::TokenList list;
    for (const auth::StoredToken& token : stored_) list.add(token);
    return std::make_shared<const auth::BearerCheck>(std::move(list));
  }

  /// A viewer, an operator, an admin, an operator of the topic mine#1 only, and one whose token has expired.
  static KnownTokens usual() {
    KnownTokens tokens;
    tokens.add({{}, "viewer", auth::Role::viewer});
    tokens.add({{}, "operator", auth::Role::operator_});
    tokens.add({{}, "admin", auth::Role::admin});
    tokens.add({{}, "scoped", auth::Role::operator_, std::vector<std::string>{"mine#1"}});
    tokens.add({{}, "late", auth::Role::admin, std::nullopt, 0, 1});
    return tokens;
  }

 private:
  std::map<std::string, std::string> texts_;
  std::vector<auth::StoredToken> stored_;
};

inline std::string bearer(const std::string& token) { return "Authorization: Bearer " + token + "\r\n"; }
inline std::string token_payload(const std::string& token) { return Json{{"token", token}}.dump(); }

/// For tests: a door that asks who is there, before a real runner, on the test's own loop.
class CredentialTest : public testing::Test {
 protected:
  using Answer = net::testing::TestClient::Answer;

  CredentialTest() {
    door.start();
    authenticator->name_cookie(80);
    door.attach(runner, {"/tasks", false, "", "http://here"});
  }
  ~CredentialTest() override {
    door.stop();
    runner.stop(true);
  }

  net::testing::TestClient http() { return {io, door.local_port()}; }
  SocketPeer peer(const std::string& name, const std::string& auth = "") { return {io, door.local_port(), name, auth}; }
  Answer get_as(const std::string& name, const std::string& path) { return http().get(path, bearer(tokens.of(name))); }
  Answer post(const std::string& path, const std::string& body, const std::string& fields) {
    return http().post(path, body, "Content-Type: application/json\r\n" + fields);
  }
  Answer delete_(const std::string& path, const std::string& fields) {
    auto client = http();
    client.send("DELETE " + path + " HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n");
    return client.answer();
  }
  ObjectId add_stored(const std::string& topic) {
    NewTask task;
    task.id = random->object_id(0);
    task.versioned_topic = topic;
    store->add(std::span(&task, 1));
    return task.id;
  }
  std::int64_t refused(const std::string& reason) {
    const std::string body = get_as("admin", "/metrics").body;
    const std::string line = "taskrunner_auth_refused_total{reason=\"" + reason + "\"} ";
    return std::stoll(body.substr(body.find(line) + line.size()));
  }

  boost::asio::io_context io{1};
  KnownTokens tokens = KnownTokens::usual();
  std::shared_ptr<Random> random = std::make_shared<Random>(1);
  std::shared_ptr<Store> store = std::make_shared<store::MemoryStore>(system_clock(), random, KeepPolicy());
  std::shared_ptr<CredentialAuthenticator> authenticator = std::make_shared<CredentialAuthenticator>(
      io, system_clock(), tokens.check(), CredentialRules{"", {"https://tasks.example"}});
  core::Runner runner{{"here", "http://here"}, store, random, system_clock()};
  Door door{io, {"127.0.0.1", 0, {"http://h", "http://fellow"}, 30'000, authenticator}};
};

}  // namespace taskrunner::api
