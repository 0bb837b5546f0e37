#include "live/live_hub.hpp"

#include "doc/extended_json.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <atomic>

namespace taskrunner::live {
namespace {

constexpr std::size_t feed_batch = 1'000;
/// Open at once, those included that nobody looks at any more.
constexpr std::size_t most_queries = 20'000;

}  // namespace

std::string form_of(const CompiledQuery& compiled) {
  const Query& query = compiled.query();
  JsonObject form;
  form.append("filter", to_extended_json(query.filter));
  form.append("sort", to_extended_json(query.sort));
  form.append("skip", query.skip);
  form.append("limit", query.limit);
  return Json(std::move(form)).dump();
}

LiveHub::LiveHub(boost::asio::io_context& io, LiveSource source, const LivePace& pace)
    : io_(io), shared_(std::make_shared<LiveShared>(LiveShared{io, std::move(source), pace})) {}

LiveHub::~LiveHub() { close(); }

void LiveHub::start(FeedWatcher watcher) {
  is_open_ = true;
  watcher_ = std::move(watcher);
  cursor_ = shared_->source.feed->now();
  shared_->catch_up = [this_hub = weak_from_this()] {
    if (const auto hub = this_hub.lock()) hub->read_feed();
  };
  auto is_told = std::make_shared<std::atomic<bool>>(false);
  listener_ = shared_->source.feed->listen([catch_up = shared_->catch_up, is_told, executor = io_.get_executor()] {
    if (is_told->exchange(true)) return;
    boost::asio::post(executor, [catch_up, is_told] {
      is_told->store(false);
      catch_up();
    });
  });
}

void LiveHub::close() {
  is_open_ = false;
  listener_.reset();
  documents_.reset();
  watcher_ = nullptr;
  shared_->is_closed = true;
  for (const auto& [number, open] : queries_) open.query->close();
  queries_.clear();
  by_form_.clear();
}

// Events.

void LiveHub::read_feed() {
  while (is_open_) {
    const FeedBatch batch = shared_->source.feed->read(cursor_, feed_batch);
    cursor_ = batch.next;
    if (batch.events.empty() && !batch.lost) return;
    if (watcher_) watcher_(batch);
    if (batch.lost)
      for (const auto& [number, open] : queries_) open.query->on_lost();
    for (const FeedEvent& event : batch.events)
      if (event.kind != FeedEvent::Kind::session_ended && !queries_.empty()) tell(event);
  }
}

/// To the queries that hold the task, and to those that it may match now.
void LiveHub::tell(const FeedEvent& event) {
  has_documents_ = has_documents_ || event.task;
  if (!has_documents_ && event.kind != FeedEvent::Kind::remove) {  // committed before documents were asked for
    for (const auto& [number, open] : queries_) open.query->on_unknown_event();
    return;
  }
  // What is no task that could be read is none for queries either.
  const LiveEvent live{event.id, event.task ? shared_->tasks.share(event.task) : nullptr};
  concerned_ = shared_->tasks.holders(event.id);
  concerned_.insert(concerned_.end(), shared_->reading.begin(), shared_->reading.end());
  if (live.task) index_.collect(live.task->document(), concerned_);
  std::sort(concerned_.begin(), concerned_.end());
  concerned_.erase(std::unique(concerned_.begin(), concerned_.end()), concerned_.end());
  for (const QueryNumber number : concerned_)
    if (const auto found = queries_.find(number); found != queries_.end()) found->second.query->on_event(live);
}

// Queries.

std::shared_ptr<WindowQuery> LiveHub::open(const CompiledQuery& query, const std::string& form) {
  make_room();
  if (queries_.empty()) {
    documents_ = shared_->source.feed->want_documents();
    has_documents_ = false;
    read_feed();
  }
  const QueryNumber number = ++last_number_;
  auto opened = std::make_shared<WindowQuery>(shared_, number, query);
  queries_[number] = {form, opened, std::nullopt};
  by_form_[form] = number;
  index_.add(number, query);
  return opened;
}

/// A query that nobody looks at goes before one is refused.
void LiveHub::make_room() {
  if (queries_.size() < most_queries) return;
  const auto unused = std::find_if(queries_.begin(), queries_.end(),
                                   [](const auto& entry) { return entry.second.unused_since.has_value(); });
  if (unused == queries_.end())
    throw Error(ErrorCode::unavailable, "too many different queries are being watched: try again later");
  close_query(unused->first);
}

LiveHub::LiveQueryPtr LiveHub::subscribe(const Query& query, const std::shared_ptr<LiveSubscriber>& subscriber) {
  const CompiledQuery compiled = parse_query(query);
  if (!is_open_) throw Error(ErrorCode::unavailable, "this runner is being stopped");
  const std::string form = form_of(compiled);
  const auto known = by_form_.find(form);
  const auto found = known == by_form_.end() ? open(compiled, form) : queries_.at(known->second).query;
  queries_.at(found->number()).unused_since.reset();
  found->add(subscriber);
  return found;
}

std::optional<LiveHub::Resumed> LiveHub::resume(const Query& query, QueryPosition position,
                                                const std::shared_ptr<LiveSubscriber>& subscriber) {
  const auto known = by_form_.find(form_of(parse_query(query)));
  if (known == by_form_.end()) return std::nullopt;
  Open& open = queries_.at(known->second);
  auto steps = open.query->resume(subscriber, position);
  if (!steps) return std::nullopt;
  open.unused_since.reset();
  return Resumed{open.query, std::move(*steps)};
}

std::vector<QueryNumber> LiveHub::showing(const ObjectId& id) const {
  std::vector<QueryNumber> numbers;
  for (const QueryNumber number : shared_->tasks.holders(id))
    if (queries_.at(number).query->shows(id)) numbers.push_back(number);
  return numbers;
}

void LiveHub::leave(const LiveQueryPtr& query, const LiveSubscriber& subscriber) {
  query->remove(subscriber);
  if (query->subscribers() > 0) return;
  const auto open = queries_.find(query->number());
  if (open == queries_.end()) return;
  open->second.unused_since = Clock::now();
  close_later(open->first);
}

void LiveHub::close_later(QueryNumber number) {
  auto timer = std::make_shared<boost::asio::steady_timer>(io_, shared_->pace.keep_unused);
  timer->async_wait([this_hub = weak_from_this(), number, timer](boost::system::error_code) {
    const auto hub = this_hub.lock();
    if (!hub) return;
    const auto found = hub->queries_.find(number);
    if (found == hub->queries_.end() || !found->second.unused_since) return;
    if (Clock::now() - *found->second.unused_since >= hub->shared_->pace.keep_unused) hub->close_query(number);
  });
}

void LiveHub::close_query(QueryNumber number) {
  const auto found = queries_.find(number);
  found->second.query->close();
  index_.remove(number);
  by_form_.erase(found->second.form);
  queries_.erase(found);
  if (queries_.empty()) documents_.reset();
}

}  // namespace taskrunner::live
