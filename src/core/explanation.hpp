#pragma once

#include <taskrunner/store.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace taskrunner::core {

/// A live host that lists the task's topic, and how busy it is.
struct HostLoad {
  std::string instance;
  std::int64_t capacity = 0;  ///< slots
  std::int64_t held = 0;      ///< tasks that it runs now
};

/// Why a task is where it is, by the rule of claims.
struct Explanation {
  enum class Why : std::uint8_t {
    no_host,    ///< no live host lists its topic
    not_yet,    ///< not before `until_ms`
    no_slot,    ///< every host of its topic is full
    due,        ///< the next free slot takes it, after `ahead` others
    parked,     ///< paused and held by nobody: it waits for `resume`
    held,       ///< a host runs it
    held_paused,
    asked,      ///< a signal stands that its host has not taken yet
    other_kind, ///< a runner that knows no leases has it
    ended,
  };
  Why why = Why::due;
  std::string text;  ///< one sentence for people
  std::optional<std::int64_t> until_ms;
  std::vector<HostLoad> hosts;       ///< those that list its topic, where it waits
  std::optional<std::int64_t> ahead;  ///< due tasks of its topic that are claimed before it, where it is due
  std::optional<std::string> by = {};  ///< who asked, where its host was asked for something
};

/// The word of the protocol: "no-host", "not-yet" …
std::string_view to_text(Explanation::Why why);

/// `hosts`: live ones that list its topic. `ahead`: how many due tasks of its topic come before it, where that is known.
Explanation explain(const TaskRecord& task, std::vector<HostLoad> hosts, std::optional<std::int64_t> ahead,
                    std::int64_t now_ms);

/// Only a task that this is true for needs hosts and what is ahead looked up.
bool waits_for_a_host(const TaskRecord& task);

}  // namespace taskrunner::core
