#include "api/export_api.hpp"

#include <taskrunner/error.hpp>

#include "core/task_document.hpp"
#include "doc/extended_json.hpp"

#include <algorithm>
#include <charconv>

namespace taskrunner::api {
namespace {

constexpr std::size_t page_bytes = 4UL * 1024 * 1024;
constexpr std::int64_t most_tasks = 1'000;

Query page_query(const net::HttpRequest& request) {
  Query query;
  query.limit = most_tasks;
  if (const auto limit = request.query.get("limit")) {
    const auto [end, error] = std::from_chars(limit->data(), limit->data() + limit->size(), query.limit);
    if (error != std::errc() || end != limit->data() + limit->size() || query.limit < 1 || query.limit > most_tasks)
      throw Error(ErrorCode::invalid_argument, "the parameter 'limit' must be from 1 to 1000");
  }
  const auto after = request.query.get("after");
  if (!after || after->empty()) return query;
  const auto id = ObjectId::from_hex(*after);
  if (!id) throw Error(ErrorCode::invalid_argument, "the parameter 'after' must be a task's id");
  JsonObject greater;
  greater.append("$gt", Json(*id));
  query.filter["_id"] = Json(std::move(greater));
  return query;
}

}  // namespace

awaitable<net::HttpResponse> export_page(std::shared_ptr<RunnerLink> link, const net::HttpRequest& request) {
  Query query = page_query(request);
  const std::vector<TaskPtr> tasks = co_await link->service().find(std::move(query));
  std::string lines;
  for (const TaskPtr& task : tasks) {
    to_extended_json(Json(core::to_document(*task))).dump_to(lines);
    lines += '\n';
    if (lines.size() > page_bytes) break;
  }
  co_return net::text_response(200, std::move(lines), "application/x-ndjson");
}

}  // namespace taskrunner::api
