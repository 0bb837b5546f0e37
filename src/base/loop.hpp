#pragma once

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <functional>
#include <future>
#include <string>
#include <thread>

namespace taskrunner {

/// One thread with its own io_context: what runs on a loop needs no lock against the rest of that loop, and no
/// strand. What is posted owns what it touches.
class Loop {
 public:
  /// `name` is the thread's (at most 15 characters are shown by the system).
  explicit Loop(std::string name);
  /// Stops.
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// Starts the thread; harmless when it runs already. A stopped loop can be started again.
  void start();
  /// Ends the thread after the handler that runs now, and joins it (not from the loop itself). What is still
  /// queued stays queued, and is destroyed with the loop. Harmless twice or unstarted.
  void stop();
  /// As stop(), but waits at most so long for the handler that runs now. False: it runs on, on a thread that is left to
  /// itself; the loop must then be kept until has_ended(), and not be started again.
  bool stop_within(std::chrono::milliseconds grace);
  /// No thread is inside.
  bool has_ended() const;

  /// From any thread: runs `work` on the loop, in the order of posting.
  void post(std::function<void()> work);

  /// True on the loop's own thread.
  bool is_here() const { return std::this_thread::get_id() == thread_.get_id(); }

  boost::asio::io_context& context() { return context_; }

 private:
  const std::string name_;
  boost::asio::io_context context_{1};
  std::thread thread_;
  std::future<void> ended_;

  void run();
};

}  // namespace taskrunner
