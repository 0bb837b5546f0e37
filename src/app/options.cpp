#include "app/options.hpp"

#include <taskrunner/error.hpp>

#include "app/option_value.hpp"
#include "app/security_options.hpp"
#include "base/time_text.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/url/parse.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace taskrunner::app {

void refuse(const OptionValue& value, std::string_view wanted) {
  throw Error(ErrorCode::invalid_argument,
              fmt::format("{} '{}': {}", value.source, fmt::join(value.words, ","), wanted));
}

const std::string& word_of(const OptionValue& value) {
  if (value.words.size() != 1 || value.words[0].empty()) refuse(value, "one value is wanted");
  return value.words[0];
}

namespace {

/// A switch needs no value on the command line; elsewhere it has one.
bool switch_of(const OptionValue& value) {
  if (value.words.empty()) return true;
  const std::string& word = word_of(value);
  if (word == "true" || word == "1") return true;
  if (word == "false" || word == "0") return false;
  refuse(value, "want true or false");
}

std::int64_t duration_of(const OptionValue& value, const std::string& word, std::int64_t least_ms) {
  const auto ms = parse_duration_ms(word);
  if (!ms) refuse(value, "want a length of time, such as 250ms, 10s, 5m, 2h, 7d");
  if (*ms < least_ms) refuse(value, fmt::format("want at least {} ms", least_ms));
  return *ms;
}

template <typename Number>
std::optional<Number> number_from(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

void set_listen(ServeOptions& options, const OptionValue& value) {
  const std::string& word = word_of(value);
  const std::size_t colon = word.rfind(':');
  if (colon == std::string::npos) refuse(value, "want ADDRESS:PORT, such as 127.0.0.1:8080");
  std::string address_text = word.substr(0, colon);
  if (address_text.starts_with('[') && address_text.ends_with(']'))
    address_text = address_text.substr(1, address_text.size() - 2);
  boost::system::error_code error;
  boost::asio::ip::make_address(address_text, error);
  if (error) refuse(value, "want an IP address before the port, such as 127.0.0.1:8080 or [::1]:8080");
  if (!number_from<std::uint16_t>(word.substr(colon + 1))) refuse(value, "want a port from 0 to 65535");
  options.runner.listen = word;
}

void set_public_url(ServeOptions& options, const OptionValue& value) {
  std::string word = word_of(value);
  while (word.ends_with('/')) word.pop_back();
  const auto url = boost::urls::parse_absolute_uri(word);
  const bool is_origin = url.has_value() && (url->scheme() == "http" || url->scheme() == "https") &&
                         !url->encoded_host().empty() && url->encoded_path().empty() && !url->has_query() && !url->has_userinfo();
  if (!is_origin) refuse(value, "want an origin, such as http://tasks.example.com:8080");
  options.runner.public_url = std::move(word);
}

void set_max_running(ServeOptions& options, const OptionValue& value) {
  const auto number = number_from<std::uint32_t>(word_of(value));
  if (!number || *number < 1 || *number > 1'000'000) refuse(value, "want a whole number from 1 to 1000000");
  options.runner.max_running = *number;
}

void set_topics(ServeOptions& options, const OptionValue& value) {
  for (const std::string& topic : value.words) {
    const std::size_t hash = topic.rfind('#');
    const bool is_topic = hash != std::string::npos && hash > 0 && number_from<std::uint32_t>(topic.substr(hash + 1));
    if (!is_topic) refuse(value, "want topics with their version, such as download#1");
  }
  options.topics = value.words;
}

void set_namespace(ServeOptions& options, const OptionValue& value) {
  const std::string& word = word_of(value);
  const bool is_good = word.size() > 1 && word[0] == '/' && word.find_first_of(",?# \t") == std::string::npos && !word.ends_with('/');
  if (!is_good) refuse(value, "want a Socket.IO namespace, such as /tasks1");
  options.runner.socket_namespace = word;
}

void set_keep(ServeOptions& options, const OptionValue& value) {
  if (value.words.empty() || value.words.size() > 2)
    refuse(value, "want one length of time, or two: for success and for failure, such as 24h,30d");
  options.runner.keep.success_ms = duration_of(value, value.words[0], 0);
  if (value.words.size() == 2) options.runner.keep.failed_ms = duration_of(value, value.words[1], 0);
}

void set_origins(ServeOptions& options, const OptionValue& value) {
  for (const std::string& origin : value.words) {
    const auto url = boost::urls::parse_absolute_uri(origin);
    if (!url.has_value() || url->encoded_host().empty() || !url->encoded_path().empty())
      refuse(value, "want origins, such as https://example.com");
  }
  options.runner.allow_origins = value.words;
}

void set_session(ServeOptions& options, const OptionValue& value) {
  options.runner.session = std::chrono::milliseconds(duration_of(value, word_of(value), 2'000));
}
void set_drain(ServeOptions& options, const OptionValue& value) {
  options.runner.drain = std::chrono::milliseconds(duration_of(value, word_of(value), 0));
}
void set_death_proof(ServeOptions& options, const OptionValue& value) {
  const std::string& word = word_of(value);
  if (word == "off") options.runner.death_proof = DeathProof::off;
  else if (word == "local") options.runner.death_proof = DeathProof::local;
  else if (word == "peers") options.runner.death_proof = DeathProof::peers;
  else refuse(value, "want off, local or peers");
}
void set_share_topics(ServeOptions& options, const OptionValue& value) { options.runner.share_topics = switch_of(value); }
void set_relay(ServeOptions& options, const OptionValue& value) { options.runner.relay = switch_of(value); }
void set_store(ServeOptions& options, const OptionValue& value) { options.runner.store = word_of(value); }
void set_instance(ServeOptions& options, const OptionValue& value) { options.runner.instance = word_of(value); }
void set_download_dir(ServeOptions& options, const OptionValue& value) { options.download_dir = word_of(value); }
void set_download_allow(ServeOptions& options, const OptionValue& value) { options.download_allow = value.words; }

constexpr bool is_list = true;
constexpr bool is_one = false;

constexpr OptionSpec specs[] = {
    {"store", "URL", "where tasks live: sqlite:PATH, mongodb://HOSTS/DATABASE or memory: (default sqlite:task-runner.db)", is_one, set_store},
    {"listen", "ADDR:PORT", "where to serve (default 127.0.0.1:8080; port 0: any free one); what others can reach takes --auth, and "
     "--tls-cert or --behind-proxy", is_one, set_listen},
    {"public-url", "ORIGIN", "under which others reach this host (default: the listen address)", is_one, set_public_url},
    {"instance", "NAME", "this host's name (default HOSTNAME:PORT)", is_one, set_instance},
    {"max-running", "N", "tasks that run at once (default 16)", is_one, set_max_running},
    {"topic", "T", "run only these topics (default: all built-in ones)", is_list, set_topics},
    {"download-dir", "DIR", "downloads land below it (default downloads)", is_one, set_download_dir},
    {"download-allow", "CIDR", "addresses that downloads may reach (default: any, at a loopback address with --auth none; else public "
     "ones)", is_list, set_download_allow},
    {"namespace", "PATH", "Socket.IO namespace of the tasks (default /tasks)", is_one, set_namespace},
    {"keep", "TIME", "how long ended tasks stay: after success, after failure (default 24h,30d)", is_list, set_keep},
    {"session", "TIME", "length of this host's lease on its tasks (default 30s)", is_one, set_session},
    {"drain", "TIME", "after SIGTERM, time for tasks to reach a checkpoint (default 30s)", is_one, set_drain},
    {"death-proof", "HOW", "off, local or peers: how soon a dead host's tasks go to others (default peers)", is_one, set_death_proof},
    {"share-topics", "", "on MongoDB, run the same topics as runners of the old kind, in the same collection", is_one, set_share_topics},
    {"relay", "", "serve tasks of the fleet's other hosts too, so that clients speak to this one alone", is_one, set_relay},
    {"allow-origin", "ORIGIN", "origins whose pages may connect besides the host's own and its fleet's", is_list, set_origins},
    {"auth", "HOW", "none (at a loopback address only: whoever reaches it may do everything), token or jwt (default none)", is_one, set_auth},
    {"token-file", "FILE", "with --auth token: the file that `task-runner token create` writes; SIGHUP reads it anew", is_one, set_token_file},
    {"jwt-issuer", "TEXT", "with --auth jwt: what `iss` must be", is_one, set_jwt_issuer},
    {"jwt-audience", "TEXT", "with --auth jwt: what `aud` must hold", is_one, set_jwt_audience},
    {"jwt-algorithm", "ALG", "with --auth jwt: HS256, RS256 or ES256, and no other", is_one, set_jwt_algorithm},
    {"jwt-key-file", "FILE", "with --auth jwt: the secret (HS256, 32 bytes or more), or the public key or certificate in PEM; SIGHUP reads "
     "it anew", is_one, set_jwt_key_file},
    {"jwt-key-id", "TEXT", "with --auth jwt: what `kid` must be (default: whatever it is)", is_one, set_jwt_key_id},
    {"tls-cert", "FILE", "TLS: the certificate and those between it and a root, in PEM; SIGHUP reads it anew", is_one, set_tls_cert},
    {"tls-key", "FILE", "TLS: the certificate's key, in PEM", is_one, set_tls_key},
    {"tls-client-ca", "FILE", "TLS: clients must show a certificate of one of these authorities, in PEM", is_one, set_tls_client_ca},
    {"behind-proxy", "CIDR", "addresses of proxies in front, whose X-Forwarded-For is believed; without TLS nobody else may connect but "
     "this machine", is_list, set_behind_proxy},
    {"fleet-secret-file", "FILE", "a secret that all hosts of a fleet share (32 bytes or more), which signs the tickets by which clients of "
     "one host follow tasks at another", is_one, set_fleet_secret_file},
};

}  // namespace

std::span<const OptionSpec> serve_option_specs() { return specs; }

const OptionSpec* find_serve_option(std::string_view name) {
  const auto* found = std::find_if(std::begin(specs), std::end(specs), [&](const OptionSpec& s) { return s.name == name; });
  return found == std::end(specs) ? nullptr : found;
}

}  // namespace taskrunner::app
