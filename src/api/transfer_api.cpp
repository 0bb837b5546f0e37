#include "api/transfer_api.hpp"

#include <taskrunner/error.hpp>

#include "api/request_json.hpp"
#include "api/rest_tasks.hpp"
#include "core/export_lines.hpp"
#include "core/import_record.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace taskrunner::api {
namespace {

constexpr std::size_t page_bytes = 4UL * 1024 * 1024;
constexpr std::int64_t most_tasks = 1'000;
constexpr std::string_view lines_media_type = "application/x-ndjson";

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

core::ImportLines lines_of(std::string_view body) {
  core::ImportLines lines;
  std::size_t count = 0;
  for (std::size_t number = 1; !body.empty(); ++number) {
    const std::string_view line = body.substr(0, body.find('\n'));
    body.remove_prefix(std::min(line.size() + 1, body.size()));
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    if (++count > most_lines_an_import)
      throw Error(ErrorCode::invalid_argument, fmt::format("at most {} lines at a time", most_lines_an_import));
    lines.add(number, line);
  }
  return lines;
}

std::string report_text(const core::ImportReport& report) {
  JsonArray problems;
  for (const core::ImportProblem& problem : report.problems)
    problems.push_back(Json{{"line", problem.line}, {"detail", problem.reason}});
  return Json{{"added", report.added}, {"known", report.known}, {"problems", std::move(problems)}}.dump();
}

void want_transfer(const Identity& who, std::string_view what) {
  who.want(Right::transfer, what);
  if (!who.access->sees_all_fields())
    throw Error(ErrorCode::not_permitted, fmt::format("'{}' takes whole tasks: some of their fields are hidden from you", what));
}

/// Each for itself, as far as the identity may see it.
awaitable<std::vector<AddResult>> import_permitted(std::shared_ptr<RunnerLink> link, AccessPtr access,
                                                   std::vector<TaskRecord> records) {
  std::vector<AddResult> results(records.size());
  std::vector<TaskRecord> permitted;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (access->sees_all_rows() || access->permits(core::as_imported(records[i]))) {
      places.push_back(i);
      permitted.push_back(std::move(records[i]));
    } else {
      results[i] = {nullptr, false, ErrorCode::not_permitted, "you may not import such a task: you would not see it"};
    }
  }
  if (permitted.empty()) co_return results;
  std::vector<AddResult> imported = co_await link->service().import_records(std::move(permitted));
  for (std::size_t i = 0; i < places.size(); ++i) results[places[i]] = permitted_result(std::move(imported.at(i)), *access);
  co_return results;
}

}  // namespace

awaitable<net::HttpResponse> export_page(std::shared_ptr<RunnerLink> link, IdentityPtr who, const net::HttpRequest& request) {
  want_transfer(*who, "export");
  Query query = who->access->narrowed(page_query(request));
  const std::vector<TaskPtr> tasks = co_await link->service().find(std::move(query));
  std::string lines;
  for (const TaskPtr& task : tasks) {
    lines += core::export_line(*task);
    if (lines.size() > page_bytes) break;
  }
  co_return net::text_response(200, std::move(lines), std::string(lines_media_type));
}

awaitable<net::HttpResponse> import_page(std::shared_ptr<RunnerLink> link, IdentityPtr who, const net::HttpRequest& request) {
  want_transfer(*who, "import");
  want_media_type(request, lines_media_type);
  const core::ImportLines lines = lines_of(request.body);
  std::vector<TaskRecord> records = lines.records();
  const std::vector<AddResult> results = co_await import_permitted(link, who->access, std::move(records));
  const core::ImportReport report = lines.report(results);
  co_return net::json_response(report.problems.empty() ? 200 : 207, report_text(report));
}

}  // namespace taskrunner::api
