#include "app/shared_door.hpp"

#include <taskrunner/error.hpp>

#include <charconv>
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

}  // namespace

std::shared_ptr<SharedDoor> SharedDoor::open(const std::string& listen, const std::vector<std::string>& allow_origins) {
  static std::mutex mutex;
  static std::map<std::string, std::weak_ptr<SharedDoor>> open_doors;
  std::lock_guard lock(mutex);
  const Address address = parse_listen(listen);
  const auto name_of = [&](std::uint16_t port) { return address.host + ' ' + std::to_string(port); };
  if (const auto known = open_doors.find(name_of(address.port)); known != open_doors.end())
    if (auto door = known->second.lock()) return door;
  auto door = std::make_shared<SharedDoor>(address.host, address.port, allow_origins);
  std::erase_if(open_doors, [](const auto& entry) { return entry.second.expired(); });
  open_doors[name_of(door->port())] = door;
  return door;
}

SharedDoor::SharedDoor(const std::string& address, std::uint16_t port, const std::vector<std::string>& allow_origins)
    : address_(address), door_(loop_.context(), api::DoorOptions{address, port, allow_origins}) {
  loop_.start();
  run_on(loop_, [this] { door_.start(); });
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

std::string SharedDoor::origin() const {
  const bool is_v6 = address_.find(':') != std::string::npos;
  return "http://" + (is_v6 ? "[" + address_ + "]" : address_) + ":" + std::to_string(port());
}

}  // namespace taskrunner::app
