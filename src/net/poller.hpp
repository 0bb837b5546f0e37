#pragma once

#include <sys/epoll.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/system/error_code.hpp>
#include <cstdint>
#include <functional>

namespace taskrunner::net {

/// Readiness of many descriptors on one loop. Asio asks the kernel anew for every wait and keeps 300 bytes a
/// descriptor; here a descriptor that is read from over and over costs no call but the read, and 100 bytes.
/// One for each io_context, got by of(); its thread only.
class Poller final : public boost::asio::execution_context::service {
 public:
  using Ready = std::function<void(boost::system::error_code)>;

  /// What one descriptor waits for. Its owner keeps it in place and removes it before it goes.
  struct Watch {
    int fd = -1;
    Ready on_readable, on_writable;  ///< each called once, then empty
    std::uint32_t armed = 0;         ///< the poller's: what the kernel was asked for
    Watch *before = nullptr, *behind = nullptr;  ///< the poller's: its list of those that are armed
  };

  static boost::asio::execution_context::id id;
  explicit Poller(boost::asio::execution_context& context);
  ~Poller() override;
  static Poller& of(boost::asio::io_context& io) { return boost::asio::use_service<Poller>(io); }

  /// After a handler was put in: it is called from the loop, never from inside this.
  void wait(Watch& watch);
  /// Its handlers are called with operation_aborted, from the loop. The descriptor may be closed then.
  void remove(Watch& watch);

 private:
  void shutdown() override;
  void arm(Watch& watch, std::uint32_t events);
  void link(Watch& watch);
  void unlink(Watch& watch);
  void wait_turn();
  void take_turn();
  void dispatch(Watch& watch, std::uint32_t events);

  boost::asio::posix::stream_descriptor epoll_;
  std::array<epoll_event, 256> events_{};
  int next_ = 0, end_ = 0;  ///< of events_, what is still to be dispatched
  Watch* first_ = nullptr;
  bool waiting_ = false;
};

}  // namespace taskrunner::net
