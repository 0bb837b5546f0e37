#pragma once

#include "live_clients/failover_store.hpp"
#include "live_clients/model_client.hpp"
#include "live_clients/store_service.hpp"
#include "simulation/virtual_time.hpp"

#include <boost/asio/io_context.hpp>

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace taskrunner::model {

/// The store under a world.
class Ground {
 public:
  virtual ~Ground() = default;
  /// The store with what is in it; called again after each restart of the host.
  virtual std::shared_ptr<Store> open(const Clock& clock, const std::shared_ptr<Random>& random) = 0;
  /// Does something real to its server, where there is one.
  virtual void disturb(std::size_t which) = 0;
  virtual bool can_answer(const Query&) const { return true; }
  /// Nothing happens but what the loop is asked to do: the same seed gives the same world.
  virtual bool is_exact() const = 0;
};

/// One store, one host, some clients, and what happens to them: all by the seed.
class World {
 public:
  World(std::uint32_t seed, Ground& ground);
  ~World();

  /// So many steps, and then rest: each client's list is a fresh find. Throws Violation.
  void run(std::size_t steps);

  ModelClient::Counts counts() const;
  /// What happened, oldest first.
  const std::vector<std::string>& trace() const { return trace_; }

 private:
  /// A host from its start to its end.
  struct Life {
    Life(std::shared_ptr<Store> store, live::RandomTasks& random, boost::asio::io_context& io,
         const live::LivePace& pace);
    const std::shared_ptr<Store> store;  ///< as other hosts have it
    FailoverStore own;
    StoreService service;
    Host host;
    ObjectId session;
  };

  void step();
  void begin_life();
  void end_life();
  void restart();
  void fail_over();
  void disturb();
  void come_back_or_go();
  void turn(std::size_t times);

  // Changes, as other hosts and operators make them.
  void change();
  void add();
  void claim();
  void finish();
  void apply(const Transition& transition);
  template <typename Try>
  void attempt(const Try& what);

  void rest();
  void settle();
  bool is_true();
  Seen fresh(const Query& query) const;
  void say(std::string what) { trace_.push_back(std::move(what)); }

  Ground& ground_;
  boost::asio::io_context io_{1};
  simulation::VirtualClock clock_;
  live::RandomTasks random_;
  const std::shared_ptr<Random> source_;
  const live::LivePace pace_;
  std::unique_ptr<Life> life_;
  std::deque<ModelClient> clients_;
  std::vector<std::string> trace_;
};

}  // namespace taskrunner::model
