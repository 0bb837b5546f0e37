#include "api/change_text.hpp"

#include <fmt/format.h>

namespace taskrunner::api {
namespace {

std::string_view word_of(live::ListChange::Kind kind) {
  switch (kind) {
    case live::ListChange::Kind::insert: return "insert";
    case live::ListChange::Kind::update: return "update";
    case live::ListChange::Kind::remove: return "delete";
  }
  return "";
}

}  // namespace

std::string list_text(std::span<const live::LiveTaskPtr> tasks, const Access& access) {
  std::string text = "[";
  for (const live::LiveTaskPtr& task : tasks) {
    if (text.size() > 1) text += ',';
    text += access.wire_json(*task);
  }
  text += ']';
  return text;
}

std::string change_head(std::string_view subscription, std::uint64_t seq) {
  return fmt::format(R"({{"subscriptionId":"{}","seq":{},)", subscription, seq);
}

std::string change_tail(const live::ListChange& change, const Access& access) {
  std::string text = fmt::format(R"("operationType":"{}","position":{},"id":"{}")", word_of(change.kind),
                                 change.position, change.task->id().hex());
  if (change.kind != live::ListChange::Kind::remove) text += R"(,"doc":)" + access.wire_json(*change.task);
  text += '}';
  return text;
}

const std::vector<net::SharedTail>& ChangeTails::of(const live::ChangeBatch& batch, const AccessPtr& access) {
  if (batch_ == batch.number && access_ == access) return tails_;
  batch_ = batch.number;
  access_ = access;
  tails_.clear();
  for (const live::ListChange& change : batch.steps) tails_.emplace_back(change_tail(change, *access));
  return tails_;
}

}  // namespace taskrunner::api
