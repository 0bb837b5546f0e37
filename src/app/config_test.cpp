#include "app/config.hpp"

#include <taskrunner/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace taskrunner::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class TomlFile {
 public:
  explicit TomlFile(const std::string& text) { std::ofstream(path_) << text; }
  ~TomlFile() { std::filesystem::remove(path_); }
  std::string path() const { return path_; }

 private:
  const std::filesystem::path path_ =
      std::filesystem::temp_directory_path() / ("config_test." + std::to_string(getpid()) + ".toml");
};

Environment environment(std::map<std::string, std::string> values) {
  return [values = std::move(values)](const std::string& name) -> std::optional<std::string> {
    const auto found = values.find(name);
    if (found == values.end()) return std::nullopt;
    return found->second;
  };
}

ServeOptions from_file(const std::string& text) {
  const TomlFile file(text);
  return resolve_options({}, file.path(), environment({}));
}

std::string refusal(const std::string& name, const std::string& value) {
  try {
    resolve_options({{name, {{value}, "--" + name}}}, std::nullopt, environment({}));
    return "";
  } catch (const Error& error) {
    return error.what();
  }
}

TEST(Config, everything_can_be_said_by_file) {
  const ServeOptions options = from_file(
      "store = 'sqlite:x.db'\nlisten = '127.0.0.1:9000'\npublic-url = 'http://a.example:1/'\nmax-running = 3\n"
      "topic = ['sleep#1', 'noop#1']\ndownload-dir = 'd'\ndownload-allow = '10.0.0.0/8'\nnamespace = '/tasks1'\n"
      "keep = ['1h', '2d']\nsession = '10s'\ndrain = 5\nallow-origin = ['https://a.example']\nauth = 'none'\ninstance = 'me'\n");
  EXPECT_EQ(options.runner.store, "sqlite:x.db");
  EXPECT_EQ(options.runner.listen, "127.0.0.1:9000");
  EXPECT_EQ(options.runner.public_url, "http://a.example:1");
  EXPECT_EQ(options.runner.max_running, 3U);
  EXPECT_THAT(options.topics, ElementsAre("sleep#1", "noop#1"));
  EXPECT_EQ(options.download_dir, "d");
  EXPECT_THAT(options.download_allow, ElementsAre("10.0.0.0/8"));
  EXPECT_EQ(options.runner.socket_namespace, "/tasks1");
  EXPECT_EQ(options.runner.keep.success_ms, 3'600'000);
  EXPECT_EQ(options.runner.keep.failed_ms, 2 * 86'400'000);
  EXPECT_EQ(options.runner.session, std::chrono::seconds(10));
  EXPECT_EQ(options.runner.drain, std::chrono::seconds(5));
  EXPECT_THAT(options.runner.allow_origins, ElementsAre("https://a.example"));
  EXPECT_EQ(options.runner.instance, "me");
}

TEST(Config, flag_goes_before_environment_before_file_before_default) {
  const TomlFile file("max-running = 1\ndrain = '1s'\nsession = '7s'\n");
  const auto set = environment({{"TASK_RUNNER_MAX_RUNNING", "2"}, {"TASK_RUNNER_DRAIN", "2s"}, {"TASK_RUNNER_CONFIG", file.path()}});
  const ServeOptions options = resolve_options({{"max-running", {{"3"}, "--max-running"}}}, std::nullopt, set);
  EXPECT_EQ(options.runner.max_running, 3U);
  EXPECT_EQ(options.runner.drain, std::chrono::seconds(2));
  EXPECT_EQ(options.runner.session, std::chrono::seconds(7));
  EXPECT_EQ(options.runner.store, "sqlite:task-runner.db");
}

TEST(Config, a_list_of_the_environment_is_separated_by_commas) {
  const auto set = environment({{"TASK_RUNNER_TOPIC", "sleep#1,noop#1"}});
  EXPECT_THAT(resolve_options({}, std::nullopt, set).topics, ElementsAre("sleep#1", "noop#1"));
}

TEST(Config, a_switch_is_on_or_off_wherever_it_is_given) {
  EXPECT_FALSE(ServeOptions().runner.share_topics);
  EXPECT_TRUE(from_file("share-topics = true").runner.share_topics);
  EXPECT_FALSE(from_file("share-topics = false").runner.share_topics);
  EXPECT_THROW(from_file("share-topics = 'perhaps'"), Error);
}

TEST(Config, whether_a_host_relays_is_said_by_a_switch) {
  EXPECT_FALSE(ServeOptions().runner.relay);
  EXPECT_TRUE(from_file("relay = true").runner.relay);
  EXPECT_FALSE(from_file("relay = false").runner.relay);
  EXPECT_TRUE(resolve_options({}, std::nullopt, environment({{"TASK_RUNNER_RELAY", "1"}})).runner.relay);
  EXPECT_TRUE(resolve_options({{"relay", {{}, "--relay"}}}, std::nullopt, environment({})).runner.relay);
  EXPECT_THAT(refusal("relay", "perhaps"), HasSubstr("true or false"));
}

TEST(Config, who_may_connect_can_be_said_by_file) {
  const SecurityOptions security =
      from_file("auth = 'jwt'\njwt-issuer = 'i'\njwt-audience = 'a'\njwt-algorithm = 'ES256'\njwt-key-file = 'k.pem'\n"
                "jwt-key-id = 'k1'\ntls-cert = 'c.pem'\ntls-key = 'p.pem'\ntls-client-ca = 'ca.pem'\n"
                "behind-proxy = ['10.0.0.0/8', '::1']\nfleet-secret-file = 's'\ntoken-file = 't.json'\n")
          .runner.security;
  EXPECT_EQ(security.authentication, Authentication::jwt);
  EXPECT_EQ(security.jwt, (JwtOptions{"i", "a", "ES256", "k.pem", "k1"}));
  EXPECT_EQ(security.tls_cert + security.tls_key + security.tls_client_ca, "c.pemp.pemca.pem");
  EXPECT_THAT(security.behind_proxy, ElementsAre("10.0.0.0/8", "::1"));
  EXPECT_EQ(security.fleet_secret_file, "s");
  EXPECT_EQ(security.token_file, "t.json");
}

TEST(Config, what_is_wrong_in_a_file_is_named_with_its_line) {
  for (const auto& [text, wanted] : std::map<std::string, std::string>{{"\nmax-runing = 1", ":2: max-runing"},
                                                                       {"drain = 1.5", ":1: drain"},
                                                                       {"listen = ['a', 'b']", ":1: listen"},
                                                                       {"drain = ", ".toml:1: "},
                                                                       {"behind-proxy = true", "no network"}}) {
    try {
      from_file(text);
      ADD_FAILURE() << text << " was taken";
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), HasSubstr(wanted)) << text;
    }
  }
  EXPECT_THROW(resolve_options({}, "there-is-no.toml", environment({})), Error);
}

TEST(Config, malformed_values_are_refused_with_what_is_wanted) {
  EXPECT_THAT(refusal("listen", "8080"), HasSubstr("ADDRESS:PORT"));
  EXPECT_THAT(refusal("listen", "127.0.0.1:70000"), HasSubstr("port"));
  EXPECT_THAT(refusal("listen", "localhost:1"), HasSubstr("IP address"));
  EXPECT_EQ(refusal("listen", "[::1]:0"), "");
  EXPECT_THAT(refusal("max-running", "0"), HasSubstr("whole number"));
  EXPECT_THAT(refusal("max-running", "3x"), HasSubstr("whole number"));
  EXPECT_THAT(refusal("topic", "sleep"), HasSubstr("version"));
  EXPECT_THAT(refusal("keep", "long"), HasSubstr("length of time"));
  EXPECT_THAT(refusal("session", "1s"), HasSubstr("at least"));
  EXPECT_THAT(refusal("public-url", "http://a/path"), HasSubstr("origin"));
  EXPECT_THAT(refusal("namespace", "tasks"), HasSubstr("/tasks1"));
  EXPECT_THAT(refusal("auth", "password"), HasSubstr("token"));
  EXPECT_THAT(refusal("jwt-algorithm", "none"), HasSubstr("RS256"));
  EXPECT_THAT(refusal("behind-proxy", "proxy.example"), HasSubstr("no network"));
  EXPECT_THAT(refusal("token-file", ""), HasSubstr("one value"));
  EXPECT_THAT(refusal("death-proof", "guess"), HasSubstr("peers"));
  EXPECT_EQ(refusal("death-proof", "local"), "");
}

}  // namespace
}  // namespace taskrunner::app
