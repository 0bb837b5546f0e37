#pragma once

#include <span>
#include <string_view>

namespace taskrunner::fuzz {

/// What a fuzzer feeds. Each aborts where a promise is broken; crashes and sanitizers do the rest.
struct Target {
  std::string_view name;  ///< its corpus is the folder of that name
  void (*run)(std::string_view bytes);
};

void http_head(std::string_view bytes);
void websocket_frames(std::string_view bytes);
void engineio_packets(std::string_view bytes);
void socketio_packets(std::string_view bytes);
void query_request(std::string_view bytes);
void query_match(std::string_view bytes);
void subscription_token(std::string_view bytes);
void cron(std::string_view bytes);
void jwt(std::string_view bytes);
void tickets(std::string_view bytes);
void token_files(std::string_view bytes);

std::span<const Target> targets();

}  // namespace taskrunner::fuzz
