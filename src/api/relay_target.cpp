#include "api/relay_target.hpp"

#include <algorithm>

namespace taskrunner::api {

RelayTarget relay_target(const TaskRecord& task, std::span<const SessionInfo> sessions, const std::string& own_url) {
  const std::string place = "/tasks/" + task.id.hex();
  if (!task.public_url || *task.public_url == own_url + place) return {"", "The task does not run here"};
  const auto host = std::find_if(sessions.begin(), sessions.end(), [&](const SessionInfo& session) {
    return !session.lost && *task.public_url == session.base_url + place;
  });
  if (host != sessions.end()) return {host->base_url, ""};
  return {"", "The task's publicUrl '" + task.public_url->substr(0, 200) + "' is that of no live host: it is not relayed to"};
}

}  // namespace taskrunner::api
