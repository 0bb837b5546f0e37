#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace taskrunner::net {

/// Counts connections in all and by address, and how many a second begin. A slot is held by whoever owns the
/// connection. Outlives its slots by sharing; any thread.
class ConnectionLimits : public std::enable_shared_from_this<ConnectionLimits> {
 public:
  using Time = std::chrono::steady_clock::time_point;
  struct Limits {
    std::size_t in_all = 20'000;
    std::size_t per_address = 256;
    std::size_t per_second = 20'000;
  };
  enum class Refusal { none, in_all, per_address, per_second };
  struct Taken {
    std::shared_ptr<void> slot;  ///< frees itself; null where a limit is reached
    Refusal refusal = Refusal::none;
  };

  explicit ConnectionLimits(Limits limits) : limits_(limits), tokens_(static_cast<double>(limits.per_second)) {}

  /// For a connection that begins now. An exempt address (loopback, a trusted proxy) has no limit of its own.
  Taken take(const std::string& address, bool exempt, Time now);
  /// Another client behind a proxy's connection: beside the slot in all that the connection has.
  Taken take_for_client(const std::string& address);
  std::size_t count() const;

 private:
  bool may_begin(Time now);
  bool may_have(const std::string& address);
  void give_back(const std::string& address, bool in_all);

  const Limits limits_;
  mutable std::mutex mutex_;
  std::size_t count_ = 0;
  double tokens_;  ///< connections that may begin at once
  Time filled_{};
  std::unordered_map<std::string, std::size_t> by_address_;
};

}  // namespace taskrunner::net
