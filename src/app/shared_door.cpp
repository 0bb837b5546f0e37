#include "app/shared_door.hpp"

#include <taskrunner/error.hpp>

#include "app/security_check.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"

#include <unistd.h>

#include <charconv>
#include <functional>
#include <future>
#include <map>
#include <mutex>

namespace taskrunner::app {
namespace {

struct Address {
  std::string host;
  std::uint16_t port = 0;
};

Address parse_listen(const std::string& listen) {
  const std::size_t colon = listen.rfind(':');
  Address address;
  const char* const end = listen.data() + listen.size();
  const bool has_port = colon != std::string::npos &&
                        std::from_chars(listen.data() + colon + 1, end, address.port).ptr == end && colon + 1 < listen.size();
  if (!has_port)
    throw Error(ErrorCode::invalid_argument, "listen '" + listen + "' is not ADDRESS:PORT, e.g. 127.0.0.1:8080");
  address.host = listen.substr(0, colon);
  if (address.host.starts_with('[') && address.host.ends_with(']'))
    address.host = address.host.substr(1, address.host.size() - 2);
  return address;
}

/// Runs `work` on the loop and waits for it; what it throws is thrown here.
void run_on(Loop& loop, const std::function<void()>& work) {
  std::promise<void> done;
  loop.post([&] {
    try {
      work();
      done.set_value();
    } catch (...) {
      done.set_exception(std::current_exception());
    }
  });
  done.get_future().get();
}

std::shared_ptr<api::CredentialAuthenticator> authenticator_of(boost::asio::io_context& io, const DoorKeys& keys,
                                                               const std::string& public_url) {
  if (!keys.asks_who()) return nullptr;
  api::CredentialRules rules;
  rules.fleet_secret = keys.read_fleet_secret();
  if (!public_url.empty()) rules.own_origins.push_back(public_url);
  rules.is_secure = keys.has_tls() || public_url.starts_with("https:");
  return std::make_shared<api::CredentialAuthenticator>(io, system_clock(), keys.read_bearers(), std::move(rules));
}

std::string machine_name() {
  char name[256] = {};
  return gethostname(name, sizeof name - 1) == 0 ? name : "localhost";
}

/// What is read anew at one time stands or falls for itself.
void try_reload(std::string_view what, const std::function<void()>& reload) {
  try {
    reload();
    log_info("SIGHUP: {} read anew", what);
  } catch (const Error& error) {
    log_error("SIGHUP: {} stay as they were: {}", what, error.what());
  }
}

}  // namespace

std::shared_ptr<SharedDoor> SharedDoor::open(const SharedDoorOptions& options) {
  static std::mutex mutex;
  static std::map<std::string, std::weak_ptr<SharedDoor>> open_doors;
  std::lock_guard lock(mutex);
  check_security(options.security, options.listen);
  const Address address = parse_listen(options.listen);
  const auto name_of = [&](std::uint16_t port) { return address.host + ' ' + std::to_string(port); };
  if (const auto known = open_doors.find(name_of(address.port)); known != open_doors.end())
    if (auto door = known->second.lock()) {
      if (door->keys_.security() == options.security) return door;
      throw Error(ErrorCode::conflict, "another runner of this process listens at " + options.listen + " with other security: want the same");
    }
  auto door = std::make_shared<SharedDoor>(address.host, address.port, options);
  std::erase_if(open_doors, [](const auto& entry) { return entry.second.expired(); });
  open_doors[name_of(door->port())] = door;
  return door;
}

SharedDoor::SharedDoor(const std::string& address, std::uint16_t port, const SharedDoorOptions& options)
    : address_(address),
      keys_(options.security),
      authenticator_(authenticator_of(loop_.context(), keys_, options.public_url)),
      door_(loop_.context(), door_options(port, options)) {
  loop_.start();
  run_on(loop_, [this] {
    door_.start();
    if (authenticator_) authenticator_->name_cookie(door_.local_port());
  });
}

api::DoorOptions SharedDoor::door_options(std::uint16_t port, const SharedDoorOptions& options) const {
  api::DoorOptions out{address_, port, options.allow_origins};
  if (!options.public_url.empty()) out.allow_origins.push_back(options.public_url);  // the host's own, by a proxy's name
  if (authenticator_) out.authenticator = authenticator_;
  out.tls = keys_.tls();
  out.trusted_proxies = net::Networks(options.security.behind_proxy);
  out.proxies_only = !out.trusted_proxies.empty() && !keys_.has_tls();
  return out;
}

SharedDoor::~SharedDoor() {
  run_on(loop_, [this] { door_.stop(); });
  loop_.stop();
}

void SharedDoor::attach(core::TaskService& service, const api::RunnerPlace& place) {
  run_on(loop_, [&] { door_.attach(service, place); });
}

void SharedDoor::detach(core::TaskService& service) {
  run_on(loop_, [&] { door_.detach(service); });
}

void SharedDoor::reload() {
  if (keys_.has_tls()) try_reload("certificate and key", [this] { keys_.tls()->reload(); });
  if (!authenticator_) return;
  try_reload("tokens and keys", [this] {
    auto bearers = keys_.read_bearers();
    run_on(loop_, [&] { authenticator_->replace(std::move(bearers)); });
  });
}

std::string SharedDoor::origin() const {
  const bool is_any = address_ == "0.0.0.0" || address_ == "::";
  const bool is_v6 = address_.find(':') != std::string::npos;
  const std::string name = is_any ? machine_name() : is_v6 ? "[" + address_ + "]" : address_;
  return (keys_.has_tls() ? "https://" : "http://") + name + ":" + std::to_string(port());
}

}  // namespace taskrunner::app
