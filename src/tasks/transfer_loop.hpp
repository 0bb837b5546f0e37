#pragma once

#include "tasks/address_policy.hpp"
#include "tasks/http_answer.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace taskrunner::tasks {

struct TransferRequest {
  std::string url;
  std::uint64_t from = 0;            ///< the first byte asked for
  std::string if_range;              ///< ETag or Last-Modified under which `from` holds; empty: unconditional
  std::int64_t bytes_per_second = 0;  ///< 0: no limit
};

/// How a transfer ended.
struct TransferEnd {
  enum class Kind : std::uint8_t {
    complete,   ///< all that the server announced has arrived
    refused,    ///< the sink said no; it knows why
    failed,     ///< another try may help
    forbidden,  ///< no try helps: a protocol, address or URL that may not be, too many redirects, a login denied
  };
  Kind kind = Kind::complete;
  std::string error;
};

/// Who takes what arrives. Called on the transfer thread, which serves all transfers: return soon.
class TransferSink {
 public:
  virtual ~TransferSink() = default;
  /// Once, before on_body and on_end (of a transfer that got an answer at all). False ends the transfer as refused.
  virtual bool on_head(const AnswerHead& head) = 0;
  virtual bool on_body(std::string_view bytes) = 0;
  /// Last of all.
  virtual void on_end(const TransferEnd& end) = 0;
};

struct TransferOptions {
  std::chrono::seconds connect{30};
  std::chrono::seconds stalled{60};  ///< not a byte for so long: failed
  long redirects = 10;
  std::string ca_file = "";  ///< PEM file of authorities for https; empty: the system's
};

/// Downloads over http, https and ftp (redirects too), all on one thread that libcurl drives. Thread-safe.
/// The thread starts with the first transfer.
class TransferLoop {
 public:
  explicit TransferLoop(AddressPolicy allow, TransferOptions options = {});
  /// Cancels what runs, without a word to its sinks. No transfer may be started any more.
  ~TransferLoop();
  TransferLoop(const TransferLoop&) = delete;
  TransferLoop& operator=(const TransferLoop&) = delete;

  using Id = std::uint64_t;
  /// `sink` must live until on_end or cancel() returned.
  Id start(TransferRequest request, TransferSink& sink);
  /// When it returns, the sink is not called any more. Takes about a millisecond; harmless after the end. Not from a sink.
  void cancel(Id id);
  /// The connection rests: nothing is read from it. Resumed later, it goes on or, where the server lost patience,
  /// fails as a broken connection.
  void pause(Id id);
  void resume(Id id);

 private:
  class Transfer;
  void post(std::function<void()> work);
  void run();
  void run_posted();
  void take_ended();
  void remove(Id id);

  const AddressPolicy allow_;
  const TransferOptions options_;
  void* const multi_;  ///< CURLM
  std::map<Id, std::unique_ptr<Transfer>> transfers_;  ///< only on the thread

  std::mutex mutex_;
  std::vector<std::function<void()>> posted_;
  Id last_id_ = 0;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace taskrunner::tasks
