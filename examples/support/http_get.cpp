#include "support/http_get.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/concurrent_channel.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include <curl/curl.h>

#include <atomic>
#include <memory>
#include <stdexcept>
#include <thread>
#include <utility>

namespace asio = boost::asio;
using Pieces = asio::experimental::concurrent_channel<void(boost::system::error_code, std::string)>;

/// What the coroutine and the transfer's thread share. A piece that is empty ends the body.
struct HttpBody::State {
  State(asio::any_io_executor executor, std::string asked_url, std::uint64_t asked_from)
      : pieces(executor, 8), url(std::move(asked_url)), from(asked_from) {}

  Pieces pieces;
  const std::string url;
  const std::uint64_t from;
  std::atomic<std::int64_t> total{0};
  std::string error;             ///< set before the last piece
  std::optional<std::string> first;
  std::thread thread;
};

namespace {

/// Waits while the coroutine is behind. False when it has gone.
bool pass_on(HttpBody::State& state, std::string piece) {
  try {
    state.pieces.async_send({}, std::move(piece), asio::use_future).get();
    return true;
  } catch (const boost::system::system_error&) {
    return false;
  }
}

struct Transfer {
  HttpBody::State& state;
  CURL* easy;

  static std::size_t take(char* data, std::size_t size, std::size_t count, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    curl_off_t length = 0;
    curl_easy_getinfo(transfer.easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    transfer.state.total = static_cast<std::int64_t>(transfer.state.from) + length;
    return pass_on(transfer.state, std::string(data, size * count)) ? size * count : 0;
  }
};

void transfer(HttpBody::State& state) {
  CURL* easy = curl_easy_init();
  Transfer own{state, easy};
  curl_easy_setopt(easy, CURLOPT_URL, state.url.c_str());
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_FAILONERROR, 1L);
  curl_easy_setopt(easy, CURLOPT_RESUME_FROM_LARGE, static_cast<curl_off_t>(state.from));
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, Transfer::take);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &own);
  const CURLcode result = curl_easy_perform(easy);
  if (result != CURLE_OK) state.error = curl_easy_strerror(result);
  curl_easy_cleanup(easy);
  pass_on(state, "");
}

asio::awaitable<std::optional<std::string>> next_piece(HttpBody::State& state) {
  auto piece = co_await state.pieces.async_receive(asio::use_awaitable);
  if (!piece.empty()) co_return piece;
  if (!state.error.empty()) throw std::runtime_error(state.url + ": " + state.error);
  co_return std::nullopt;
}

}  // namespace

HttpBody::HttpBody(std::shared_ptr<State> state) : state_(std::move(state)) {}
HttpBody::HttpBody(HttpBody&&) noexcept = default;

HttpBody::~HttpBody() {
  if (!state_) return;
  state_->pieces.close();
  state_->thread.join();
}

std::int64_t HttpBody::total() const { return state_->total; }

asio::awaitable<std::optional<std::string>> HttpBody::read() {
  if (state_->first) co_return std::exchange(state_->first, std::nullopt);
  co_return co_await next_piece(*state_);
}

asio::awaitable<HttpBody> http_get(std::string url, std::uint64_t from) {
  const auto executor = co_await asio::this_coro::executor;
  const auto state = std::make_shared<HttpBody::State>(executor, std::move(url), from);
  HttpBody body(state);
  state->thread = std::thread([state] { transfer(*state); });
  state->first = co_await next_piece(*state);
  co_return std::move(body);
}
