#pragma once

#include <taskrunner/json.hpp>

#include <string>

namespace taskrunner::app {

/// A live query's list on the client's side: applies `change` and `list` of docs/protocol.md.
class LiveList {
 public:
  /// The answer to `subscribeQuery`. Throws Error{invalid_argument} with its `error`, where it has one.
  explicit LiveList(const Json& answer);

  /// Throws Error{unavailable} where the change does not fit the list: then the connection is to be made anew.
  void apply_change(const Json& change);
  void apply_list(const Json& list);

  const JsonArray& tasks() const { return tasks_; }
  const std::string& subscription_id() const { return subscription_id_; }

 private:
  std::string subscription_id_;
  JsonArray tasks_;
};

}  // namespace taskrunner::app
