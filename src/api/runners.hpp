#pragma once

#include "api/runner_link.hpp"

#include <algorithm>
#include <memory>
#include <string_view>
#include <vector>

namespace taskrunner::api {

/// The runners that a door serves now; shared by its parts. Door's loop only.
class Runners {
 public:
  std::vector<std::shared_ptr<RunnerLink>> links;

  /// Who answers where none is named: HTTP and the namespace `/`. Null without any.
  std::shared_ptr<RunnerLink> first() const { return links.empty() ? nullptr : links.front(); }

  std::shared_ptr<RunnerLink> of_namespace(std::string_view name) const {
    if (name == "/") return first();
    const auto found = std::find_if(links.begin(), links.end(),
                                    [&](const auto& link) { return link->socket_namespace() == name; });
    return found == links.end() ? nullptr : *found;
  }

  /// A live host that shares a store with one of them has that origin.
  bool is_fleet_origin(std::string_view origin) const {
    return std::any_of(links.begin(), links.end(), [&](const auto& link) { return link->is_fleet_origin(origin); });
  }

  /// Where that task's body runs now; null where none does.
  std::shared_ptr<RunnerLink> running(const ObjectId& id) const {
    const auto found = std::find_if(links.begin(), links.end(),
                                    [&](const auto& link) { return link->service().running_here(id) != nullptr; });
    return found == links.end() ? nullptr : *found;
  }
};

}  // namespace taskrunner::api
