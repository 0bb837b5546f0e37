#pragma once

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "net/http_parser.hpp"
#include "net/http_server_impl.hpp"

namespace taskrunner::net {

/// What a responder reaches.
class HttpResponder::Target {
 public:
  virtual ~Target() = default;
  virtual void respond(std::uint64_t request_number, HttpResponse response) = 0;
  virtual void on_client_gone(std::uint64_t request_number, std::function<void()> callback) = 0;
};

/// One HTTP connection: reads a request, has it answered, writes the answer, and again.
/// Kept alive by its pending waits; close() ends them. Loop thread only.
class HttpConnection final : public HttpResponder::Target, public std::enable_shared_from_this<HttpConnection> {
 public:
  HttpConnection(std::shared_ptr<HttpServer::Impl> server, std::unique_ptr<ByteStream> stream,
                 boost::asio::ip::address peer, std::shared_ptr<void> slot);
  ~HttpConnection() override;

  void start();
  void close();
  /// Closes now if between requests, else after the answer.
  void drain();

  void respond(std::uint64_t request_number, HttpResponse response) override;
  void on_client_gone(std::uint64_t request_number, std::function<void()> callback) override;

 private:
  enum class State { reading, answering, writing, streaming, lingering, closed };
  class StreamWriter;

  void wait_readable();
  void on_readable();
  void on_input_end();
  void process_input();
  /// True if the connection was given away or the request answered: no more reading now.
  bool on_head();
  bool check_client();
  bool check_origin(const HttpServer::Impl::Route& route);
  void give_away(const HttpServer::UpgradeHandler& handler);
  void dispatch();
  void fail_request(unsigned status, const std::string& text);
  void refuse(HttpResponse response);

  void write_head(const HttpResponse& response, bool chunked, std::size_t length);
  void start_stream(HttpResponse response);
  void end_stream();
  void flush();
  void on_written();
  void linger();
  void set_deadline(int after_ms);
  void wait_deadline();
  void on_deadline();

  std::shared_ptr<HttpServer::Impl> server_;
  std::unique_ptr<ByteStream> stream_;
  boost::asio::ip::address peer_;
  boost::asio::ip::address client_;  ///< the peer, or whom a trusted proxy speaks for
  std::shared_ptr<void> slot_;
  std::shared_ptr<void> client_slot_;
  HttpParser parser_;
  State state_ = State::reading;
  std::string input_;  ///< read and not yet consumed
  std::string output_;
  std::string body_;
  std::shared_ptr<const std::string> shared_body_;
  std::size_t written_ = 0;  ///< of output_ + body
  std::uint64_t request_number_ = 0;
  std::function<void()> client_gone_;
  HttpFields cors_;
  std::shared_ptr<void> held_;  ///< of the route, while a body comes
  const HttpServer::Impl::Route* route_ = nullptr;
  bool head_request_ = false;
  bool can_take_chunks_ = true;
  bool keep_alive_ = true;
  bool input_ended_ = false;
  bool reading_ = false;
  bool waiting_writable_ = false;
  bool processing_ = false;
  std::shared_ptr<StreamWriter> writer_;
  boost::asio::steady_timer deadline_timer_;
  std::chrono::steady_clock::time_point deadline_{};
  bool timer_waits_ = false;
};

}  // namespace taskrunner::net
