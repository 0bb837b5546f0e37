#include "fleet/peer_watch.hpp"

#include "fleet/watch_line.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace taskrunner::fleet {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;
using Next = PeerProof::Next;
using Step = PeerProof::Step;

constexpr std::int64_t answer_timeout_ms = 1'000;

std::optional<tcp::endpoint> endpoint_of(const std::string& address) {
  const std::size_t colon = address.rfind(':');
  if (colon == std::string::npos) return std::nullopt;
  std::string ip = address.substr(0, colon);
  if (ip.size() > 2 && ip.front() == '[' && ip.back() == ']') ip = ip.substr(1, ip.size() - 2);
  error_code error;
  const auto parsed = boost::asio::ip::make_address(ip, error);
  const unsigned long port = std::strtoul(address.c_str() + colon + 1, nullptr, 10);
  if (error || port == 0 || port > 65'535) return std::nullopt;
  return tcp::endpoint(parsed, static_cast<std::uint16_t>(port));
}

}  // namespace

PeerWatch::PeerWatch(boost::asio::io_context& io, const Clock& clock, PeerProof proof, std::function<void()> on_dead)
    : clock_(clock), proof_(std::move(proof)), on_dead_(std::move(on_dead)), socket_(io), deadline_(io), pause_(io) {}

void PeerWatch::start() {
  if (std::exchange(has_started_, true)) return;
  auto whole = [self = shared_from_this()]() -> boost::asio::awaitable<void> { return self->watch(); };
  boost::asio::co_spawn(socket_.get_executor(), std::move(whole), boost::asio::detached);
}

void PeerWatch::stop() {
  has_stopped_ = true;
  error_code ignored;
  socket_.close(ignored);
  deadline_.cancel();
  pause_.cancel();
}

boost::asio::awaitable<void> PeerWatch::watch() {
  Next next{Step::dial, 0};
  while (next.step == Step::dial) {
    error_code ignored;
    pause_.expires_after(std::chrono::milliseconds(next.after_ms));
    auto token = boost::asio::redirect_error(boost::asio::use_awaitable, ignored);
    co_await pause_.async_wait(token);
    if (has_stopped_) co_return;
    next = co_await attempt();
    socket_.close(ignored);
    if (has_stopped_) co_return;
  }
  if (next.step == Step::dead) on_dead_();
}

boost::asio::awaitable<Next> PeerWatch::attempt() {
  const auto endpoint = endpoint_of(proof_.address());
  if (!endpoint) co_return Next{Step::give_up, 0};
  error_code error;
  socket_ = tcp::socket(socket_.get_executor());
  arm(answer_timeout_ms);
  auto token = boost::asio::redirect_error(boost::asio::use_awaitable, error);
  co_await socket_.async_connect(*endpoint, token);
  if (error == boost::asio::error::connection_refused) {
    disarm();
    co_return proof_.on_refused(clock_.boot_ms());
  }
  if (error) {
    disarm();
    co_return proof_.on_no_answer();
  }
  co_return co_await read_lines();
}

/// The first line is waited for briefly, later ones for ever: their absence is what is watched.
boost::asio::awaitable<Next> PeerWatch::read_lines() {
  std::string text;
  bool is_greeted = false;
  while (true) {
    error_code error;
    auto token = boost::asio::redirect_error(boost::asio::use_awaitable, error);
    auto buffer = boost::asio::dynamic_buffer(text, watch_line_max);
    const std::size_t length = co_await boost::asio::async_read_until(socket_, buffer, '\n', token);
    disarm();
    if (error) co_return is_greeted && !is_late_ ? proof_.on_broken() : proof_.on_no_answer();
    const auto line = parse_watch_line(std::string_view(text).substr(0, length - 1));
    text.erase(0, length);
    if (!line) co_return proof_.on_no_answer();
    if (std::holds_alternative<Goodbye>(*line)) co_return proof_.on_goodbye();
    const Next next = proof_.on_hello(std::get<Hello>(*line));
    if (next.step != Step::wait) co_return next;
    is_greeted = true;
    socket_.set_option(boost::asio::socket_base::keep_alive(true), error);
  }
}

void PeerWatch::arm(std::int64_t ms) {
  is_late_ = false;
  deadline_.expires_after(std::chrono::milliseconds(ms));
  deadline_.async_wait([weak = weak_from_this()](error_code error) {
    const auto self = weak.lock();
    if (error || !self) return;
    self->is_late_ = true;
    error_code ignored;
    self->socket_.close(ignored);
  });
}

void PeerWatch::disarm() { deadline_.cancel(); }

}  // namespace taskrunner::fleet
