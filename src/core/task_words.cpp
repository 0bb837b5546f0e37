#include <taskrunner/task_record.hpp>

#include <array>

namespace taskrunner {
namespace {

constexpr std::array<std::string_view, 4> states = {"to do", "running", "paused", "completed"};
constexpr std::array<std::string_view, 4> outcomes = {"success", "failed", "cancelled", "dead"};
constexpr std::array<std::string_view, 3> ops = {"stop", "pause", "resume"};

template <typename Enum, std::size_t Count>
std::optional<Enum> find_word(const std::array<std::string_view, Count>& words, std::string_view text) {
  for (std::size_t i = 0; i < Count; ++i)
    if (words[i] == text) return static_cast<Enum>(i);
  return std::nullopt;
}

}  // namespace

std::string_view to_text(TaskState state) { return states[static_cast<std::size_t>(state)]; }
std::string_view to_text(TaskOutcome outcome) { return outcomes[static_cast<std::size_t>(outcome)]; }
std::string_view to_text(SignalOp op) { return ops[static_cast<std::size_t>(op)]; }
std::optional<TaskState> task_state_from(std::string_view text) { return find_word<TaskState>(states, text); }
std::optional<TaskOutcome> task_outcome_from(std::string_view text) {
  return find_word<TaskOutcome>(outcomes, text);
}
std::optional<SignalOp> signal_op_from(std::string_view text) { return find_word<SignalOp>(ops, text); }

}  // namespace taskrunner
