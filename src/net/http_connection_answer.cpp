// The answering half of HttpConnection.
#include <algorithm>
#include <array>
#include <boost/asio/error.hpp>

#include "net/http_connection.hpp"
#include "net/http_stream_writer.hpp"

namespace taskrunner::net {

namespace asio = boost::asio;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;

namespace {
constexpr int linger_ms = 1000;
}  // namespace

void HttpConnection::on_client_gone(std::uint64_t request_number, std::function<void()> callback) {
  if (state_ != State::answering || request_number != request_number_) return;
  if (input_ended_) return callback();
  client_gone_ = std::move(callback);
}

void HttpConnection::respond(std::uint64_t request_number, HttpResponse response) {
  if (state_ != State::answering || request_number != request_number_) return;
  client_gone_ = nullptr;
  if (server_->draining) keep_alive_ = false;
  if (response.stream) return start_stream(std::move(response));
  state_ = State::writing;
  const auto length = response.shared_body ? response.shared_body->size() : response.body.size();
  write_head(response, false, length);
  if (!head_request_) {
    body_ = std::move(response.body);
    shared_body_ = std::move(response.shared_body);
  }
  set_deadline(server_->options.write_timeout_ms);
  flush();
}

void HttpConnection::write_head(const HttpResponse& response, bool chunked, std::size_t length) {
  output_.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ");
  output_.append(reason_phrase(response.status)).append("\r\n");
  const auto add = [this](std::string_view name, std::string_view value) {
    if (value.find_first_of("\r\n") != std::string_view::npos) return;  // never lets a value end its line
    output_.append(name).append(": ").append(value).append("\r\n");
  };
  for (const auto& [name, value] : response.headers) add(name, value);
  for (const auto& [name, value] : cors_) add(name, value);
  if (chunked)
    add("Transfer-Encoding", "chunked");
  else if (response.status >= 200 && response.status != 204 && response.status != 304 && !response.stream)
    add("Content-Length", std::to_string(length));
  if (!keep_alive_)
    add("Connection", "close");
  else if (!can_take_chunks_)
    add("Connection", "keep-alive");
  output_.append("\r\n");
}

void HttpConnection::start_stream(HttpResponse response) {
  if (!can_take_chunks_) keep_alive_ = false;  // HTTP/1.0: the body ends with the connection
  write_head(response, can_take_chunks_, 0);
  if (head_request_) {
    state_ = State::writing;
    return flush();
  }
  state_ = State::streaming;
  deadline_ = Clock::time_point::max();
  writer_ = std::make_shared<StreamWriter>(server_->io, can_take_chunks_);
  writer_->flush = [weak = weak_from_this()](std::string chunk) {
    const auto self = weak.lock();
    if (!self || self->state_ != State::streaming) return;
    self->output_ += chunk;
    self->set_deadline(self->server_->options.write_timeout_ms);
    self->flush();
  };
  const auto written = output_.size();
  flush();
  if (written == 0 || state_ != State::streaming) return;
  writer_->run(std::move(response.stream), [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->end_stream();
  });
}

void HttpConnection::end_stream() {
  if (state_ != State::streaming) return;
  if (writer_->failed()) return close();  // a body cut short must look cut short
  state_ = State::writing;
  if (can_take_chunks_) output_ += "0\r\n\r\n";
  set_deadline(server_->options.write_timeout_ms);
  flush();
}

void HttpConnection::flush() {
  if (waiting_writable_ || state_ == State::closed) return;
  const std::string_view body = shared_body_ ? std::string_view(*shared_body_) : std::string_view(body_);
  while (written_ < output_.size() + body.size()) {
    const auto head_done = std::min(written_, output_.size());
    const auto body_done = written_ - head_done;
    const std::array<asio::const_buffer, 2> buffers{asio::buffer(output_) + head_done,
                                                    asio::buffer(body.data(), body.size()) + body_done};
    error_code error;
    const auto count = stream_->write_some(buffers, error);
    if (error && error != asio::error::would_block) return close();
    written_ += count;
    if (count > 0 && deadline_ != Clock::time_point::max()) set_deadline(server_->options.write_timeout_ms);
    if (!error) continue;
    waiting_writable_ = true;
    stream_->wait_writable([self = shared_from_this()](error_code failure) {
      self->waiting_writable_ = false;
      if (self->state_ == State::closed) return;
      if (failure) return self->close();
      self->flush();
    });
    return;
  }
  on_written();
}

void HttpConnection::on_written() {
  output_.clear();
  body_.clear();
  shared_body_.reset();
  written_ = 0;
  if (state_ == State::streaming) {
    deadline_ = Clock::time_point::max();
    return writer_->on_drained();
  }
  if (state_ != State::writing) return;
  writer_.reset();
  if (input_ended_) return close();
  if (!keep_alive_) return linger();
  state_ = State::reading;
  output_.shrink_to_fit();
  set_deadline(input_.empty() ? server_->options.idle_timeout_ms : server_->options.header_timeout_ms);
  process_input();
  wait_readable();
}

/// Lets the client read the answer: closing with bytes unread would reset the connection.
void HttpConnection::linger() {
  state_ = State::lingering;
  input_.clear();
  stream_->shutdown_write();
  set_deadline(linger_ms);
  wait_readable();
}

}  // namespace taskrunner::net
