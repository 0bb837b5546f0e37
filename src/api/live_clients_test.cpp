// Model clients over the real runner, store and subscriptions: whatever breaks on the way, at rest each client's list is
// a fresh find. TASKRUNNER_SEEDS says how many worlds (CONTRIBUTING.md).
#include "api/subscription.hpp"

#include "base/random.hpp"
#include "core/runner.hpp"
#include "live/random_tasks.hpp"
#include "store/memory_store.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <deque>

namespace taskrunner::api {
namespace {

using namespace std::chrono_literals;
using Seen = std::vector<std::pair<ObjectId, std::int64_t>>;

Seen seen(std::span<const live::LiveTaskPtr> tasks) {
  Seen out;
  for (const auto& task : tasks) out.emplace_back(task->id(), task->rev());
  return out;
}

/// What is under way to a client: a list, or one step.
struct Message {
  std::uint64_t seq = 0;
  std::optional<Seen> list;
  live::ListChange step;
};

/// The host's end of a subscription, and the wire behind it: what the client has not taken when it breaks is lost.
class ModelSubscription final : public Subscription {
 public:
  using Subscription::Subscription;
  std::deque<Message> wire;

 private:
  bool is_congested() const override { return wire.size() > 4; }
  void send_first(const live::WholeList& list) override { send_list(list, 0); }
  void send_list(const live::WholeList& list, std::uint64_t seq) override {
    wire.push_back({seq, seen(list.tasks), {}});
  }
  void send_missed(const std::vector<live::ListChange>& steps, std::uint64_t first_seq) override {
    for (const live::ListChange& step : steps) wire.push_back({first_seq++, {}, step});
  }
  void send_change(const live::ChangeBatch& changes, std::size_t index, std::uint64_t seq) override {
    wire.push_back({seq, {}, changes.steps[index]});
  }
  void send_failure(const Error& error) override { ADD_FAILURE() << error.what(); }
};

/// A host's door: goes away whole with a restart.
struct Host {
  Host(boost::asio::io_context& io, core::TaskService& service)
      : link(std::make_shared<RunnerLink>(io, service, RunnerPlace{"/tasks"})) {
    link->start({});
  }
  ~Host() { link->cut(); }
  std::shared_ptr<RunnerLink> link;
  std::shared_ptr<SubscriptionBook> book = std::make_shared<SubscriptionBook>();
};

class ModelClient {
 public:
  explicit ModelClient(Query query) : query_(std::move(query)), form_(live::form_of(parse_query(query_))) {}

  void connect(const Host& host) {
    if (subscription_) return;
    if (!id_.empty()) {
      const auto standing = host.book->take(id_, form_);
      subscription_ = std::make_shared<ModelSubscription>(host.link, host.book, id_);
      if (standing && subscription_->resume(query_, *standing, seq_)) return void(++resumed);
    }
    subscription_ = std::make_shared<ModelSubscription>(host.link, host.book, host.book->make_id(form_));
    subscription_->open(query_);
  }
  /// The host notices; the other way to break is that it does not.
  void disconnect() {
    if (subscription_) subscription_->close();
    lost_.push_back(std::exchange(subscription_, nullptr));
  }
  void vanish() { lost_.push_back(std::exchange(subscription_, nullptr)); }

  void read(std::size_t messages) {
    for (; subscription_ && messages > 0 && !subscription_->wire.empty(); --messages) {
      take(subscription_->wire.front());
      subscription_->wire.pop_front();
      if (subscription_->wire.size() < 2) subscription_->on_drain();
    }
  }
  bool is_idle() const { return subscription_ && subscription_->wire.empty(); }
  const Seen& list() const { return list_; }
  const Query& query() const { return query_; }

  std::size_t resumed = 0;
  std::size_t lists = 0;

 private:
  void take(const Message& message) {
    const bool follows = message.seq == 0 || message.seq == seq_ + 1;
    ASSERT_TRUE(follows) << message.seq << " after " << seq_;
    seq_ = message.seq;
    if (message.list) {
      list_ = *message.list;
      id_ = subscription_->id();  // known by the answer alone
      ++lists;
      return;
    }
    const live::ListChange& step = message.step;
    const auto place = list_.begin() + static_cast<std::ptrdiff_t>(step.position);
    const std::pair entry(step.task->id(), step.task->rev());
    switch (step.kind) {
      case live::ListChange::Kind::insert: list_.insert(place, entry); break;
      case live::ListChange::Kind::update: *place = entry; break;
      case live::ListChange::Kind::remove: list_.erase(place); break;
    }
  }

  const Query query_;
  const std::string form_;
  std::string id_;
  std::uint64_t seq_ = 0;
  Seen list_;
  std::shared_ptr<ModelSubscription> subscription_;
  std::vector<std::shared_ptr<ModelSubscription>> lost_;  ///< a socket whose end is not known yet lives on
};

/// One store, one runner, some clients, and what happens to them.
class World {
 public:
  explicit World(std::uint32_t seed)
      : random_(seed),
        source_(std::make_shared<Random>(seed + 1)),
        store_(std::make_shared<store::MemoryStore>(system_clock(), source_, KeepPolicy())),
        runner_({"here", "http://127.0.0.1:1"}, store_, source_, system_clock()) {
    restart();
    for (int i = 0; i < 6; ++i) clients_.emplace_back(random_.query());
  }
  ~World() {
    clients_.clear();
    host_.reset();
  }

  void step() {
    ModelClient& client = clients_[random_.below(clients_.size())];
    switch (random_.below(16)) {
      case 0: return client.disconnect();
      case 1: return client.vanish();
      case 2:
      case 3: return client.connect(*host_);
      case 4: return random_.below(10) == 0 ? restart() : void();
      case 5: return random_.below(20) == 0 ? flood() : void();
      case 6:
      case 7: return client.read(random_.below(8));
      case 8:
      case 9: return void(io_.poll());
      case 10: return void(io_.run_one_for(1ms));
      default: return change();
    }
  }

  void rest() {
    const auto deadline = std::chrono::steady_clock::now() + 20s;
    while (!is_true() && std::chrono::steady_clock::now() < deadline) {
      for (ModelClient& client : clients_) {
        client.connect(*host_);
        client.read(1'000);
      }
      io_.restart();
      io_.run_one_for(2ms);
    }
    for (const ModelClient& client : clients_)
      EXPECT_EQ(client.list(), fresh(client.query())) << client.query().filter.dump() << client.query().sort.dump();
  }

  std::size_t resumed() const {
    std::size_t count = 0;
    for (const ModelClient& client : clients_) count += client.resumed;
    return count;
  }

 private:
  void change() {
    const std::size_t number = random_.below(30);
    const auto record = random_.record(number, 0);
    if (random_.below(3) == 0) {
      NewTask task;
      task.id = record->id;
      task.versioned_topic = record->versioned_topic;
      task.data = record->data;
      task.priority = record->priority;
      store_->add(std::span(&task, 1));
      return;
    }
    Transition transition = RemoveTask{record->id};
    if (random_.below(2) == 0) transition = SignalTask{record->id, SignalOp::stop, "test"};
    if (random_.below(3) == 0) transition = RetryTask{record->id};
    store_->apply(std::span(&transition, 1));
  }
  /// More than the feed's ring holds.
  void flood() {
    NewTask task;
    task.id = numbered(999);
    store_->add(std::span(&task, 1));
    std::vector<Transition> transitions;
    for (int i = 0; i < 5'001; ++i) {
      transitions.emplace_back(SignalTask{task.id, SignalOp::stop, "test"});
      transitions.emplace_back(RetryTask{task.id});
    }
    store_->apply(transitions);
  }
  static ObjectId numbered(std::size_t number) { return live::numbered_id(number); }

  void restart() {
    for (ModelClient& client : clients_) client.disconnect();
    host_ = std::make_unique<Host>(io_, runner_);
  }
  Seen fresh(const Query& query) const {
    Seen out;
    for (const TaskPtr& task : store_->find(query)) out.emplace_back(task->id, task->rev);
    return out;
  }
  bool is_true() const {
    return std::all_of(clients_.begin(), clients_.end(), [&](const ModelClient& client) {
      return client.is_idle() && client.list() == fresh(client.query());
    });
  }

  boost::asio::io_context io_{1};
  live::RandomTasks random_;
  std::shared_ptr<Random> source_;
  std::shared_ptr<Store> store_;
  core::Runner runner_;
  std::unique_ptr<Host> host_;
  std::deque<ModelClient> clients_;
};

std::uint32_t seeds() {
  const char* wanted = std::getenv("TASKRUNNER_SEEDS");
  return wanted ? static_cast<std::uint32_t>(std::atoi(wanted)) : 40;
}

TEST(LiveClients, AtRestTheListOfEachIsAFreshFindWhateverBroke) {
  std::size_t resumed = 0;
  for (std::uint32_t seed = 0; seed < seeds(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    World world(seed);
    for (int i = 0; i < 400; ++i) world.step();
    world.rest();
    if (testing::Test::HasFailure()) return;
    resumed += world.resumed();
  }
  EXPECT_GT(resumed, seeds());
}

}  // namespace
}  // namespace taskrunner::api
