#pragma once

#include "api/door.hpp"
#include "base/loop.hpp"

#include <memory>
#include <string>
#include <vector>

namespace taskrunner::app {

/// A door with its own loop, one an address in this process: runners with the same `listen` share it.
class SharedDoor {
 public:
  /// The open door of that ADDRESS:PORT, or a new one. Throws Error where the address is malformed or taken.
  static std::shared_ptr<SharedDoor> open(const std::string& listen, const std::vector<std::string>& allow_origins);

  SharedDoor(const std::string& address, std::uint16_t port, const std::vector<std::string>& allow_origins);
  ~SharedDoor();

  /// Clients of that namespace see this runner's tasks, until detach().
  void attach(core::TaskService& service, const api::RunnerPlace& place);
  void detach(core::TaskService& service);
  /// The address that it listens at.
  const std::string& address() const { return address_; }
  std::uint16_t port() const { return door_.local_port(); }
  /// http:// and the address that it listens at.
  std::string origin() const;

 private:
  const std::string address_;
  Loop loop_{"door"};
  api::Door door_;
};

}  // namespace taskrunner::app
