#include "live_clients/world.hpp"

#include <algorithm>
#include <chrono>

namespace taskrunner::model {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t client_count = 6;
constexpr std::size_t task_count = 20;

/// No time passes in an exact world, so none is waited for. By chance a query closes as soon as nobody looks at it.
live::LivePace pace_of(bool is_exact, live::RandomTasks& random) {
  const auto keep_unused = random.below(2) == 0 ? 0ms : 60'000ms;
  return is_exact ? live::LivePace{keep_unused, 0ms, 0ms, 1'000'000ms} : live::LivePace{keep_unused, 5ms, 20ms};
}

std::string shown(const Seen& list) {
  std::string text;
  for (const auto& [id, json] : list) text += "\n    " + json;
  return text.empty() ? " nothing" : text;
}

}  // namespace

World::Life::Life(std::shared_ptr<Store> opened, live::RandomTasks& random, boost::asio::io_context& io,
                  const live::LivePace& pace)
    : store(std::move(opened)), own(store), service(own, random), host(io, service, pace) {}

World::World(std::uint32_t seed, Ground& ground)
    : ground_(ground),
      random_(seed),
      source_(std::make_shared<Random>(seed)),
      pace_(pace_of(ground.is_exact(), random_)) {
  begin_life();
  while (clients_.size() < client_count)
    if (const Query query = random_.query(); ground_.can_answer(query)) clients_.emplace_back(query);
}

World::~World() {
  end_life();
  clients_.clear();
}

void World::run(std::size_t steps) {
  for (std::size_t i = 0; i < steps; ++i) {
    ++clock_.now_ms;
    step();
  }
  rest();
}

ModelClient::Counts World::counts() const {
  ModelClient::Counts all;
  for (const ModelClient& client : clients_) {
    all.resumed += client.counts().resumed;
    all.lists += client.counts().lists;
    all.steps += client.counts().steps;
    all.failures += client.counts().failures;
  }
  return all;
}

void World::step() {
  const std::size_t number = random_.below(clients_.size());
  ModelClient& client = clients_[number];
  const auto of_client = [&](const char* what) { say(what + (" " + std::to_string(number))); };
  switch (random_.below(40)) {
    case 0: return of_client("disconnect"), client.disconnect();
    case 1: return of_client("vanish"), client.vanish();
    case 2:
    case 3:
    case 4: return of_client("connect"), client.connect(life_->host);
    case 5: return random_.below(10) == 0 ? restart() : void();
    case 6: return random_.below(6) == 0 ? fail_over() : void();
    case 7: return come_back_or_go();
    case 8: return random_.below(4) == 0 ? disturb() : void();
    case 9:
    case 10:
    case 11:
    case 12: return of_client("read"), client.read(random_.below(8));
    case 13:
    case 14:
    case 15:
    case 16:
    case 17: return say("turn"), turn(1 + random_.below(20));
    default: return change();
  }
}

/// Runs the loop, of which every turn is one handler.
void World::turn(std::size_t times) {
  for (; times > 0; --times) {
    io_.restart();
    ground_.is_exact() ? io_.poll_one() : io_.run_one_for(1ms);
  }
}

// The host.

void World::begin_life() {
  for (bool is_open = false; !is_open;)
    attempt([&] {
      life_ = std::make_unique<Life>(ground_.open(clock_, source_), random_, io_, pace_);
      life_->session = source_->object_id(0);
      SessionInfo session;
      session.id = life_->session;
      session.instance = "here";
      life_->store->open_session(session, 1'000'000'000);
      is_open = true;
    });
}

void World::end_life() {
  for (ModelClient& client : clients_) client.disconnect();
  if (!life_) return;
  life_->own.is_away = false;
  life_->host.link->cut();
  io_.restart();
  io_.poll();  // what was under way ends before its store does
  life_.reset();
}

void World::restart() {
  say("restart");
  end_life();
  begin_life();
}

/// Another member is primary: the feed has lost what had not been read.
void World::fail_over() {
  say("fail over");
  life_->own.feed().lose();
}

void World::disturb() {
  say("disturb");
  ground_.disturb(random_.below(100));
}

void World::come_back_or_go() {
  life_->own.is_away = !life_->own.is_away && random_.below(5) == 0;
  say(life_->own.is_away ? "away" : "there");
}

// Changes.

template <typename Try>
void World::attempt(const Try& what) {
  try {
    what();
  } catch (const Error& error) {
    if (error.code() != ErrorCode::unavailable && error.code() != ErrorCode::unknown) throw;
    say(std::string("in vain: ") + error.what());
  }
}

void World::change() {
  const ObjectId id = live::numbered_id(random_.below(task_count));
  switch (random_.below(10)) {
    case 0:
    case 1:
    case 2: return add();
    case 3: return claim();
    case 4:
    case 5: return finish();
    case 6: return apply(SignalTask{id, SignalOp::stop, "test"});
    case 7: return apply(SignalTask{id, random_.below(2) == 0 ? SignalOp::pause : SignalOp::resume, "test"});
    case 8: return apply(RetryTask{id});
    default: return apply(RemoveTask{id});
  }
}

void World::add() {
  const auto record = random_.record(random_.below(task_count), 0);
  NewTask task;
  task.id = record->id;
  task.versioned_topic = record->versioned_topic;
  task.data = record->data;
  task.priority = record->priority;
  say("add " + task.id.hex());
  attempt([&] { life_->store->add(std::span(&task, 1)); });
}

void World::claim() {
  say("claim");
  ClaimRequest request;
  request.token = source_->object_id(0);
  request.session = life_->session;
  request.worker = "here";
  for (const char* topic : {"even#1", "odd#1"}) request.topics.push_back({topic, 2, {.stop = true, .pause = true}});
  request.limit = 1 + random_.below(3);
  attempt([&] { life_->store->claim(request); });
}

/// Whatever an owner does to a task that it holds.
void World::finish() {
  std::vector<HeldTask> held;
  attempt([&] { held = life_->store->held_by(life_->session); });
  if (held.empty()) return;
  std::sort(held.begin(), held.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  const HeldTask& task = held[random_.below(held.size())];
  const Fence fence{task.id, task.token, life_->session};
  if (task.signal == SignalOp::pause) return apply(TakePause{fence});
  if (task.signal == SignalOp::resume) return apply(TakeResume{fence, {.stop = true, .pause = true}});
  if (task.signal == SignalOp::stop) return apply(TakeStop{fence, {}});
  UpdateTask update;
  update.fence = fence;
  switch (random_.below(6)) {
    case 0: return update.data = Json{{"n", random_.below(3)}, {"tag", random_.below(3)}}, apply(update);
    case 1: return update.progress = Json{{"spent", random_.below(9)}}, apply(update);
    case 2: return apply(RunAgain{fence, 0});
    case 3: return apply(FailTask{fence, "no", true, {}});
    case 4: return apply(ReleaseTask{fence, 0});
    default: return apply(CompleteTask{fence, {}, {}});
  }
}

void World::apply(const Transition& transition) {
  say("transition " + std::to_string(transition.index()) + " of " + task_id_of(transition).hex());
  attempt([&] { life_->store->apply(std::span(&transition, 1)); });
}

// Rest.

void World::rest() {
  say("rest");
  life_->own.is_away = false;
  const auto deadline = std::chrono::steady_clock::now() + 30s;
  auto may_go_on = [&, left = 1'000]() mutable {
    return ground_.is_exact() ? --left > 0 : std::chrono::steady_clock::now() < deadline;
  };
  while (!is_true() && may_go_on()) settle();
  settle();  // nothing that comes later may make it untrue
  for (const ModelClient& client : clients_)
    if (const Seen wanted = fresh(client.query()); client.list() != wanted)
      throw Violation{"the list of " + live::form_of(parse_query(client.query())) + "\n  is" + shown(client.list()) +
                      "\n  and a find gives" + shown(wanted)};
}

void World::settle() {
  for (ModelClient& client : clients_) {
    client.connect(life_->host);
    client.read(1'000);
  }
  io_.restart();
  ground_.is_exact() ? io_.poll() : io_.run_for(2ms);
}

bool World::is_true() {
  bool is_so = false;
  attempt([&] {
    is_so = std::all_of(clients_.begin(), clients_.end(), [&](const ModelClient& client) {
      return client.is_idle() && client.list() == fresh(client.query());
    });
  });
  return is_so;
}

Seen World::fresh(const Query& query) const {
  Seen out;
  for (const TaskPtr& task : life_->store->find(query)) out.emplace_back(task->id, live::LiveTask(task).wire_json());
  return out;
}

}  // namespace taskrunner::model
