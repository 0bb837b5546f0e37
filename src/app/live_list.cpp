#include "app/live_list.hpp"

#include <taskrunner/error.hpp>

namespace taskrunner::app {
namespace {

[[noreturn]] void does_not_fit(const Json& change) {
  throw Error(ErrorCode::unavailable, "a change does not fit the list: " + change.dump());
}

std::string word(const Json& object, std::string_view name) {
  const Json* member = object.find(name);
  return member && member->is_string() ? member->as_string() : std::string();
}

}  // namespace

LiveList::LiveList(const Json& answer) {
  if (const Json* error = answer.find("error"))
    throw Error(ErrorCode::invalid_argument, error->is_string() ? error->as_string() : error->dump());
  if (answer.is_string()) throw Error(ErrorCode::invalid_argument, answer.as_string());
  subscription_id_ = word(answer, "subscriptionId");
  apply_list(answer.at("list"));
}

void LiveList::apply_list(const Json& list) { tasks_ = list.as_array(); }

void LiveList::apply_change(const Json& change) {
  const std::string type = word(change, "operationType");
  const Json* place = change.find("position");
  const Json* task = change.find("doc");
  const std::int64_t position = place && place->is_number() ? place->as_int64() : -1;
  const auto size = static_cast<std::int64_t>(tasks_.size());
  const bool is_within = position >= 0 && (type == "insert" ? position <= size : position < size);
  if (!is_within || (type != "delete" && !task)) does_not_fit(change);
  const auto at = tasks_.begin() + position;
  if (type == "insert")
    tasks_.insert(at, *task);
  else if (type == "update")
    *at = *task;
  else if (type == "delete")
    tasks_.erase(at);
  else
    does_not_fit(change);
}

}  // namespace taskrunner::app
