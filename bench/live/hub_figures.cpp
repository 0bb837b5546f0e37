#include "live_figures.hpp"

#include <taskrunner/error.hpp>

#include "api/change_text.hpp"
#include "live/live_hub.hpp"
#include "store/feed_ring.hpp"

#include <fmt/format.h>

#include <malloc.h>

#include <algorithm>
#include <chrono>

namespace taskrunner::bench {
namespace {

using Clock = std::chrono::steady_clock;

ObjectId id_of(std::size_t number) {
  return ObjectId({0, 0, 0, 0, 0, 0, 0, 0, 0, static_cast<std::uint8_t>(number >> 16), static_cast<std::uint8_t>(number >> 8),
                   static_cast<std::uint8_t>(number)});
}

TaskPtr task_of(std::size_t number, std::int64_t rev) {
  TaskRecord task;
  task.id = id_of(number);
  task.rev = rev;
  task.state = rev % 2 == 0 ? TaskState::to_do : TaskState::running;
  task.versioned_topic = "echo#1";
  task.priority = static_cast<double>((number * 7 + static_cast<std::size_t>(rev)) % 5);
  task.created_at_ms = task.updated_at_ms = 1'700'000'000'000 + rev;
  task.data = Json{{"user", number % 100}, {"text", std::string(60, 'x')}};
  return std::make_shared<const TaskRecord>(std::move(task));
}

/// A client's end: makes what goes out, as the door does, and lets it go.
class Client final : public live::LiveSubscriber {
 public:
  explicit Client(std::shared_ptr<api::ChangeTails> tails) : tails_(std::move(tails)) {}
  void on_list(const live::WholeList&) override { has_list = true; }
  void on_changes(const live::ChangeBatch& batch) override {
    for (std::size_t i = 0; i < tails_->of(batch, api::full_access()).size(); ++i)
      bytes += api::change_head("1a2b3c4d.0123456789abcdef0123456789abcdef", ++seq_).size();
  }
  void on_failed(const Error& error) override { throw error; }
  bool has_list = false;
  std::size_t bytes = 0;

 private:
  const std::shared_ptr<api::ChangeTails> tails_;
  std::uint64_t seq_ = 0;
};

/// A hub over a feed that says what it is told to, and tasks that are never in a store.
class Stage {
 public:
  explicit Stage(std::size_t tasks) {
    for (std::size_t i = 0; i < tasks; ++i) all_.push_back(task_of(i, 0));
    auto find = [this](Query query) -> awaitable<std::vector<TaskPtr>> { co_return found(query); };
    hub_ = std::make_shared<live::LiveHub>(io_, live::LiveSource{find, &feed_});
    hub_->start(nullptr);
  }
  ~Stage() { hub_->close(); }

  void open(const std::function<std::string(std::size_t)>& filter, std::size_t count, std::int64_t limit) {
    for (std::size_t i = 0; i < count; ++i) {
      Query query;
      query.filter = Json::parse(filter(i));
      query.sort = Json{{"priority", -1}};
      query.limit = limit;
      clients_.push_back(std::make_shared<Client>(tails_));
      queries_.push_back(hub_->subscribe(query, clients_.back()));
    }
    while (!clients_.back()->has_list) {
      io_.restart();
      io_.run_one();
    }
    poll();
  }
  /// Changes a second, each through to the frames.
  double change(std::size_t changes) {
    std::vector<FeedEvent> events;
    for (std::size_t i = 0; i < changes; ++i) events.push_back(event_of(i));
    const auto start = Clock::now();
    for (std::size_t i = 0; i < changes;) {
      std::vector<FeedEvent> batch;
      for (std::size_t n = 0; n < 100 && i < changes; ++n) batch.push_back(std::move(events[i++]));
      feed_.publish(std::move(batch));
      poll();
    }
    const std::chrono::duration<double> spent = Clock::now() - start;
    return static_cast<double>(changes) / spent.count();
  }
  std::uint64_t reads() const { return hub_->reads() - queries_.size(); }

  /// What went out to the clients.
  std::size_t bytes() const {
    std::size_t sum = 0;
    for (const auto& client : clients_) sum += client->bytes;
    return sum;
  }

 private:
  /// A context that once had nothing to do is to be told to look again.
  void poll() {
    io_.restart();
    io_.poll();
  }
  FeedEvent event_of(std::size_t number) {
    FeedEvent event;
    const std::size_t task = (number * 7'919) % all_.size();
    all_[task] = task_of(task, ++rev_);
    event.id = all_[task]->id;
    event.rev = rev_;
    event.task = all_[task];
    return event;
  }
  std::vector<TaskPtr> found(const Query& query) const {
    const CompiledQuery compiled = parse_query(query);
    const auto ids = compiled.equality_on("_id");
    std::vector<TaskPtr> out;
    for (const TaskPtr& task : all_) {
      if (ids && std::get<ObjectId>(ids->at(0).value()) != task->id) continue;
      if (compiled.matches(live::LiveTask(task).document())) out.push_back(task);
    }
    std::sort(out.begin(), out.end(), [&](const TaskPtr& a, const TaskPtr& b) {
      return compiled.compare(live::LiveTask(a).document(), live::LiveTask(b).document()) < 0;
    });
    if (out.size() > compiled.limit()) out.resize(compiled.limit());
    return out;
  }

  boost::asio::io_context io_{1};
  store::FeedRing feed_{1};
  std::vector<TaskPtr> all_;
  std::int64_t rev_ = 0;
  std::shared_ptr<live::LiveHub> hub_;
  const std::shared_ptr<api::ChangeTails> tails_ = std::make_shared<api::ChangeTails>();
  std::vector<std::shared_ptr<Client>> clients_;
  std::vector<std::shared_ptr<live::LiveQuery>> queries_;
};

std::string of_its_own_task(std::size_t number) { return fmt::format(R"({{"id":"{}"}})", id_of(number).hex()); }

/// 100 users, 10,000 different queries: each change concerns those of one user.
std::string of_a_user(std::size_t number) {
  return fmt::format(R"({{"data.user":{},"priority":{{"$gte":-{}}}}})", number % 100, number / 100);
}

double memory_of_a_query() {
  Stage stage(2'000);
  stage.open([](std::size_t i) { return of_a_user(10'000 + i); }, 100, 20);  // the tasks themselves
  const auto before = mallinfo2().uordblks;
  constexpr std::size_t queries = 2'000;
  stage.open(of_a_user, queries, 20);
  return static_cast<double>(mallinfo2().uordblks - before) / queries;
}

}  // namespace

void measure_hub(Figures& figures) {
  std::uint64_t reads = 0;
  const auto own = [&](std::size_t queries, std::size_t changes, const char* key) {
    Stage stage(10'000);
    stage.open(of_its_own_task, queries, 0);
    note(figures, key, stage.change(changes));
    if (stage.bytes() == 0) throw Error(ErrorCode::internal, "no change reached a client");
    reads += stage.reads();
  };
  own(1, 100'000, "own_1");
  own(100, 100'000, "own_100");
  own(10'000, 100'000, "own_10000");
  {
    Stage stage(1'000);
    stage.open(of_a_user, 10'000, 20);
    note(figures, "share_10000", stage.change(4'000));
    if (stage.bytes() == 0) throw Error(ErrorCode::internal, "no change reached a client");
    reads += stage.reads();
  }
  note(figures, "reads", static_cast<double>(reads));
  note(figures, "memory", memory_of_a_query());
}

}  // namespace taskrunner::bench
