#include "store/mongo_store.hpp"

#include "base/time_text.hpp"
#include "core/task_document.hpp"
#include "doc/bson.hpp"
#include "store/mongo_expression.hpp"
#include "store/mongo_indexes.hpp"

#include <algorithm>
#include <set>
#include <unordered_map>
#include <utility>

namespace taskrunner::store {

/// What a claim is going to ask for.
struct MongoStore::Candidates {
  Records picked;  ///< in the claim order
  bool more = false;
};

struct MongoStore::Read {
  Records tasks;
  std::size_t odd = 0;  ///< documents beside them that are no tasks of ours
};

namespace {

constexpr int lossy_from = 2;
constexpr std::size_t most_odd_in_front = 10'000;

bool is_lossy(const TaskRecord& task) { return task.losses >= lossy_from; }

/// Demands of the same topic are one.
std::vector<TopicDemand> distinct(const std::vector<TopicDemand>& topics) {
  std::vector<TopicDemand> all;
  for (const TopicDemand& topic : topics) {
    const auto same = [&](const TopicDemand& other) { return other.versioned_topic == topic.versioned_topic; };
    const auto known = std::find_if(all.begin(), all.end(), same);
    if (known == all.end())
      all.push_back(topic);
    else
      known->limit = std::max(known->limit, topic.limit);
  }
  return all;
}

Json names_of(const std::vector<TopicDemand>& topics) {
  JsonArray names;
  for (const TopicDemand& topic : topics) names.push_back(topic.versioned_topic);
  return Json{{"$in", std::move(names)}};
}

/// The claim rule. Written so that the index is read along its order, waiting tasks skipped as ranges: "not later" also
/// takes in what is absent, and other types than text, which decoding then leaves alone.
JsonObject claimable(const std::vector<TopicDemand>& topics, std::int64_t now_ms) {
  JsonObject filter;
  filter.append("state", "to do");
  filter.append("versionedTopic", names_of(topics));
  filter.append("worker", Json{{"$exists", false}});
  filter.append("lease.session", Json{{"$exists", false}});
  filter.append("waitUntil", Json{{"$not", Json{{"$gt", iso_time(now_ms)}}}});
  return filter;
}

JsonObject sound_only(JsonObject filter) {
  filter.append("losses", Json{{"$not", Json{{"$gte", lossy_from}}}});
  return filter;
}

/// Goes through the candidates in the claim order, and keeps what the limits allow.
class Picker {
 public:
  Picker(const ClaimRequest& request, std::vector<TopicDemand> topics)
      : topics_(std::move(topics)), limit_(request.limit), may_take_lossy_(request.may_take_lossy) {}

  void offer(std::shared_ptr<TaskRecord> task) {
    if (!seen_.insert(task->id).second) return;
    if (is_lossy(*task) && !may_take_lossy_) {
      left_lossy_ = true;
      return;
    }
    const std::size_t taken = taken_of(task->versioned_topic);
    if (picked.size() >= limit_ || taken >= limit_of(task->versioned_topic)) {
      more = true;
      return;
    }
    ++taken_[task->versioned_topic];
    if (is_lossy(*task)) may_take_lossy_ = false;
    picked.push_back(std::move(task));
  }

  /// Topics of which more may be taken.
  std::vector<TopicDemand> open_topics() const {
    std::vector<TopicDemand> open;
    for (const TopicDemand& topic : topics_)
      if (picked.size() < limit_ && taken_of(topic.versioned_topic) < topic.limit) open.push_back(topic);
    return open;
  }
  /// How many documents of these topics have to be read so that one of them is new and does not fit in any more.
  std::size_t to_read(const std::vector<TopicDemand>& topics) const {
    std::size_t known = 0;
    std::size_t wanted = 0;
    for (const TopicDemand& topic : topics) {
      const std::size_t taken = taken_of(topic.versioned_topic);
      known += taken;
      wanted += topic.limit - taken;
    }
    return known + std::min(limit_ - picked.size(), wanted) + 1;
  }
  bool left_lossy() const { return left_lossy_; }

  std::vector<std::shared_ptr<TaskRecord>> picked;
  bool more = false;

 private:
  std::size_t taken_of(const std::string& topic) const {
    const auto taken = taken_.find(topic);
    return taken == taken_.end() ? 0 : taken->second;
  }
  std::size_t limit_of(const std::string& topic) const {
    for (const TopicDemand& demand : topics_)
      if (demand.versioned_topic == topic) return demand.limit;
    return 0;
  }

  const std::vector<TopicDemand> topics_;
  const std::size_t limit_;
  bool may_take_lossy_;
  bool left_lossy_ = false;
  std::set<ObjectId> seen_;
  std::unordered_map<std::string, std::size_t> taken_;
};

}  // namespace

/// Mostly one read. Another where something stood in front of what could be had: tasks of a topic that is at its limit,
/// tasks that lost their hosts often, documents that are no tasks of ours.
MongoStore::Candidates MongoStore::find_candidates(const ClaimRequest& request, std::int64_t now_ms) {
  std::vector<TopicDemand> topics = distinct(request.topics);
  Picker picker(request, topics);
  bool sound = !request.may_take_lossy;
  int reads = 0;
  for (;; ++reads) {
    const std::size_t odd_before = odd_in_front_;
    const std::size_t limit = picker.to_read(topics) + odd_before;
    const JsonObject filter = claimable(topics, now_ms);
    Read read = read_candidates(sound ? sound_only(filter) : filter, limit);
    for (auto& task : read.tasks) picker.offer(std::move(task));
    const std::size_t known = read.tasks.size();
    odd_in_front_ = std::min(read.odd, most_odd_in_front);
    if (known + read.odd < limit) break;
    const std::vector<TopicDemand> open = picker.open_topics();
    if (open.empty() && picker.more) break;
    const bool lossy_in_front = picker.left_lossy() && !sound;
    const bool full_topic_in_front = !open.empty() && open.size() < topics.size();
    if (!lossy_in_front && !full_topic_in_front && odd_in_front_ <= odd_before) break;
    sound = sound || lossy_in_front;
    if (!open.empty()) topics = open;
  }
  // The picks of several reads are in order each.
  if (reads > 0)
    std::stable_sort(picker.picked.begin(), picker.picked.end(),
                     [](const auto& a, const auto& b) { return core::claims_before(*a, *b); });
  return {std::move(picker.picked), picker.more};
}

MongoStore::Read MongoStore::read_candidates(const JsonObject& filter, std::size_t limit) {
  Read read;
  commands_.find(
      tasks(), filter, Json{{"sort", claim_order()}, {"limit", limit}}.as_object(),
      [&](std::string_view bson) {
        if (auto task = decode(bson))
          read.tasks.push_back(std::move(task));
        else
          ++read.odd;
      },
      MongoCommands::Reads::newest);
  return read;
}

ClaimResult MongoStore::claim(const ClaimRequest& request) {
  ClaimResult result;
  if (request.topics.empty() || request.limit == 0 || !is_open(request.session)) return result;
  const std::int64_t now_ms = time_.estimate_ms();
  Candidates candidates = find_candidates(request, now_ms);
  result.more = candidates.more;
  if (!candidates.picked.empty()) {
    result.tasks = take(request, candidates.picked, now_ms);
    // What moved between read and claim may be free again.
    result.more |= result.tasks.size() < candidates.picked.size();
  }
  if (!result.more) result.next_due_ms = next_due_ms(request, now_ms);
  return result;
}

}  // namespace taskrunner::store
