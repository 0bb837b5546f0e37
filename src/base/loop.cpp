#include "base/loop.hpp"

#include "base/log.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <pthread.h>

namespace taskrunner {

Loop::Loop(std::string name) : name_(std::move(name)) {}

Loop::~Loop() { stop(); }

void Loop::start() {
  if (thread_.joinable()) return;
  context_.restart();
  std::promise<void> ended;
  ended_ = ended.get_future();
  thread_ = std::thread([this, ended = std::move(ended)]() mutable {
    run();
    ended.set_value();
  });
}

void Loop::run() {
  pthread_setname_np(pthread_self(), name_.substr(0, 15).c_str());
  const auto guard = boost::asio::make_work_guard(context_);
  // A handler that throws is a defect of ours; the loop outlives it, since others' work hangs on it.
  while (!context_.stopped()) {
    try {
      context_.run();
    } catch (const std::exception& error) {
      log_error("loop {}: unexpected: {}", name_, error.what());
    }
  }
}

void Loop::stop() {
  if (!thread_.joinable()) return;
  context_.stop();
  thread_.join();
}

bool Loop::stop_within(std::chrono::milliseconds grace) {
  if (!thread_.joinable()) return has_ended();
  context_.stop();
  if (ended_.wait_for(grace) != std::future_status::ready) {
    thread_.detach();
    return false;
  }
  thread_.join();
  return true;
}

bool Loop::has_ended() const {
  return !ended_.valid() || ended_.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
}

void Loop::post(std::function<void()> work) { boost::asio::post(context_, std::move(work)); }

}  // namespace taskrunner
