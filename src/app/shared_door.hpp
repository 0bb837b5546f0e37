#pragma once

#include <taskrunner/security.hpp>

#include "api/credential_authenticator.hpp"
#include "api/door.hpp"
#include "app/door_keys.hpp"
#include "base/loop.hpp"

#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace taskrunner::app {

struct SharedDoorOptions {
  std::string listen;  ///< ADDRESS:PORT
  std::vector<std::string> allow_origins = {};
  std::string public_url = {};  ///< empty: as it listens
  SecurityOptions security = {};
};

/// A door with its own loop, one an address in this process: runners with the same `listen` share it.
class SharedDoor {
 public:
  /// The open door of that address, or a new one. Throws Error where the address is malformed or taken, where the options
  /// would leave it open to all (check_security()), or where a door is open there with other security.
  static std::shared_ptr<SharedDoor> open(const SharedDoorOptions& options);

  SharedDoor(const std::string& address, std::uint16_t port, const SharedDoorOptions& options);
  ~SharedDoor();

  /// Clients of that namespace see this runner's tasks, until detach().
  void attach(core::TaskService& service, const api::RunnerPlace& place);
  void detach(core::TaskService& service);
  /// Reads certificate, tokens and keys anew. What cannot be read stays as it was, and the log says so.
  void reload();
  /// The address that it listens at.
  const std::string& address() const { return address_; }
  std::uint16_t port() const { return door_.local_port(); }
  /// http(s):// and the address that it listens at; where that is any, this machine's name.
  std::string origin() const;

 private:
  api::DoorOptions door_options(std::uint16_t port, const SharedDoorOptions& options) const;

  const std::string address_;
  const DoorKeys keys_;
  Loop loop_{"door"};
  const std::shared_ptr<api::CredentialAuthenticator> authenticator_;  ///< null: nobody is asked who they are
  api::Door door_;
};

}  // namespace taskrunner::app
