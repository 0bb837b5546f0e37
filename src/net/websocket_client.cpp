#include "net/websocket_client.hpp"

#include <taskrunner/error.hpp>

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/url/parse.hpp>

#include <chrono>
#include <deque>

namespace taskrunner::net {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;
using asio::ip::tcp;
using boost::system::error_code;
using TlsStream = beast::ssl_stream<beast::tcp_stream>;

constexpr auto open_timeout = std::chrono::seconds(10);
/// The server pings each 25 s.
constexpr auto silence_timeout = std::chrono::seconds(60);
/// A task may be as large as its store takes.
constexpr std::size_t max_message_bytes = 64UL * 1024 * 1024;

struct ServerPlace {
  bool is_tls = false;
  std::string host, port, authority;
};

ServerPlace place_of(const std::string& origin) {
  const auto url = boost::urls::parse_absolute_uri(origin);
  if (!url.has_value() || url->encoded_host().empty()) throw Error(ErrorCode::invalid_argument, "'" + origin + "' is no origin");
  ServerPlace place;
  place.is_tls = url->scheme() == "https";
  place.host = url->host_address();
  place.port = url->has_port() ? std::string(url->port()) : place.is_tls ? "443" : "80";
  place.authority = std::string(url->encoded_host_and_port());
  return place;
}

template <typename Stream>
class Client final : public WebSocketClient, public std::enable_shared_from_this<Client<Stream>> {
 public:
  explicit Client(Stream stream) : socket_(std::move(stream)) {
    socket_.read_message_max(max_message_bytes);
    socket_.set_option(websocket::stream_base::timeout{open_timeout, silence_timeout, false});
    socket_.text(true);
  }

  websocket::stream<Stream>& socket() { return socket_; }

  asio::awaitable<std::string> read() override {
    const auto self = this->shared_from_this();
    error_code error;
    auto token = asio::redirect_error(asio::use_awaitable, error);
    co_await socket_.async_read(buffer_, std::move(token));
    if (error) throw Error(ErrorCode::unavailable, error.message());
    std::string text = beast::buffers_to_string(buffer_.data());
    buffer_.consume(buffer_.size());
    co_return text;
  }

  void send(std::string text) override {
    queued_bytes_ += text.size();
    queue_.push_back(std::move(text));
    if (queue_.size() == 1) write();
  }
  std::size_t queued_bytes() const override { return queued_bytes_; }
  void close() override { beast::get_lowest_layer(socket_).close(); }

 private:
  void write() {
    socket_.async_write(asio::buffer(queue_.front()), [self = this->shared_from_this()](error_code error, std::size_t) {
      if (error) return self->close();
      self->queued_bytes_ -= self->queue_.front().size();
      self->queue_.pop_front();
      if (!self->queue_.empty()) self->write();
    });
  }

  websocket::stream<Stream> socket_;
  beast::flat_buffer buffer_;
  std::deque<std::string> queue_;
  std::size_t queued_bytes_ = 0;
};

asio::awaitable<beast::tcp_stream> connect(ServerPlace place) {
  const auto executor = co_await asio::this_coro::executor;
  tcp::resolver resolver(executor);
  const auto found = co_await resolver.async_resolve(place.host, place.port, asio::use_awaitable);
  beast::tcp_stream stream(executor);
  stream.expires_after(open_timeout);
  co_await stream.async_connect(found, asio::use_awaitable);
  stream.expires_never();
  error_code ignored;
  stream.socket().set_option(tcp::no_delay(true), ignored);
  co_return stream;
}

asio::awaitable<TlsStream> connect_tls(ServerPlace place) {
  asio::ssl::context context(asio::ssl::context::tls_client);
  context.set_default_verify_paths();
  context.set_verify_mode(asio::ssl::verify_peer);
  auto plain = co_await connect(place);
  TlsStream stream(std::move(plain), context);
  SSL_set_tlsext_host_name(stream.native_handle(), place.host.c_str());
  stream.set_verify_callback(asio::ssl::host_name_verification(place.host));
  beast::get_lowest_layer(stream).expires_after(open_timeout);
  co_await stream.async_handshake(asio::ssl::stream_base::client, asio::use_awaitable);
  beast::get_lowest_layer(stream).expires_never();
  co_return stream;
}

template <typename Stream>
asio::awaitable<std::shared_ptr<WebSocketClient>> upgrade(Stream stream, std::string authority, std::string target) {
  const auto client = std::make_shared<Client<Stream>>(std::move(stream));
  co_await client->socket().async_handshake(authority, target, asio::use_awaitable);
  co_return client;
}

}  // namespace

asio::awaitable<std::shared_ptr<WebSocketClient>> open_websocket(std::string origin, std::string target) {
  const ServerPlace place = place_of(origin);
  try {
    if (place.is_tls) {
      TlsStream stream = co_await connect_tls(place);
      co_return co_await upgrade(std::move(stream), place.authority, target);
    }
    beast::tcp_stream stream = co_await connect(place);
    co_return co_await upgrade(std::move(stream), place.authority, target);
  } catch (const boost::system::system_error& error) {
    throw Error(ErrorCode::unavailable, "cannot reach " + origin + ": " + error.code().message());
  }
}

}  // namespace taskrunner::net
