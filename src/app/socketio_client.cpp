#include "app/socketio_client.hpp"

#include <taskrunner/error.hpp>

#include "net/engineio_packet.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>

namespace taskrunner::app {
namespace {

constexpr long post_timeout_ms = 30'000;
/// The server pings each 25 s: a poll that hears nothing for much longer is dead.
constexpr long poll_timeout_ms = 70'000;
constexpr auto answer_timeout = std::chrono::seconds(30);

[[noreturn]] void unreachable(const std::string& base_url, std::string_view reason) {
  throw Error(ErrorCode::unavailable, fmt::format("cannot reach {}: {}", base_url, reason));
}

long status_of(CURL* easy) {
  long status = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  return status;
}

/// What stands before the payload in a Socket.IO packet, behind its type.
struct PacketHead {
  std::string namespace_name = "/";
  std::optional<std::uint64_t> id;
};

/// Takes the head away from `text`; attachments are not asked for by anything we subscribe to.
PacketHead take_head(std::string_view& text) {
  PacketHead head;
  if (text.starts_with('/')) {
    const std::size_t comma = std::min(text.find(','), text.size());
    head.namespace_name = text.substr(0, comma);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  std::uint64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error == std::errc()) head.id = id;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return head;
}

/// The session's id in an Engine.IO open packet.
std::string session_of(const std::string& base_url, std::string_view open_packet) {
  try {
    return Json::parse(open_packet.substr(1)).at("sid").as_string();
  } catch (const Error& error) {
    unreachable(base_url, fmt::format("it opened no Socket.IO session: {}", error.what()));
  }
}

std::string auth_text(const HostAddress& host, const Json& auth) {
  if (!auth.is_null()) return auth.dump();
  return host.token.empty() ? "" : Json{{"token", host.token}}.dump();
}

std::string text_or(const Json& object, std::string_view name, std::string other) {
  const Json* member = object.find(name);
  return member && member->is_string() ? member->as_string() : std::move(other);
}

}  // namespace

SocketPolls::SocketPolls() : multi_(curl_multi_init()) {
  if (!multi_) throw Error(ErrorCode::internal, "libcurl cannot be started");
}
SocketPolls::~SocketPolls() { curl_multi_cleanup(multi_); }

void SocketPolls::wait(std::int64_t timeout_ms) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
  for (bool answered = false; !answered;) {
    int running = 0;
    curl_multi_perform(multi_, &running);
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      SocketIoClient* client = clients_.at(message->easy_handle);
      const CURLcode result = message->data.result;
      curl_multi_remove_handle(multi_, client->poll_.get());
      client->poll_answered(result);
      answered = true;
    }
    const auto rest = std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    if (answered || rest.count() <= 0) return;
    curl_multi_poll(multi_, nullptr, 0, static_cast<int>(std::min<std::int64_t>(rest.count() + 1, 60'000)), nullptr);
  }
}

SocketIoClient::SocketIoClient(SocketPolls& polls, const HostAddress& host, std::string namespace_name, const Json& auth)
    : polls_(polls),
      base_url_(checked_base_url(host.url)),
      namespace_(std::move(namespace_name)),
      poll_(make_curl_easy(&poll_body_)),
      post_(make_curl_easy(&post_body_)) {
  set_authorities(poll_.get(), host.ca_file);
  set_authorities(post_.get(), host.ca_file);
  curl_easy_setopt(poll_.get(), CURLOPT_TIMEOUT_MS, poll_timeout_ms);
  curl_easy_setopt(post_.get(), CURLOPT_TIMEOUT_MS, post_timeout_ms);
  open_session();
  polls_.clients_[poll_.get()] = this;
  try {
    connect_namespace(auth_text(host, auth));
  } catch (...) {
    curl_multi_remove_handle(polls_.multi_, poll_.get());
    polls_.clients_.erase(poll_.get());
    throw;
  }
}

SocketIoClient::~SocketIoClient() {
  curl_multi_remove_handle(polls_.multi_, poll_.get());
  polls_.clients_.erase(poll_.get());
}

void SocketIoClient::open_session() {
  const std::string url = base_url_ + "/socket.io/?EIO=4&transport=polling";
  curl_easy_setopt(poll_.get(), CURLOPT_URL, url.c_str());
  const CURLcode result = curl_easy_perform(poll_.get());
  if (result != CURLE_OK) unreachable(base_url_, curl_easy_strerror(result));
  if (status_of(poll_.get()) != 200 || !poll_body_.starts_with('0'))
    unreachable(base_url_, fmt::format("it answered {} and opened no Socket.IO session", status_of(poll_.get())));
  session_url_ = url + "&sid=" + session_of(base_url_, poll_body_);
}

void SocketIoClient::connect_namespace(const std::string& auth) {
  post((namespace_ == "/" ? "40" : "40" + namespace_ + ",") + auth);
  start_poll();
  wait_until_connected_or(std::nullopt);
  if (!refused_.empty()) throw Error(ErrorCode::not_found, refused_);
}

void SocketIoClient::start_poll() {
  poll_body_.clear();
  curl_easy_setopt(poll_.get(), CURLOPT_URL, session_url_.c_str());
  curl_multi_add_handle(polls_.multi_, poll_.get());
}

void SocketIoClient::poll_answered(CURLcode result) {
  if (result != CURLE_OK) return close(curl_easy_strerror(result));
  if (status_of(poll_.get()) != 200) return close(fmt::format("it answered {}", status_of(poll_.get())));
  take_packets(std::exchange(poll_body_, {}));
  if (is_open()) start_poll();
}

void SocketIoClient::take_packets(std::string_view body) {
  try {
    const bool good = net::decode_polling_body(body, [this](const net::EnginePacket& packet) {
      if (packet.type == net::EnginePacketType::ping) post("3");
      if (packet.type == net::EnginePacketType::close) close("the host closed the connection");
      if (packet.type == net::EnginePacketType::message && !packet.binary) take_message(packet.data);
      return is_open();
    });
    if (!good && is_open()) close("it sent a malformed packet");
  } catch (const Error& error) {
    close(error.what());
  }
}

void SocketIoClient::take_message(std::string_view text) {
  const char type = text.empty() ? ' ' : text[0];
  text.remove_prefix(text.empty() ? 0 : 1);
  const PacketHead head = take_head(text);
  if (head.namespace_name != namespace_) return;
  switch (type) {
    case '0': connected_ = true; break;
    case '1': close("the host ended the namespace"); break;
    case '2': take_event(text); break;
    case '3': take_ack(head.id.value_or(0), text); break;
    case '4': refused_ = text_or(Json::parse(text), "message", "the host refuses the namespace " + namespace_); break;
    default: break;
  }
}

void SocketIoClient::take_event(std::string_view text) {
  Json payload = Json::parse(text);
  JsonArray& list = payload.as_array();
  if (list.empty() || !list[0].is_string()) return;
  SocketEvent event{list[0].as_string(), {}};
  event.arguments.assign(std::make_move_iterator(list.begin() + 1), std::make_move_iterator(list.end()));
  events_.push_back(std::move(event));
}

void SocketIoClient::take_ack(std::uint64_t id, std::string_view text) {
  Json payload = Json::parse(text);
  JsonArray& list = payload.as_array();
  acks_[id] = list.empty() ? Json() : std::move(list[0]);
}

void SocketIoClient::post(std::string_view packet) {
  post_body_.clear();
  CurlList headers(curl_slist_append(nullptr, "Content-Type: text/plain;charset=UTF-8"));
  headers.reset(curl_slist_append(headers.release(), "Expect:"));
  curl_easy_setopt(post_.get(), CURLOPT_URL, session_url_.c_str());
  curl_easy_setopt(post_.get(), CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(post_.get(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(packet.size()));
  curl_easy_setopt(post_.get(), CURLOPT_POSTFIELDS, packet.data());
  const CURLcode result = curl_easy_perform(post_.get());
  curl_easy_setopt(post_.get(), CURLOPT_HTTPHEADER, nullptr);
  if (result != CURLE_OK) unreachable(base_url_, curl_easy_strerror(result));
  if (status_of(post_.get()) != 200) unreachable(base_url_, fmt::format("it answered {}", status_of(post_.get())));
}

void SocketIoClient::close(std::string reason) {
  if (is_open()) closed_ = std::move(reason);
}

void SocketIoClient::wait_until_connected_or(const std::optional<std::uint64_t>& ack) {
  const auto until = std::chrono::steady_clock::now() + answer_timeout;
  const auto is_answered = [&] { return ack ? acks_.contains(*ack) : connected_ || !refused_.empty(); };
  while (!is_answered()) {
    if (!is_open()) unreachable(base_url_, closed_);
    if (std::chrono::steady_clock::now() >= until) unreachable(base_url_, "no answer came within 30 s");
    polls_.wait(1'000);
  }
}

Json SocketIoClient::call(std::string_view event, const Json& payload) {
  const std::uint64_t id = ++last_ack_;
  std::string packet = namespace_ == "/" ? "42" : "42" + namespace_ + ",";
  packet += std::to_string(id);
  Json::array({Json(event), payload}).dump_to(packet);
  post(packet);
  wait_until_connected_or(id);
  Json answer = std::move(acks_.at(id));
  acks_.erase(id);
  return answer;
}

std::optional<SocketEvent> SocketIoClient::take() {
  if (events_.empty()) return std::nullopt;
  SocketEvent event = std::move(events_.front());
  events_.pop_front();
  return event;
}

}  // namespace taskrunner::app
