#include "app/live_watches.hpp"

#include "base/log.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <future>

namespace taskrunner::app {
namespace {

constexpr auto after_a_failure = std::chrono::seconds(1);

live::LiveSource source_of(const std::shared_ptr<Store>& store) {
  // The loop is for watches alone: it may wait for a read.
  return {[store](Query query) -> awaitable<std::vector<TaskPtr>> { co_return store->find(query); }, &store->feed()};
}

}  // namespace

/// One watch, on the loop.
class LiveWatches::Watched final : public live::LiveSubscriber, public std::enable_shared_from_this<Watched> {
 public:
  Watched(boost::asio::io_context& io, std::shared_ptr<live::LiveHub> hub, Query query, OnChange on_change)
      : hub_(std::move(hub)), query_(std::move(query)), on_change_(std::move(on_change)), again_(io), io_(io) {}

  void open() {
    try {
      live_ = hub_->subscribe(query_, shared_from_this());
    } catch (const Error& error) {
      on_failed(error);
    }
  }
  void close() {
    is_closed_ = true;
    again_.cancel();
    if (live_) hub_->leave(live_, *this);
    live_ = nullptr;
  }

  void on_list(const live::WholeList& list) override {
    list_.clear();
    for (const live::LiveTaskPtr& task : list.tasks) list_.push_back(task->record());
    tell_soon();
  }
  void on_changes(const live::ChangeBatch& changes) override {
    for (const live::ListChange& change : changes.steps) apply(change);
    tell_soon();
  }
  void on_failed(const Error& error) override {
    log_warning("watch: {}; it is tried again", error.what());
    again_.expires_after(after_a_failure);
    again_.async_wait([weak = weak_from_this()](boost::system::error_code) {
      const auto self = weak.lock();
      if (self && !self->is_closed_) self->open();
    });
  }

 private:
  void apply(const live::ListChange& change) {
    const auto place = list_.begin() + static_cast<std::ptrdiff_t>(change.position);
    switch (change.kind) {
      case live::ListChange::Kind::insert: list_.insert(place, change.task->record()); break;
      case live::ListChange::Kind::update: *place = change.task->record(); break;
      case live::ListChange::Kind::remove: list_.erase(place); break;
    }
  }
  void tell_soon() {
    if (std::exchange(is_told_soon_, true)) return;
    boost::asio::post(io_, [self = shared_from_this()] {
      self->is_told_soon_ = false;
      if (!self->is_closed_) self->on_change_(self->list_);
    });
  }

  const std::shared_ptr<live::LiveHub> hub_;
  const Query query_;
  const OnChange on_change_;
  boost::asio::steady_timer again_;
  boost::asio::io_context& io_;
  live::LiveHub::LiveQueryPtr live_;
  std::vector<TaskPtr> list_;
  bool is_told_soon_ = false;
  bool is_closed_ = false;
};

class LiveWatches::Handle final : public Watch {
 public:
  Handle(std::shared_ptr<LiveWatches> watches, std::shared_ptr<Watched> watched)
      : watches_(std::move(watches)), watched_(std::move(watched)) {}
  ~Handle() override {
    watches_->run([this] { watched_->close(); });
  }

 private:
  const std::shared_ptr<LiveWatches> watches_;
  const std::shared_ptr<Watched> watched_;
};

LiveWatches::LiveWatches(std::shared_ptr<Store> store)
    : store_(std::move(store)), hub_(std::make_shared<live::LiveHub>(loop_.context(), source_of(store_))) {
  hub_->start(nullptr);
  loop_.start();
}

LiveWatches::~LiveWatches() { close(); }

std::unique_ptr<Watch> LiveWatches::watch(Query query, OnChange on_change) {
  parse_query(query);  // a wrong query is the caller's error, here and now
  auto watched = std::make_shared<Watched>(loop_.context(), hub_, std::move(query), std::move(on_change));
  run([&] { watched->open(); });
  return std::make_unique<Handle>(shared_from_this(), std::move(watched));
}

void LiveWatches::run(const std::function<void()>& work) {
  if (loop_.is_here()) return work();
  std::lock_guard lock(mutex_);
  if (is_closed_) return;
  std::promise<void> done;
  loop_.post([&] {
    work();
    done.set_value();
  });
  done.get_future().wait();
}

void LiveWatches::close() {
  run([this] { hub_->close(); });
  std::lock_guard lock(mutex_);
  is_closed_ = true;
  loop_.stop();
}

}  // namespace taskrunner::app
