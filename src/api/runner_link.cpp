#include "api/runner_link.hpp"

#include <taskrunner/error.hpp>

#include <boost/asio/post.hpp>

namespace taskrunner::api {

namespace {

live::LiveSource source_of(core::TaskService& service, live::AsTold as_told) {
  return {[&service](Query query) { return service.find(std::move(query)); }, &service.feed(), std::move(as_told)};
}

live::AsTold as_told_at(const RunnerPlace& place) {
  if (place.relay_url.empty()) return {};
  return [url = place.relay_url](const TaskPtr& task) { return with_relayed_url(task, url); };
}

}  // namespace

/// Carries what the runner's threads tell over to the door's loop.
class RunnerLink::Listener final : public core::RunnerListener {
 public:
  explicit Listener(RunnerLink& link) : link_(link.weak_from_this()), executor_(link.io_.get_executor()) {}

  void on_progress(const ObjectId& id, const Json& data) override {
    post([id, data](const RunnerEvents& events) { events.on_progress(id, data); });
  }
  void on_log(const ObjectId& id, const core::LogLine& line) override {
    post([id, line](const RunnerEvents& events) { events.on_log(id, line); });
  }
  void on_started(const TaskPtr&) override {}
  void on_ended(const ObjectId& id) override {
    post([id](const RunnerEvents& events) { events.on_ended(id); });
  }

 private:
  void post(std::function<void(const RunnerEvents&)> tell) {
    boost::asio::post(executor_, [link = link_, tell = std::move(tell)] {
      if (const auto self = link.lock()) self->hear(tell);
    });
  }

  const std::weak_ptr<RunnerLink> link_;
  const boost::asio::io_context::executor_type executor_;
};

RunnerLink::RunnerLink(boost::asio::io_context& io, core::TaskService& service, RunnerPlace place,
                       const live::LivePace& pace)
    : io_(io),
      service_(&service),
      place_(std::move(place)),
      as_told_(as_told_at(place_)),
      told_(as_told_ ? std::make_unique<ToldService>(service, as_told_) : nullptr),
      hub_(std::make_shared<live::LiveHub>(io, source_of(service, as_told_), pace)) {}

RunnerLink::~RunnerLink() { cut(); }

void RunnerLink::start(RunnerEvents events) {
  events_ = std::move(events);
  listener_ = std::make_shared<Listener>(*this);
  service_->listen(listener_);
  hub_->start(events_.on_feed);
  if (!place_.is_in_fleet) return;
  fleet_ = std::make_shared<FleetHosts>(io_, [weak = weak_from_this()] {
    const auto link = weak.lock();
    if (!link) throw Error(ErrorCode::unavailable, "the runner is gone");
    return link->service().hosts();
  });
  fleet_->start();
}

void RunnerLink::cut() {
  if (!service_) return;
  hub_->close();
  if (fleet_) fleet_->stop();
  listener_.reset();
  service_ = nullptr;
}

core::TaskService& RunnerLink::stored() const {
  if (!service_) throw Error(ErrorCode::unavailable, "this runner is being stopped: try again later");
  return *service_;
}

core::TaskService& RunnerLink::service() const {
  core::TaskService& as_stored = stored();
  return told_ ? *told_ : as_stored;
}

void RunnerLink::hear(const std::function<void(const RunnerEvents&)>& tell) const {
  if (service_) tell(events_);
}

}  // namespace taskrunner::api
