#include "core/runner.hpp"

#include "base/log.hpp"
#include "base/process_identity.hpp"

#include <future>

namespace taskrunner::core {
namespace {

constexpr std::size_t feed_batch = 1'000;
constexpr std::size_t most_blocking_bodies = 256;
/// After the bodies' drain the store has so long to take the last writes.
constexpr std::int64_t last_writes_ms = 5'000;

}  // namespace

Runner::Runner(RunnerOptions options, std::shared_ptr<Store> store, std::shared_ptr<Random> random, const Clock& clock)
    : options_(std::move(options)),
      random_(std::move(random)),
      clock_(clock),
      executor_(std::move(store)) {}

Runner::~Runner() {
  stop(true);
  for (const auto& bodies : abandoned_) bodies->cut();
}

void Runner::handle(std::string versioned_topic, std::shared_ptr<TaskFactory> factory, TopicOptions options) {
  topics_[std::move(versioned_topic)] = {std::move(factory), options};
}

void Runner::listen(std::weak_ptr<RunnerListener> listener) {
  std::lock_guard lock(mutex_);
  std::erase_if(listeners_, [](const auto& known) { return known.expired(); });
  listeners_.push_back(std::move(listener));
}

void Runner::start() {
  {
    std::lock_guard lock(mutex_);
    if (std::exchange(started_, true)) return;
    drained_ = false;
  }
  bodies_ = std::make_shared<BodyRunner>(
      static_cast<BodyHost&>(*this), [this](const ObjectId& id, BodyEnd end) { note_ended(id, std::move(end)); }, most_blocking_bodies);
  engine_.start();
  engine_.post([this] { begin(); });
}

void Runner::begin() {
  SchedulerOptions options;
  options.instance = options_.instance;
  options.base_url = options_.base_url;
  options.public_url_base = options_.base_url + "/tasks/";
  options.max_running = options_.max_running;
  options.session_ms = options_.session_ms;
  options.drain_ms = options_.drain_ms;
  options.process = this_process();
  options.watch_address = options_.watch_address;
  for (const auto& [name, topic] : topics_)
    options.topics.push_back({name, topic.options.max_running, topic.options.pausable});
  scheduler_ = std::make_unique<Scheduler>(std::move(options), random_);
  for (const auto& earlier : abandoned_)
    for (const TaskPtr& task : earlier->still_running()) scheduler_->note_earlier_body(*task);
  timer_ = std::make_unique<boost::asio::steady_timer>(engine_.context());
  timer_at_boot_ms_ = 0;
  feed_cursor_ = feed().now();
  feed_listener_ = feed().listen([this] {
    if (!feed_told_.exchange(true)) engine_.post([this] { read_feed(); });
  });
  tell([&](Scheduler& scheduler) { scheduler.start(now()); });
}

void Runner::drain() {
  engine_.post([this] { tell([&](Scheduler& scheduler) { scheduler.drain(now()); }); });
}

void Runner::release_all() {
  engine_.post([this] { tell([&](Scheduler& scheduler) { scheduler.release_all(now()); }); });
}

void Runner::wait_until_drained() {
  std::unique_lock lock(mutex_);
  const auto longest = std::chrono::milliseconds(options_.drain_ms + last_writes_ms);
  if (!drained_changed_.wait_for(lock, longest, [&] { return drained_ || !started_; }))
    log_warning("the store did not take the last results in time: their tasks will be run again");
}

void Runner::stop(bool force) {
  {
    std::lock_guard lock(mutex_);
    if (!started_) return;
  }
  force ? release_all() : drain();
  wait_until_drained();
  bodies_->close();
  std::promise<ObjectId> ended;
  engine_.post([&] { ended.set_value(end_life()); });
  executor_.post_session([this, session = ended.get_future().get()] {
    try {
      executor_.store().close_session(session);
    } catch (const Error& error) {
      log_warning("the session could not be closed, it will lapse: {}", error.what());
    }
  });
  executor_.stop();
  engine_.stop();
  ready_ = false;
  stop_bodies();
  std::lock_guard lock(mutex_);
  session_ = {};
  started_ = false;
  drained_changed_.notify_all();
}

/// What comes in later finds no scheduler. Nothing here holds a running task after it.
ObjectId Runner::end_life() {
  feed_listener_.reset();
  timer_.reset();
  progress_timer_.reset();
  progress_pump_ = {};
  updates_.clear();
  const ObjectId session = scheduler_->session();
  scheduler_.reset();
  return session;
}

void Runner::stop_bodies() {
  const bool all_ended = bodies_->stop(std::chrono::milliseconds(options_.grace_ms));
  {
    std::lock_guard lock(mutex_);
    running_.clear();
    progress_made_.clear();
  }
  std::erase_if(abandoned_, [](const auto& earlier) {
    if (!earlier->still_running().empty()) return false;
    earlier->cut();
    return true;
  });
  if (!all_ended) {
    abandoned_.push_back(bodies_);
    BodyRunner::abandon(bodies_);
  }
  bodies_.reset();
}

// What happened, told to the scheduler.

void Runner::tell(const std::function<void(Scheduler&)>& event) {
  if (!scheduler_) return;
  event(*scheduler_);
  perform(scheduler_->take_actions());
  arm_timer();
  ready_ = scheduler_->is_ready(now());
  const bool drained = scheduler_->is_drained();
  std::lock_guard lock(mutex_);
  session_ = scheduler_->session();
  if (drained != std::exchange(drained_, drained)) drained_changed_.notify_all();
}

void Runner::arm_timer() {
  if (!scheduler_) return;
  const Now current = now();
  std::int64_t wake_boot_ms = scheduler_->wake_boot_ms(current);
  if (const auto tick = schedules_.next_wall_ms())
    wake_boot_ms = std::min(wake_boot_ms, current.boot_ms + std::max<std::int64_t>(*tick - current.wall_ms, 1));
  if (timer_at_boot_ms_ > current.boot_ms && timer_at_boot_ms_ <= wake_boot_ms) return;
  timer_at_boot_ms_ = wake_boot_ms;
  timer_->expires_after(std::chrono::milliseconds(wake_boot_ms - current.boot_ms));
  timer_->async_wait([this](boost::system::error_code error) {
    if (error || !scheduler_) return;
    timer_at_boot_ms_ = 0;
    add_due_ticks();
    tell([&](Scheduler& scheduler) { scheduler.on_timer(now()); });
  });
}

void Runner::read_feed() {
  feed_told_ = false;
  while (true) {
    const FeedBatch batch = feed().read(feed_cursor_, feed_batch);
    feed_cursor_ = batch.next;
    if (batch.events.empty() && !batch.lost) return;
    tell([&](Scheduler& scheduler) { scheduler.on_feed(batch, now()); });
  }
}

void Runner::note_ended(const ObjectId& id, BodyEnd end) {
  bool is_first = false;
  {
    std::lock_guard lock(mutex_);
    is_first = ended_bodies_.empty();
    ended_bodies_.push_back({id, std::move(end)});
  }
  if (is_first) engine_.post([this] { take_ended_bodies(); });
}

void Runner::take_ended_bodies() {
  std::vector<EndedBody> ended;
  {
    std::lock_guard lock(mutex_);
    ended.swap(ended_bodies_);
  }
  pump_progress();
  const auto show = [this](const ObjectId& id, const Json& data) {
    tell_listeners([&](RunnerListener& listener) { listener.on_progress(id, data); });
  };
  tell([&](Scheduler& scheduler) {
    for (EndedBody& body : ended) {
      progress_pump_.flush(body.id, show, [&](const ObjectId& id, Json data) {
        UpdateTask update;
        update.progress = std::move(data);
        scheduler.on_update(id, std::move(update), 0, now());
      });
      progress_pump_.forget(body.id);
    }
    scheduler.on_bodies_ended(std::move(ended), now());
  });
}

void Runner::add_due_ticks() {
  for (Schedule& due : schedules_.take_due(clock_.wall_ms())) {
    const ObjectId id = random_->object_id(clock_.wall_ms());
    executor_.post([this, id, schedule = std::move(due)] {
      std::optional<std::int64_t> last_tick;
      try {
        last_tick = run_schedule(executor_.store(), schedule, id, clock_.wall_ms());
      } catch (const Error& error) {
        log_warning("schedule '{}': {}; it is tried again", schedule.name, error.what());
      }
      engine_.post([this, name = schedule.name, last_tick] {
        last_tick ? schedules_.on_done(name, *last_tick) : schedules_.on_failed(name, clock_.wall_ms());
        arm_timer();
      });
    });
  }
}

}  // namespace taskrunner::core
