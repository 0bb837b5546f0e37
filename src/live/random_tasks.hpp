#pragma once

#include "live/live_task.hpp"

#include <taskrunner/query.hpp>

#include <algorithm>
#include <cstdint>
#include <random>

namespace taskrunner::live {

inline ObjectId numbered_id(std::size_t number) {
  return ObjectId({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)});
}

/// Tasks and queries out of a small world, so that they meet: for tests.
class RandomTasks {
 public:
  explicit RandomTasks(std::uint32_t seed) : random_(seed) {}

  /// A whole number from 0, below `end`.
  std::size_t below(std::size_t end) { return static_cast<std::size_t>(random_() % end); }

  TaskPtr record(std::size_t number, std::int64_t rev) {
    TaskRecord task;
    task.id = numbered_id(number);
    task.rev = rev;
    task.state = static_cast<TaskState>(below(4));
    task.versioned_topic = below(2) == 0 ? "even#1" : "odd#1";
    if (below(3) > 0) task.priority = static_cast<double>(below(3));
    if (below(3) == 0) task.worker = below(2) == 0 ? "here" : "there";
    if (below(4) > 0) task.data = Json{{"n", value()}, {"tag", value()}};
    return std::make_shared<const TaskRecord>(std::move(task));
  }
  LiveTaskPtr task(std::size_t number, std::int64_t rev) {
    return std::make_shared<const LiveTask>(record(number, rev));
  }

  /// With any skip, limit and sort.
  Query query() {
    Query query;
    query.filter = filter();
    if (below(4) > 0) query.sort = sort();
    query.skip = static_cast<std::int64_t>(below(2) == 0 ? 0 : below(4));
    query.limit = static_cast<std::int64_t>(1 + below(6));
    return query;
  }

 private:
  Json value() {
    switch (below(9)) {
      case 0: return {};
      case 1: return Json(1.0);
      case 2: return Json("1");
      case 3: return Json::array({1, 2});
      case 4: return Json::array({});
      case 5: return Json::array({Json::array({1}), Json(nullptr)});
      case 6: return Json{{"n", below(2)}};
      default: return Json(below(3));
    }
  }

  Json sort() {
    static constexpr const char* fields[] = {"priority", "data.n", "state", "data.tag", "_id"};
    JsonObject sort;
    const std::size_t first = below(5);
    sort.append(fields[first], below(2) == 0 ? 1 : -1);
    if (const std::size_t second = below(5); second != first) sort.append(fields[second], below(2) == 0 ? 1 : -1);
    return Json(std::move(sort));
  }

  Json filter() {
    JsonObject filter;
    const std::size_t count = below(3);
    for (std::size_t i = 0; i < count; ++i) add_condition(filter);
    if (below(6) != 0) return Json(std::move(filter));
    JsonArray both{Json(std::move(filter)), this->filter()};
    return Json{{below(3) == 0 ? "$or" : "$and", Json(std::move(both))}};
  }

  void add_condition(JsonObject& filter) {
    switch (below(8)) {
      case 0: return filter.set("_id", Json(numbered_id(below(40)).hex()));
      case 1: return filter.set("_id", in({Json(numbered_id(below(40)).hex()), Json(numbered_id(below(40)).hex())}));
      case 2: return filter.set("state", Json(to_text(static_cast<TaskState>(below(4)))));
      case 3: return filter.set("versionedTopic", Json(below(2) == 0 ? "even#1" : "odd#1"));
      case 4: return filter.set("worker", below(2) == 0 ? Json("here") : in({Json(), Json("there")}));
      case 5: return filter.set("data.n", below(2) == 0 ? value() : in({value(), value()}));
      case 6: return filter.set("data.tag", Json{{below(2) == 0 ? "$gte" : "$ne", below(3)}});
      default: return filter.set("priority", Json{{"$exists", below(2) == 0}});
    }
  }
  static Json in(JsonArray values) { return Json{{"$in", Json(std::move(values))}}; }

  std::mt19937 random_;
};

}  // namespace taskrunner::live
