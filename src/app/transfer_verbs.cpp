// export, import: through the host, or straight from a store that no host has open.

#include "app/exit_code.hpp"
#include "app/http_client.hpp"
#include "app/line_reader.hpp"
#include "app/list_query.hpp"
#include "app/terminal.hpp"
#include "app/verbs.hpp"
#include "core/record_importer.hpp"
#include "core/task_document.hpp"
#include "doc/extended_json.hpp"
#include "store/open_store.hpp"

#include <taskrunner/error.hpp>

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

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
    for (const TaskPtr& task : tasks) {
      to_extended_json(Json(core::to_document(*task))).dump_to(lines);
      lines += '\n';
    }
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

void export_through_host(const std::string& url) {
  HttpClient client(url);
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
  options.store.empty() ? export_through_host(options.host.url) : export_from_store(options.store);
  return exit_done;
}

// Import.

struct ImportCount {
  std::size_t added = 0;
  std::size_t known = 0;
  std::size_t refused = 0;
};

TaskRecord record_of(const InputLine& line) {
  const std::string place = "line " + std::to_string(line.number);
  const Json document = parse_typed_json(place, line.text);
  try {
    return core::from_document(from_extended_json(document).as_object());
  } catch (const Error& error) {
    throw Error(error.code(), place + ": " + error.what());
  }
}

void import_batch(core::RecordImporter& importer, const std::vector<InputLine>& lines, ImportCount& count) {
  std::vector<TaskRecord> records;
  for (const InputLine& line : lines) records.push_back(record_of(line));
  const auto results = importer.import_records(records);
  for (std::size_t i = 0; i < results.size(); ++i) {
    const AddResult& result = results[i];
    ++(result.error ? count.refused : result.duplicate ? count.known : count.added);
    if (result.error) say(fmt::format("task-runner: line {}: {}", lines[i].number, result.reason));
  }
}

void answer(const ImportCount& count, bool json) {
  if (json)
    print(Json{{"added", count.added}, {"known", count.known}, {"refused", count.refused}}.dump() + "\n");
  else
    print(fmt::format("{} imported, {} were there already, {} refused\n", count.added, count.known, count.refused));
}

int import_tasks(const TransferOptions& options) {
  const auto store = store::open_store(options.store, {});
  auto* const importer = dynamic_cast<core::RecordImporter*>(store.get());
  if (!importer) throw Error(ErrorCode::not_supported, store->describe() + " takes no import");
  LineReader reader(STDIN_FILENO);
  ImportCount count;
  for (auto lines = reader.next(batch_lines); !lines.empty(); lines = reader.next(batch_lines))
    import_batch(*importer, lines, count);
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
  in->add_option("--store", options->store, "into this store; no host may have it open")->type_name("URL")->required();
  in->add_flag("--json", options->host.json, "answer in JSON, for programs");
  in->footer("Ids are kept. What ran is to be done again, what was paused is paused. A task that is there already with\n"
             "other content is refused, and the others are imported all the same.\n"
             "Example: task-runner import --store sqlite:new.db < tasks.jsonl");
  set_action(*in, action, options, import_tasks);
}

}  // namespace taskrunner::app
