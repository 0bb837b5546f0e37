#include "store/sqlite_store.hpp"

#include <algorithm>
#include <deque>
#include <utility>

namespace taskrunner::store {
namespace {

/// One topic of a claim: where it reads, and how many of it may still be taken.
struct TopicSource {
  TopicSource(ClaimStatements& statements, const TopicDemand& topic, std::int64_t now_ms)
      : demand(&topic), cursor(statements, topic.versioned_topic, now_ms), left(topic.limit) {}
  const TopicDemand* demand;
  ClaimCursor cursor;
  std::size_t left;
};

constexpr std::size_t most_reserved = 4'096;

bool is_lossy(const Candidate& candidate) { return candidate.task->losses >= 2; }

void skip_lossy(ClaimCursor& cursor) {
  while (const Candidate* head = cursor.peek()) {
    if (!is_lossy(*head)) return;
    cursor.pop();
  }
}

/// Whose head comes first of those that may give one; null where none may.
TopicSource* next_source(std::deque<TopicSource>& sources, bool may_take_lossy) {
  TopicSource* best = nullptr;
  for (TopicSource& source : sources) {
    if (source.left == 0) continue;
    if (!may_take_lossy) skip_lossy(source.cursor);
    const Candidate* head = source.cursor.peek();
    if (head && (!best || core::claims_before(*head->task, *best->cursor.peek()->task))) best = &source;
  }
  return best;
}

bool any_left(std::deque<TopicSource>& sources, bool may_take_lossy) {
  return std::any_of(sources.begin(), sources.end(), [&](TopicSource& source) {
    if (!may_take_lossy) skip_lossy(source.cursor);
    return source.cursor.peek() != nullptr;
  });
}

bool is_asked_twice(const std::deque<TopicSource>& sources, const TopicDemand& topic) {
  return std::any_of(sources.begin(), sources.end(), [&](const TopicSource& source) {
    return source.demand->versioned_topic == topic.versioned_topic;
  });
}

}  // namespace

ClaimStatements& SqliteStore::claim_statements(std::size_t cursor) {
  while (writer_->claims.size() <= cursor)
    writer_->claims.push_back(std::make_unique<ClaimStatements>(file_->writer(), collection_));
  return *writer_->claims[cursor];
}

/// The topics' orders merged into one.
std::vector<SqliteStore::Picked> SqliteStore::pick(const ClaimRequest& request, std::int64_t now_ms,
                                                   ClaimResult& result) {
  std::deque<TopicSource> sources;
  for (const TopicDemand& topic : request.topics)
    if (!is_asked_twice(sources, topic)) sources.emplace_back(claim_statements(sources.size()), topic, now_ms);
  bool may_take_lossy = request.may_take_lossy;
  std::vector<Picked> picked;
  picked.reserve(std::min(request.limit, most_reserved));
  while (picked.size() < request.limit) {
    TopicSource* source = next_source(sources, may_take_lossy);
    if (!source) break;
    picked.push_back({source->cursor.pop(), source->demand});
    --source->left;
    if (is_lossy(picked.back().candidate)) may_take_lossy = false;
  }
  result.more = any_left(sources, may_take_lossy);
  for (TopicSource& source : sources)
    if (const auto due_ms = source.cursor.next_due_ms())
      result.next_due_ms = std::min(result.next_due_ms.value_or(*due_ms), *due_ms);
  return picked;
}

SqliteStore::Claimed SqliteStore::take(Candidate candidate, const ClaimRequest& request, const TopicDemand& topic,
                                       std::int64_t now_ms) {
  const StoredTask before{candidate.row, *candidate.task, true};
  core::claim(*candidate.task, request, topic, now_ms);
  writer_->tasks.update(before, *candidate.task);
  if (!ring_.documents_wanted()) {
    note(FeedEvent::Kind::update, *candidate.task);
    return {std::move(candidate.task), std::move(candidate.values)};
  }
  fill_values(*candidate.task, candidate.values);
  note(FeedEvent::Kind::update, *candidate.task, candidate.task);
  return {std::move(candidate.task), std::nullopt};
}

std::vector<SqliteStore::Claimed> SqliteStore::claim_now(const ClaimRequest& request, ClaimResult& result) {
  result = {};
  if (!writer_->sessions.is_open(request.session)) return {};
  const std::int64_t now_ms = options_.clock->wall_ms();
  std::vector<Picked> picked = pick(request, now_ms, result);
  std::vector<Claimed> claimed;
  claimed.reserve(picked.size());
  writer_->events.reserve(picked.size());
  for (Picked& one : picked) claimed.push_back(take(std::move(one.candidate), request, *one.topic, now_ms));
  return claimed;
}

ClaimResult SqliteStore::claim(const ClaimRequest& request) {
  ClaimResult result;
  auto claimed = write<std::vector<Claimed>>([&] { return claim_now(request, result); });
  result.tasks.reserve(claimed.size());
  // The values are decoded here, where the writer does not wait for it.
  for (Claimed& one : claimed) {
    if (one.values) fill_values(*one.task, *one.values);
    result.tasks.push_back(std::move(one.task));
  }
  return result;
}

}  // namespace taskrunner::store
