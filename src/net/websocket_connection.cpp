#include "net/websocket_connection.hpp"

#include <openssl/sha.h>

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <utility>

#include "base/base64.hpp"

namespace taskrunner::net {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {
constexpr std::size_t pongs_kept_bytes = 16 * 1024;
}  // namespace

/// The turn's end: all that waits is written. A loop that ends before it lets go of the connections, which own what
/// lists them.
class WebSocketConnection::FlushTurn {
 public:
  explicit FlushTurn(std::shared_ptr<LoopBuffers> buffers) : buffers_(std::move(buffers)) {}
  FlushTurn(FlushTurn&&) = default;
  ~FlushTurn() {
    if (buffers_) buffers_->to_flush.clear();
  }
  void operator()() {
    const auto buffers = std::exchange(buffers_, nullptr);
    for (const auto& connection : std::exchange(buffers->to_flush, {})) {
      connection->flush_scheduled_ = false;
      connection->flush();
    }
  }

 private:
  std::shared_ptr<LoopBuffers> buffers_;
};

std::string websocket_accept(std::string_view key) {
  const auto text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  unsigned char digest[SHA_DIGEST_LENGTH];
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
  return base64_encode({reinterpret_cast<const char*>(digest), sizeof digest});
}

std::string websocket_request_fault(const HttpRequest& request) {
  if (request.headers.get("Sec-WebSocket-Version") != "13") return "only websocket version 13 is spoken here";
  const auto key = base64_decode(request.headers.get("Sec-WebSocket-Key"));
  return key && key->size() == 16 ? "" : "Sec-WebSocket-Key must be 16 bytes in base64";
}

WebSocketConnection::WebSocketConnection(asio::io_context& io, std::shared_ptr<LoopBuffers> buffers,
                                         UpgradedConnection given, std::size_t max_message_bytes)
    : io_(io),
      buffers_(std::move(buffers)),
      stream_(std::move(given.stream)),
      slot_(std::move(given.slot)),
      early_(std::move(given.already_read)),
      decoder_(max_message_bytes) {}

void WebSocketConnection::start(const HttpRequest& request, const HttpFields& extra_fields,
                                std::weak_ptr<WebSocketUser> user) {
  user_ = std::move(user);
  answer_ = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
            websocket_accept(request.headers.get("Sec-WebSocket-Key")) + "\r\n";
  for (const auto& [name, value] : extra_fields) answer_.append(name).append(": ").append(value).append("\r\n");
  answer_ += "\r\n";
  schedule_flush();
  asio::post(io_, [self = shared_from_this()] {
    auto early = std::exchange(self->early_, {});
    if (self->decode(early.data(), early.size())) self->wait_readable();
  });
}

bool WebSocketConnection::send(OutFrame frame) {
  if (closing_ || closed_) return false;
  const bool replaced = queue_.push(std::move(frame));
  schedule_flush();
  return replaced;
}

void WebSocketConnection::close(std::uint16_t code, std::string_view reason) {
  if (closing_ || closed_) return;
  queue_.push({WebSocketOpcode::close, websocket_close_payload(code, reason), nullptr, {}});
  closing_ = true;
  user_.reset();
  schedule_flush();
  close_timer_ = std::make_unique<asio::steady_timer>(io_, std::chrono::seconds(5));
  close_timer_->async_wait([weak = weak_from_this()](error_code error) {
    if (const auto self = weak.lock(); self && !error) self->abort();
  });
}

void WebSocketConnection::abort() {
  if (closed_) return;
  closed_ = true;
  user_.reset();
  queue_.clear();
  if (close_timer_) close_timer_->cancel();
  stream_->close();
  slot_.reset();
}

void WebSocketConnection::lose(std::string_view reason) {
  const auto user = user_.lock();
  const auto self = shared_from_this();
  abort();
  if (user) user->on_closed(*this, reason);
}

void WebSocketConnection::wait_readable() {
  if (closed_) return;
  stream_->wait_readable([self = shared_from_this()](error_code error) {
    if (self->closed_) return;
    if (error) return self->lose("transport error");
    self->on_readable();
  });
}

void WebSocketConnection::on_readable() {
  for (int round = 0; round < 4; ++round) {
    error_code error;
    const auto count = stream_->read_some(asio::buffer(buffers_->read), error);
    if (error == asio::error::would_block) break;
    if (error) return lose(error == asio::error::eof ? "transport close" : "transport error");
    if (!decode(buffers_->read.data(), count)) return;
    if (count < buffers_->read.size()) break;
  }
  wait_readable();
}

bool WebSocketConnection::decode(char* data, std::size_t size) {
  if (closed_) return false;
  if (const auto user = user_.lock(); user && size > 0) user->on_bytes();
  const auto error = decoder_.decode(
      data, size, [this](WebSocketOpcode kind, std::string_view payload, std::uint16_t code) {
        return on_message(kind, payload, code);
      });
  if (!error) return !closed_;
  const auto user = user_.lock();
  close(error, "");
  if (user) user->on_closed(*this, error == websocket_too_big ? "transport error" : "parse error");
  return !closed_;
}

bool WebSocketConnection::on_message(WebSocketOpcode kind, std::string_view payload, std::uint16_t code) {
  const auto user = user_.lock();
  switch (kind) {
    case WebSocketOpcode::ping:
      // Who does not read is owed the last pong only (RFC 6455 section 5.5.3), so that a flood of pings fills nothing.
      send({WebSocketOpcode::pong, std::string(payload), nullptr, queue_.bytes() > pongs_kept_bytes ? "pong" : ""});
      break;
    case WebSocketOpcode::pong: break;
    case WebSocketOpcode::close:
      if (closing_) {
        abort();  // the answer to ours
        return false;
      }
      close(code == websocket_no_status ? static_cast<std::uint16_t>(websocket_normal) : code, "");
      if (user) user->on_closed(*this, "transport close");
      break;
    default:
      if (user && !closing_) user->on_message(*this, kind == WebSocketOpcode::binary, payload);
  }
  return !closed_;
}

void WebSocketConnection::schedule_flush() {
  if (flush_scheduled_ || waiting_writable_ || closed_) return;
  flush_scheduled_ = true;
  buffers_->to_flush.push_back(shared_from_this());
  if (buffers_->to_flush.size() > 1) return;  // the turn's end is posted already
  asio::post(io_, FlushTurn(buffers_));
}

std::vector<asio::const_buffer> WebSocketConnection::gather() const {
  auto buffers = queue_.gather(buffers_->write.data(), buffers_->write.size());
  if (!answer_.empty()) buffers.insert(buffers.begin(), asio::buffer(answer_));
  return buffers;
}

void WebSocketConnection::consume(std::size_t count) {
  const auto of_answer = std::min(count, answer_.size());
  if (of_answer < answer_.size())
    answer_.erase(0, of_answer);
  else
    std::string().swap(answer_);
  queue_.consume(count - of_answer);
}

void WebSocketConnection::flush() {
  bool progress = false;
  while (!closed_ && !(answer_.empty() && queue_.empty())) {
    error_code error;
    const auto count = stream_->write_some(gather(), error);
    if (error && error != asio::error::would_block) return lose("transport error");
    progress |= count > 0;
    consume(count);
    if (error) {
      wait_writable();
      break;
    }
  }
  if (closing_ && queue_.empty() && !closed_) stream_->shutdown_write();
  if (const auto user = user_.lock(); progress && user) user->on_written(*this);
}

void WebSocketConnection::wait_writable() {
  waiting_writable_ = true;
  stream_->wait_writable([self = shared_from_this()](error_code failure) {
    self->waiting_writable_ = false;
    if (self->closed_) return;
    if (failure) return self->lose("transport error");
    self->flush();
  });
}

}  // namespace taskrunner::net
