#include "app/add_lines.hpp"

#include "app/exit_code.hpp"
#include "app/http_client.hpp"
#include "app/line_reader.hpp"
#include "app/list_query.hpp"
#include "app/terminal.hpp"

#include <taskrunner/error.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace taskrunner::app {
namespace {

constexpr std::size_t batch_lines = 1'000;
constexpr std::size_t batch_bytes = 500'000;

class LineAdder {
 public:
  explicit LineAdder(const AddLinesOptions& options) : options_(options), client_(options.host) {}

  void add(const InputLine& line) {
    std::string task = task_of(line).dump();
    if (body_.size() + task.size() > batch_bytes) flush();
    body_ += (numbers_.empty() ? "[" : ",") + task;
    numbers_.push_back(line.number);
  }

  void flush() {
    if (numbers_.empty()) return;
    const auto numbers = std::exchange(numbers_, {});
    const Json answers = client_.call("POST", "/api/v1/tasks", std::exchange(body_, {}) + "]");
    if (!answers.is_array() || answers.as_array().size() != numbers.size())
      throw Error(ErrorCode::unavailable, "the host's answer is not one for each task: " + answers.dump().substr(0, 200));
    std::string out;
    for (std::size_t i = 0; i < numbers.size(); ++i) out += take_answer(answers.as_array()[i], numbers[i]);
    print(out);
  }

  int worst() const { return worst_; }

 private:
  Json task_of(const InputLine& line) const {
    Json value = parse_typed_json("line " + std::to_string(line.number), line.text);
    JsonObject task = options_.common;
    if (options_.topic) {
      task.set("versionedTopic", Json(*options_.topic));
      task.set("data", std::move(value));
      return Json(std::move(task));
    }
    if (!value.is_object())
      throw Error(ErrorCode::invalid_argument, fmt::format("line {} is no object: want {{\"versionedTopic\": …}}", line.number));
    for (auto& [name, member] : value.as_object()) task.set(name, std::move(member));
    return Json(std::move(task));
  }

  std::string take_answer(const Json& answer, std::size_t number) {
    if (const Json* id = answer.find("id"); id && id->is_string())
      return (options_.json ? answer.dump() : id->as_string()) + "\n";
    const Json* detail = answer.find("detail");
    if (!detail) detail = answer.find("error");
    const Json& reason = detail ? *detail : answer;
    say(fmt::format("task-runner: line {}: {}", number, reason.is_string() ? reason.as_string() : reason.dump()));
    worst_ = std::max<int>(worst_, exit_no);
    return {};
  }

  const AddLinesOptions& options_;
  HttpClient client_;
  std::string body_;
  std::vector<std::size_t> numbers_;
  int worst_ = exit_done;
};

}  // namespace

int add_lines(int descriptor, const AddLinesOptions& options) {
  LineReader reader(descriptor);
  LineAdder adder(options);
  while (true) {
    const auto lines = reader.next(batch_lines);
    if (lines.empty()) return adder.worst();
    try {
      for (const InputLine& line : lines) adder.add(line);
    } catch (const Error& error) {
      if (error.code() == ErrorCode::invalid_argument) adder.flush();  // what stands before the bad line is good
      throw;
    }
    adder.flush();
  }
}

}  // namespace taskrunner::app
