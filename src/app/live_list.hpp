#pragma once

#include <taskrunner/json.hpp>

#include <cstdint>
#include <string>

namespace taskrunner::app {

/// A live query's list on the client's side: applies `change` and `list` of docs/protocol.md.
class LiveList {
 public:
  /// The answer to `subscribeQuery`. Throws Error{invalid_argument} with its `error`, where it has one.
  explicit LiveList(const Json& answer);

  /// The answer to a `subscribeQuery` with `resume`: the list anew, or the changes that were missed, which are given.
  JsonArray resume(const Json& answer);
  /// `{subscriptionId, seq}`: what to `resume` from.
  Json resume_place() const;

  /// Throws Error{unavailable} where the change does not fit the list: then the connection is to be made anew.
  void apply_change(const Json& change);
  /// `about` is the second argument of `list`.
  void apply_list(const Json& list, const Json& about = {});

  const JsonArray& tasks() const { return tasks_; }
  const std::string& subscription_id() const { return subscription_id_; }

 private:
  void note_seq(const Json& about);

  std::string subscription_id_;
  std::int64_t seq_ = 0;
  JsonArray tasks_;
};

}  // namespace taskrunner::app
