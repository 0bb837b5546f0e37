#include "core/export_lines.hpp"

#include <taskrunner/error.hpp>

#include <gtest/gtest.h>

namespace taskrunner::core {
namespace {

TaskRecord a_task() {
  TaskRecord task;
  task.id = ObjectId::from_hex("0123456789abcdef01234567").value();
  task.versioned_topic = "t#1";
  task.data = Json{{"at", Date{5}}, {"big", std::int64_t{1} << 60}, {"text", "ä\n"}};
  task.created_at_ms = 1'700'000'000'000;
  task.updated_at_ms = 1'700'000'000'000;
  return task;
}

TEST(ExportLines, ATaskComesBackAsItWas) {
  const std::string line = export_line(a_task());
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  ImportLines lines;
  lines.add(1, line);
  ASSERT_EQ(lines.records().size(), 1u);
  EXPECT_EQ(lines.records()[0], a_task());
}

TEST(ExportLines, MalformedLinesAreRefusedByNumberAndTheOthersGoOn) {
  ImportLines lines;
  lines.add(1, "{");
  lines.add(3, export_line(a_task()));
  lines.add(4, "[]");
  lines.add(5, R"({"_id": {"$oid": "0123456789abcdef01234567"}, "state": "asleep"})");
  lines.add(6, export_line(a_task()));
  lines.add(7, export_line(a_task()));
  ASSERT_EQ(lines.records().size(), 3u);
  std::vector<AddResult> results(3);
  results[1].duplicate = true;
  results[2].error = ErrorCode::conflict;
  results[2].reason = "it stands there already";
  const ImportReport report = lines.report(results);
  EXPECT_EQ(report.added, 1u);
  EXPECT_EQ(report.known, 1u);
  std::vector<std::size_t> refused;
  for (const ImportProblem& problem : report.problems) refused.push_back(problem.line);
  EXPECT_EQ(refused, (std::vector<std::size_t>{1, 4, 5, 7}));
  EXPECT_EQ(report.problems.back().reason, "it stands there already");
}

}  // namespace
}  // namespace taskrunner::core
