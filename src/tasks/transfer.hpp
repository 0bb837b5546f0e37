#pragma once

#include "tasks/transfer_loop.hpp"

#include <curl/curl.h>

#include <optional>

namespace taskrunner::tasks {

/// One transfer and its easy handle. Only on the transfer thread.
class TransferLoop::Transfer {
 public:
  Transfer(TransferRequest request, TransferSink& sink, const AddressPolicy& allow, const TransferOptions& options);
  ~Transfer();
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  CURL* handle() const { return easy_; }
  void pause() { paused_ = true; }
  void resume();
  /// Tells the sink how it ended.
  void end(CURLcode result);

 private:
  static std::size_t take_header(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t take_body(char* data, std::size_t size, std::size_t count, void* self);
  static curl_socket_t open_socket(void* self, curlsocktype purpose, curl_sockaddr* address);
  void set_target();
  void set_options(const TransferOptions& options);
  void set_callbacks();
  /// False where the sink refused.
  bool tell_head();
  void complete_head();
  TransferEnd end_of(CURLcode result) const;

  const TransferRequest request_;
  TransferSink& sink_;
  const AddressPolicy& allow_;
  CURL* const easy_;
  curl_slist* headers_ = nullptr;
  AnswerHead head_;
  bool head_told_ = false;
  bool refused_ = false;
  bool paused_ = false;
  std::optional<IpAddress> refused_address_;
  char error_[CURL_ERROR_SIZE] = {};
};

}  // namespace taskrunner::tasks
