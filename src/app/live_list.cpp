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

JsonArray LiveList::resume(const Json& answer) {
  const Json* changes = answer.find("changes");
  if (!changes) {
    *this = LiveList(answer);
    return {};
  }
  for (const Json& change : changes->as_array()) apply_change(change);
  return changes->as_array();
}

Json LiveList::resume_place() const { return Json{{"subscriptionId", subscription_id_}, {"seq", seq_}}; }

void LiveList::note_seq(const Json& about) {
  if (const Json* seq = about.find("seq"); seq && seq->is_number()) seq_ = seq->as_int64();
}

void LiveList::apply_list(const Json& list, const Json& about) {
  tasks_ = list.as_array();
  note_seq(about);
}

void LiveList::apply_change(const Json& change) {
  const std::string type = word(change, "operationType");
  const Json* place = change.find("position");
  const Json* task = change.find("doc");
  const std::int64_t position = place && place->is_number() ? place->as_int64() : -1;
  const auto size = static_cast<std::int64_t>(tasks_.size());
  const bool is_within = position >= 0 && (type == "insert" ? position <= size : position < size);
  if (!is_within || (type != "delete" && !task)) {
    subscription_id_.clear();  // nothing to go on from
    does_not_fit(change);
  }
  note_seq(change);
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
