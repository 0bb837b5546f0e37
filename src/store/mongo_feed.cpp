#include "store/mongo_feed.hpp"

#include "base/log.hpp"

#include <algorithm>

namespace taskrunner::store {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr int most_failures = 20;  ///< in a row, while there is a primary: about half a minute
constexpr milliseconds primary_check_period{1'000};
constexpr milliseconds primary_poll_period{50};

milliseconds pause_after(int failures) {
  constexpr int longest_ms = 2'000;
  return milliseconds(std::min(25 << std::min(failures, 10), longest_ms));
}

}  // namespace

MongoFeed::MongoFeed(MongoCollections names, std::shared_ptr<Random> random, std::function<void()> on_collection_gone,
                     std::function<void(const std::string&)> on_old_claim)
    : names_(std::move(names)),
      random_(std::move(random)),
      on_collection_gone_(std::move(on_collection_gone)),
      on_old_claim_(std::move(on_old_claim)),
      ring_(random_->next()),
      client_(names_.pool->take()) {}

MongoFeed::~MongoFeed() { stop(); }

void MongoFeed::start() {
  open_stream();
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void MongoFeed::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
  stream_.reset();
}

std::unique_ptr<Feed::Listener> MongoFeed::listen(std::function<void()> on_change) {
  return ring_.listen(std::move(on_change));
}

std::unique_ptr<Feed::Listener> MongoFeed::want_documents() {
  std::lock_guard lock(publish_mutex_);
  return ring_.want_documents();
}

MongoFeed::Counters MongoFeed::counters() const {
  return {events_, batches_, translator_.looked_up(), translator_.odd(), opened_, broken_, lost_};
}

void MongoFeed::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    try {
      if (!stream_) open_stream();
      read_stream(stop);
      failures_ = 0;
    } catch (const StreamError& error) {
      stream_.reset();
      on_broken(error);
      pause(stop, pause_after(failures_++));
      wait_for_primary(stop);
    }
  }
}

void MongoFeed::open_stream() {
  stream_ = std::make_unique<MongoStream>(client_.get(), names_, wanted_form(), token_);
  ++opened_;
  token_ = stream_->token();
  told_until_ = std::max(told_until_.load(), stream_->begun_at());
  primary_seen_at_ = steady_clock::now();
  if (std::exchange(is_place_lost_, false)) lose("the server's history no longer has the feed's place");
}

void MongoFeed::read_stream(const std::stop_token& stop) {
  if (stream_->form() != wanted_form()) return stream_.reset();
  const auto batch = stream_->next(static_cast<int>(pace_.wait().count()));
  bool is_gone = false;
  bool is_database_gone = false;
  std::vector<TaskChange> changes;
  changes.reserve(batch.size());
  for (const std::string_view event : batch) {
    TaskChange change = read_change(event, names_.hosts, stream_->form());
    if (change.kind == TaskChange::Kind::collection_gone) {
      is_gone = true;
      changes.clear();  // its readers are to read everything anew
    }
    is_database_gone = is_database_gone || change.kind == TaskChange::Kind::stream_over;
    changes.push_back(std::move(change));
  }
  const auto look_up = [this](const std::vector<ObjectId>& ids) { return stream_->look_up(ids); };
  std::vector<FeedEvent> events = translator_.translate(std::move(changes), look_up);
  for (const FeedEvent& event : events)
    if (on_old_claim_ && event.state == TaskState::running && !event.session) on_old_claim_(event.versioned_topic);
  if (is_gone || is_database_gone) put_collection_back();
  if (is_gone) lose("the collection or its hosts' was dropped or renamed");
  if (!publish(std::move(events))) return stream_.reset();
  token_ = stream_->token();
  if (stream_->is_over() || !is_on_primary()) stream_.reset();
  pace_.on_read(batch.size(), MongoStream::most_events, steady_clock::now());
  pause(stop, pace_.pause());
}

bool MongoFeed::publish(std::vector<FeedEvent> events) {
  if (events.empty()) return true;
  std::lock_guard lock(publish_mutex_);
  const bool is_wanted = ring_.documents_wanted();
  if (is_wanted && stream_->form() == StreamForm::control) return false;  // to be read again, with documents
  if (!is_wanted)
    for (FeedEvent& event : events) event.task.reset();
  told_until_ = std::max(told_until_.load(), events.back().cluster_time);
  events_ += events.size();
  ++batches_;
  ring_.publish(std::move(events));
  return true;
}

/// Of a member that is primary no more the stream may stay silent for ever.
bool MongoFeed::is_on_primary() {
  const auto now = steady_clock::now();
  if (now < primary_seen_at_ + primary_check_period) return true;
  primary_seen_at_ = now;
  return stream_->is_on_primary();
}

void MongoFeed::put_collection_back() {
  try {
    if (on_collection_gone_) on_collection_gone_();
  } catch (const Error& error) {
    log_error("{}: the collection was dropped, and its indexes could not be put back: {}", names_.shown, error.what());
  }
}

void MongoFeed::lose(const std::string& why) {
  log_warning("{}: changes may have been missed, everything is read anew: {}", names_.shown, why);
  ++lost_;
  translator_.forget_all();
  ring_.lose(random_->next());
}

void MongoFeed::on_broken(const StreamError& error) {
  ++broken_;
  if (failures_ == 0) log_warning("the change stream broke and is opened anew: {}", error.what());
  // What fails so often at one place fails there for ever: an event that the server cannot make.
  if (!error.is_place_lost() && failures_ < most_failures) return;
  is_place_lost_ = true;
  token_.clear();
}

/// So that a stop need not wait until the driver gives up looking for one.
void MongoFeed::wait_for_primary(const std::stop_token& stop) {
  while (!stop.stop_requested() && !has_primary(client_.get())) pause(stop, primary_poll_period);
}

void MongoFeed::pause(const std::stop_token& stop, milliseconds length) {
  if (length == milliseconds(0)) return;
  std::unique_lock lock(pause_mutex_);
  pause_.wait_for(lock, stop, length, [] { return false; });
}

}  // namespace taskrunner::store
