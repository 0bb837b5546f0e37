#include "api/explain_api.hpp"

#include <taskrunner/error.hpp>

#include "api/socket_requests.hpp"
#include "base/time_text.hpp"
#include "core/explanation.hpp"

#include <algorithm>
#include <array>

namespace taskrunner::api {
namespace {

awaitable<std::vector<core::HostLoad>> loads_of(std::shared_ptr<RunnerLink> link, std::string topic) {
  const std::vector<SessionInfo> sessions = co_await link->service().hosts();
  std::vector<core::HostLoad> loads;
  for (const SessionInfo& host : sessions) {
    const bool is_listed = std::find(host.topics.begin(), host.topics.end(), topic) != host.topics.end();
    if (host.lost || !is_listed) continue;
    Json holding{{"lease.session", host.id}};
    const std::int64_t held = co_await link->service().count(std::move(holding));
    loads.push_back({host.instance, host.capacity, held});
  }
  co_return loads;
}

/// What an explanation is made of.
constexpr std::array told_fields = {"state", "outcome", "worker", "signal", "waitUntil", "versionedTopic", "priority"};

void want_told_fields(const Access& access) {
  for (const char* field : told_fields)
    if (!access.shows(field))
      throw Error(ErrorCode::not_permitted, std::string("you may not see why: it would tell of '") + field + "'");
}

/// Due tasks of its topic that are claimed before it: of a higher priority, or of the same and due earlier.
Json before_it(const TaskRecord& task, std::int64_t now_ms) {
  const Json due{{"$or", Json::array({Json{{"waitUntil", nullptr}}, Json{{"waitUntil", Json{{"$lte", iso_time(now_ms)}}}}})}};
  const Json priority = task.priority ? Json(*task.priority) : Json();
  const Json higher = task.priority ? Json{{"priority", Json{{"$gt", priority}}}} : Json{{"priority", Json{{"$ne", nullptr}}}};
  const Json earlier_id{{"priority", priority}, {"waitUntil", nullptr}, {"_id", Json{{"$lt", task.id}}}};
  JsonArray orders{higher, earlier_id};
  if (task.wait_until_ms) {
    orders.push_back(Json{{"priority", priority}, {"waitUntil", nullptr}});
    orders.push_back(Json{{"priority", priority}, {"waitUntil", Json{{"$lt", iso_time(*task.wait_until_ms)}}}});
  }
  return Json{{"state", "to do"}, {"versionedTopic", task.versioned_topic}, {"worker", nullptr},
              {"$and", Json::array({due, Json{{"$or", Json(std::move(orders))}}})}};
}

/// How many tasks a host holds is for who may see them all.
Json json_of(const core::HostLoad& host, const Access& access) {
  Json out{{"instance", host.instance}, {"capacity", host.capacity}};
  if (access.sees_all_rows()) out["held"] = Json(host.held);
  return out;
}

std::string text_of(const TaskRecord& task, const core::Explanation& explained, const Access& access) {
  JsonObject out;
  out.append("id", task.id);
  out.append("state", to_text(task.state));
  out.append("why", core::to_text(explained.why));
  out.append("text", explained.text);
  if (explained.until_ms) out.append("until", iso_time(*explained.until_ms));
  if (task.worker) out.append("worker", *task.worker);
  if (explained.by) out.append("by", *explained.by);
  if (explained.ahead) out.append("ahead", *explained.ahead);
  if (core::waits_for_a_host(task)) {
    JsonArray hosts;
    for (const core::HostLoad& host : explained.hosts) hosts.push_back(json_of(host, access));
    out.append("hosts", std::move(hosts));
  }
  return Json(std::move(out)).dump();
}

}  // namespace

awaitable<std::string> explain_task(std::shared_ptr<RunnerLink> link, IdentityPtr who, ObjectId id) {
  const TaskPtr task = co_await permitted_task(link, who, id);
  want_told_fields(*who->access);
  const std::int64_t now_ms = link->now_ms();
  std::vector<core::HostLoad> hosts;
  std::optional<std::int64_t> ahead;
  if (core::waits_for_a_host(*task)) {
    hosts = co_await loads_of(link, task->versioned_topic);
    Json filter = who->access->narrowed({before_it(*task, now_ms), {}, 0, 0}).filter;
    ahead = co_await link->service().count(std::move(filter));
  }
  co_return text_of(*task, core::explain(*task, std::move(hosts), ahead, now_ms), *who->access);
}

}  // namespace taskrunner::api
