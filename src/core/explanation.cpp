#include "core/explanation.hpp"

#include "base/time_text.hpp"
#include "core/state_machine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace taskrunner::core {
namespace {

using Why = Explanation::Why;

std::string count_of(std::int64_t count, std::string_view one, std::string_view many) {
  return count == 1 ? fmt::format("1 {}", one) : fmt::format("{} {}", count, many);
}

bool is_full(const HostLoad& host) { return host.held >= host.capacity; }

std::string text_of_due(std::optional<std::int64_t> ahead) {
  if (ahead.value_or(0) == 0) return "It is due: the next free slot takes it.";
  return fmt::format("It is due, behind {} of its topic.", count_of(*ahead, "other task", "other tasks"));
}

Explanation explain_waiting(const TaskRecord& task, std::vector<HostLoad> hosts, std::optional<std::int64_t> ahead,
                            std::int64_t now_ms) {
  Explanation out{Why::due, {}, {}, std::move(hosts), {}};
  if (task.wait_until_ms && *task.wait_until_ms > now_ms) {
    out.why = Why::not_yet;
    out.until_ms = task.wait_until_ms;
    out.text = fmt::format("It is not to be run before {}.", iso_time(*task.wait_until_ms));
    if (out.hosts.empty()) out.text += fmt::format(" No live host runs '{}' now.", task.versioned_topic);
  } else if (out.hosts.empty()) {
    out.why = Why::no_host;
    out.text = fmt::format("No live host runs its topic '{}'.", task.versioned_topic);
  } else if (std::all_of(out.hosts.begin(), out.hosts.end(), is_full)) {
    out.why = Why::no_slot;
    out.text = fmt::format("There is no free slot on {} of its topic.",
                           count_of(static_cast<std::int64_t>(out.hosts.size()), "host", "hosts"));
  } else {
    out.ahead = ahead;
    out.text = text_of_due(ahead);
  }
  return out;
}

Explanation explain_asked(const std::string& worker, const Signal& signal) {
  Explanation out{Why::asked, fmt::format("'{}' was asked to {} it", worker, to_text(signal.op)), {}, {}, {}};
  if (!signal.by.empty()) {
    out.by = signal.by;
    out.text += fmt::format(" by '{}'", signal.by);
  }
  out.text += " and has not done so yet.";
  return out;
}

Explanation explain_held(const TaskRecord& task) {
  const std::string& worker = *task.worker;
  if (task.signal) return explain_asked(worker, *task.signal);
  if (!task.lease || !task.lease->session)
    return {Why::other_kind, fmt::format("'{}' has it, a runner that takes no signals.", worker), {}, {}, {}};
  if (task.state == TaskState::paused)
    return {Why::held_paused, fmt::format("It is paused and held by '{}': resume goes on with it.", worker), {}, {}, {}};
  return {Why::held, fmt::format("'{}' runs it.", worker), {}, {}, {}};
}

}  // namespace

std::string_view to_text(Explanation::Why why) {
  static constexpr std::array<std::string_view, 10> words = {"no-host", "not-yet",     "no-slot", "due",        "parked",
                                                             "held",    "held-paused", "asked",   "other-kind", "ended"};
  return words.at(static_cast<std::size_t>(why));
}

bool waits_for_a_host(const TaskRecord& task) { return is_unheld_to_do(task); }

Explanation explain(const TaskRecord& task, std::vector<HostLoad> hosts, std::optional<std::int64_t> ahead,
                    std::int64_t now_ms) {
  if (task.state == TaskState::completed) {
    const std::string_view outcome = task.outcome ? to_text(*task.outcome) : "done";
    return {Why::ended, fmt::format("It has ended: {}.", outcome), {}, {}, {}};
  }
  if (task.worker) return explain_held(task);
  if (task.state == TaskState::paused) return {Why::parked, "It is paused and held by nobody: resume lets it run.", {}, {}, {}};
  return explain_waiting(task, std::move(hosts), ahead, now_ms);
}

}  // namespace taskrunner::core
