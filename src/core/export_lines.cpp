#include "core/export_lines.hpp"

#include <taskrunner/error.hpp>

#include "core/task_document.hpp"
#include "doc/extended_json.hpp"

#include <algorithm>

namespace taskrunner::core {

std::string export_line(const TaskRecord& task) {
  std::string line;
  to_extended_json(Json(to_document(task))).dump_to(line);
  line += '\n';
  return line;
}

void ImportLines::add(std::size_t number, std::string_view text) {
  try {
    const Json document = from_extended_json(Json::parse(text));
    records_.push_back(from_document(document.as_object()));
    numbers_.push_back(number);
  } catch (const Error& error) {
    malformed_.push_back({number, error.what()});
  }
}

ImportReport ImportLines::report(const std::vector<AddResult>& results) const {
  ImportReport report;
  report.problems = malformed_;
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (results[i].error)
      report.problems.push_back({numbers_.at(i), results[i].reason});
    else
      ++(results[i].duplicate ? report.known : report.added);
  }
  std::ranges::sort(report.problems, {}, &ImportProblem::line);
  return report;
}

}  // namespace taskrunner::core
