#include "live/live_hub.hpp"

#include "doc/extended_json.hpp"
#include "live/reread_query.hpp"
#include "query/compiled_query.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>

namespace taskrunner::live {
namespace {

constexpr std::size_t feed_batch = 1'000;

std::string key_of(const Query& query) {
  JsonObject form;
  form.append("filter", to_extended_json(query.filter));
  form.append("sort", to_extended_json(query.sort));
  form.append("skip", query.skip);
  form.append("limit", query.limit);
  return Json(std::move(form)).dump();
}

}  // namespace

LiveHub::LiveHub(boost::asio::io_context& io, core::TaskService& service, std::chrono::milliseconds keep_unused)
    : io_(io), service_(service), keep_unused_(keep_unused) {}

LiveHub::~LiveHub() { close(); }

void LiveHub::start(FeedWatcher watcher) {
  is_open_ = true;
  watcher_ = std::move(watcher);
  cursor_ = service_.feed().now();
  auto is_told = std::make_shared<std::atomic<bool>>(false);
  listener_ = service_.feed().listen([this_hub = weak_from_this(), is_told, executor = io_.get_executor()] {
    if (is_told->exchange(true)) return;
    boost::asio::post(executor, [this_hub, is_told] {
      is_told->store(false);
      if (const auto hub = this_hub.lock()) hub->read_feed();
    });
  });
}

void LiveHub::close() {
  is_open_ = false;
  listener_.reset();
  watcher_ = nullptr;
  for (const auto& [key, query] : queries_) query->close();
  queries_.clear();
}

void LiveHub::read_feed() {
  while (is_open_) {
    const FeedBatch batch = service_.feed().read(cursor_, feed_batch);
    cursor_ = batch.next;
    if (batch.events.empty() && !batch.lost) return;
    if (watcher_) watcher_(batch);
    for (const auto& [key, query] : queries_) query->on_feed(batch);
  }
}

std::shared_ptr<LiveQuery> LiveHub::subscribe(const Query& query, const std::shared_ptr<LiveSubscriber>& subscriber) {
  const Query form = parse_query(query).query();
  if (!is_open_) throw Error(ErrorCode::unavailable, "this runner is being stopped");
  std::shared_ptr<LiveQuery>& entry = queries_[key_of(form)];
  if (!entry) entry = std::make_shared<RereadQuery>(io_, service_, form);
  const std::shared_ptr<LiveQuery> found = entry;
  found->add(subscriber);
  return found;
}

void LiveHub::leave(const std::shared_ptr<LiveQuery>& query, const LiveSubscriber& subscriber) {
  query->remove(subscriber);
  if (query->subscribers() > 0) return;
  for (const auto& [key, open] : queries_)
    if (open == query) return close_later(key);
}

void LiveHub::close_later(const std::string& key) {
  auto timer = std::make_shared<boost::asio::steady_timer>(io_, keep_unused_);
  timer->async_wait([this_hub = weak_from_this(), key, timer](boost::system::error_code) {
    const auto hub = this_hub.lock();
    if (!hub) return;
    const auto found = hub->queries_.find(key);
    if (found == hub->queries_.end() || found->second->subscribers() > 0) return;
    found->second->close();
    hub->queries_.erase(found);
  });
}

}  // namespace taskrunner::live
