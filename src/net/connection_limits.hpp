#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <unordered_map>

namespace taskrunner::net {

/// Counts connections in all and by address. A slot is held by whoever owns the connection.
/// Outlives its slots by sharing; loop thread only.
class ConnectionLimits : public std::enable_shared_from_this<ConnectionLimits> {
 public:
  ConnectionLimits(std::size_t in_all, std::size_t per_address) : in_all_(in_all), per_address_(per_address) {}

  /// A slot that frees itself, or null where a limit is reached. Loopback has no limit by address.
  std::shared_ptr<void> take(const std::string& address, bool loopback);
  std::size_t count() const { return count_; }

 private:
  void give_back(const std::string& address);

  std::size_t in_all_;
  std::size_t per_address_;
  std::size_t count_ = 0;
  std::unordered_map<std::string, std::size_t> by_address_;
};

}  // namespace taskrunner::net
