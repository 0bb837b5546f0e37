#include "net/poller.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <taskrunner/error.hpp>
#include <utility>

namespace taskrunner::net {

namespace asio = boost::asio;
using boost::system::error_code;

asio::execution_context::id Poller::id;

Poller::Poller(asio::execution_context& context)
    : service(context), epoll_(static_cast<asio::io_context&>(context)) {
  const int fd = epoll_create1(EPOLL_CLOEXEC);
  if (fd < 0) throw Error(ErrorCode::unavailable, "no descriptor left for the network loop");
  epoll_.assign(fd);
}

Poller::~Poller() = default;

/// Handlers may own what owns their watch: without this, neither would ever go.
void Poller::shutdown() {
  error_code ignored;
  epoll_.close(ignored);
  while (first_) {
    Watch& watch = *first_;
    unlink(watch);
    watch.armed = 0;
    const auto readable = std::exchange(watch.on_readable, nullptr), writable = std::exchange(watch.on_writable, nullptr);
  }
}

void Poller::link(Watch& watch) {
  watch.before = nullptr;
  watch.behind = first_;
  if (first_) first_->before = &watch;
  first_ = &watch;
}

void Poller::unlink(Watch& watch) {
  (watch.before ? watch.before->behind : first_) = watch.behind;
  if (watch.behind) watch.behind->before = watch.before;
}

void Poller::arm(Watch& watch, std::uint32_t events) {
  if (events == watch.armed || !epoll_.is_open()) return;
  epoll_event event{.events = events, .data = {.ptr = &watch}};
  const int how = watch.armed == 0 ? EPOLL_CTL_ADD : events == 0 ? EPOLL_CTL_DEL : EPOLL_CTL_MOD;
  epoll_ctl(epoll_.native_handle(), how, watch.fd, &event);
  if (watch.armed == 0) link(watch);
  if (events == 0) unlink(watch);
  watch.armed = events;
  if (!first_) epoll_.cancel();  // a loop without connections has no work
}

void Poller::wait(Watch& watch) {
  const std::uint32_t wanted = (watch.on_readable ? EPOLLIN : 0u) | (watch.on_writable ? EPOLLOUT : 0u);
  arm(watch, watch.armed | wanted);
  wait_turn();
}

void Poller::remove(Watch& watch) {
  arm(watch, 0);
  for (int i = next_; i < end_; ++i)
    if (events_[static_cast<std::size_t>(i)].data.ptr == &watch) events_[static_cast<std::size_t>(i)].data.ptr = nullptr;
  for (auto* ready : {&watch.on_readable, &watch.on_writable})
    if (*ready && epoll_.is_open())
      asio::post(epoll_.get_executor(), [called = std::exchange(*ready, nullptr)] { called(asio::error::operation_aborted); });
}

void Poller::wait_turn() {
  if (waiting_ || !first_ || !epoll_.is_open()) return;
  waiting_ = true;
  epoll_.async_wait(asio::posix::stream_descriptor::wait_read, [this](error_code) {
    waiting_ = false;
    take_turn();
    wait_turn();
  });
}

void Poller::take_turn() {
  if (!first_ || !epoll_.is_open()) return;
  end_ = epoll_wait(epoll_.native_handle(), events_.data(), static_cast<int>(events_.size()), 0);
  for (next_ = 0; next_ < end_;) {
    const auto& event = events_[static_cast<std::size_t>(next_++)];
    if (auto* watch = static_cast<Watch*>(event.data.ptr)) dispatch(*watch, event.events);
  }
}

/// A reader mostly waits again at once, so the kernel is not told that it does not; a writer rarely does.
void Poller::dispatch(Watch& watch, std::uint32_t events) {
  if (events & (EPOLLERR | EPOLLHUP)) events |= EPOLLIN | EPOLLOUT;
  const auto readable = events & EPOLLIN ? std::exchange(watch.on_readable, nullptr) : nullptr;
  const auto writable = events & EPOLLOUT ? std::exchange(watch.on_writable, nullptr) : nullptr;
  std::uint32_t wanted = watch.armed;
  if (events & EPOLLOUT) wanted &= ~std::uint32_t{EPOLLOUT};
  if ((events & EPOLLIN) && !readable) wanted &= ~std::uint32_t{EPOLLIN};
  arm(watch, wanted);
  if (writable) writable({});  // the watch may be gone after either
  if (readable) readable({});
}

}  // namespace taskrunner::net
