// export, import: through the host, or straight from a store that no host has open.

#include "app/exit_code.hpp"
#include "app/http_client.hpp"
#include "app/line_reader.hpp"
#include "app/terminal.hpp"
#include "app/verbs.hpp"
#include "core/export_lines.hpp"
#include "core/record_importer.hpp"
#include "store/open_store.hpp"

#include <taskrunner/error.hpp>

#include <fmt/format.h>
#include <unistd.h>

#include <functional>
#include <span>

namespace taskrunner::app {
namespace {

constexpr std::int64_t page_tasks = 1'000;
constexpr std::size_t batch_lines = 500;

struct TransferOptions {
  HostOptions host;
  std::string store;
};

// Export.

void export_from_store(const std::string& url) {
  const auto store = store::open_store(url, {});
  Query query;
  query.limit = page_tasks;
  while (true) {
    const auto tasks = store->find(query);
    std::string lines;
    for (const TaskPtr& task : tasks) lines += core::export_line(*task);
    print(lines);
    if (tasks.empty()) return;
    query.filter = Json{{"_id", Json{{"$gt", Json(tasks.back()->id)}}}};
  }
}

/// The id of the last line of a page.
std::string last_id(std::string_view page) {
  page.remove_suffix(1);
  const std::size_t start = page.rfind('\n') + 1;  // npos + 1 is 0
  return Json::parse(page.substr(start)).at("_id").at("$oid").as_string();
}

void export_through_host(const HostAddress& host) {
  HttpClient client(host);
  std::string path = "/api/v1/tasks/export";
  while (true) {
    const HttpAnswer page = client.send("GET", path);
    check_answer(page, client.base_url());
    if (page.body.empty()) return;
    print(page.body);
    path = "/api/v1/tasks/export?after=" + last_id(page.body);
  }
}

int export_tasks(const TransferOptions& options) {
  options.store.empty() ? export_through_host(address_of(options.host)) : export_from_store(options.store);
  return exit_done;
}

// Import.

constexpr std::size_t body_bytes = 8UL * 1024 * 1024;  ///< one longer line goes alone

/// Takes lines into where they shall go. The problems name the numbers that the lines have in the whole input.
using TakeLines = std::function<core::ImportReport(std::span<const InputLine> lines)>;

TakeLines into_store(const std::string& url) {
  const std::shared_ptr<Store> store = store::open_store(url, {});
  auto* const importer = dynamic_cast<core::RecordImporter*>(store.get());
  if (!importer) throw Error(ErrorCode::not_supported, store->describe() + " takes no import");
  return [store, importer](std::span<const InputLine> lines) {
    core::ImportLines parsed;
    for (const InputLine& line : lines) parsed.add(line.number, line.text);
    return parsed.report(importer->import_records(parsed.records()));
  };
}

/// The host counts the lines of its request, from 1.
core::ImportReport report_of(const Json& answer, std::span<const InputLine> lines) {
  core::ImportReport report;
  report.added = static_cast<std::size_t>(answer.at("added").as_int64());
  report.known = static_cast<std::size_t>(answer.at("known").as_int64());
  for (const Json& problem : answer.at("problems").as_array()) {
    const auto line = static_cast<std::size_t>(problem.at("line").as_int64());
    const std::size_t number = line - 1 < lines.size() ? lines[line - 1].number : 0;
    report.problems.push_back({number, problem.at("detail").as_string()});
  }
  return report;
}

TakeLines through_host(const HostAddress& host) {
  const auto client = std::make_shared<HttpClient>(host);
  return [client](std::span<const InputLine> lines) {
    std::string body;
    for (const InputLine& line : lines) body += line.text + "\n";
    return report_of(client->call("POST", "/api/v1/tasks/import", body, "application/x-ndjson"), lines);
  };
}

/// How many lines one request may carry.
std::size_t fitting(std::span<const InputLine> lines) {
  std::size_t bytes = lines[0].text.size();
  std::size_t count = 1;
  while (count < lines.size() && (bytes += lines[count].text.size() + 1) <= body_bytes) ++count;
  return count;
}

struct ImportCount {
  std::size_t added = 0;
  std::size_t known = 0;
  std::size_t refused = 0;
};

void import_batch(const TakeLines& take, std::span<const InputLine> lines, ImportCount& count) {
  while (!lines.empty()) {
    const auto some = lines.first(fitting(lines));
    const core::ImportReport report = take(some);
    for (const core::ImportProblem& problem : report.problems)
      say(fmt::format("task-runner: line {}: {}", problem.line, problem.reason));
    count.added += report.added;
    count.known += report.known;
    count.refused += report.problems.size();
    lines = lines.subspan(some.size());
  }
}

void answer(const ImportCount& count, bool json) {
  if (json)
    print(Json{{"added", count.added}, {"known", count.known}, {"refused", count.refused}}.dump() + "\n");
  else
    print(fmt::format("{} imported, {} were there already, {} refused\n", count.added, count.known, count.refused));
}

int import_tasks(const TransferOptions& options) {
  const TakeLines take = options.store.empty() ? through_host(address_of(options.host)) : into_store(options.store);
  LineReader reader(STDIN_FILENO);
  ImportCount count;
  for (auto lines = reader.next(batch_lines); !lines.empty(); lines = reader.next(batch_lines))
    import_batch(take, lines, count);
  answer(count, options.host.json);
  return count.refused ? exit_no : exit_done;
}

}  // namespace

void add_transfer_verbs(CLI::App& program, Action& action) {
  const auto options = std::make_shared<TransferOptions>();
  CLI::App* out = program.add_subcommand("export", "Write all tasks to standard output: Extended JSON, a line each");
  out->add_option("--store", options->store, "straight from this store; no host may have it open")->type_name("URL");
  add_host_options(*out, options->host);
  out->footer("Example: task-runner export > tasks.jsonl\n"
              "         task-runner export --store sqlite:task-runner.db > tasks.jsonl");
  set_action(*out, action, options, export_tasks);

  CLI::App* in = program.add_subcommand("import", "Read what `export` wrote from standard input");
  in->add_option("--store", options->store, "straight into this store; no host may have it open")->type_name("URL");
  add_host_options(*in, options->host);
  in->footer("Ids are kept. What ran is to be done again, what was paused is paused. A task that is there already with\n"
             "other content is refused, and the others are imported all the same.\n"
             "Example: task-runner import < tasks.jsonl\n"
             "         task-runner import --store sqlite:new.db < tasks.jsonl");
  set_action(*in, action, options, import_tasks);
}

}  // namespace taskrunner::app
