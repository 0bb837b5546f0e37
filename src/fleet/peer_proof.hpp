#pragma once

#include <taskrunner/object_id.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace taskrunner::fleet {

/// What a watched host says of itself over a watch connection, first thing and whenever it changes.
struct Hello {
  ObjectId session;
  std::string address;  ///< "IP:PORT" of its own end of this connection
};

/// What a watcher may conclude about one session of another host, from connections to that host's watch address
/// (docs/states.md, "Proof of death"). Pure: events in, the next step out.
///
/// A death is proven only where this watcher held a connection on which the host had named this session and the very
/// address that was dialled (so neither proxy nor translation stands between), that connection broke without a goodbye,
/// and then three attempts were refused within 300 ms, or another session answered at that address. A time-out proves
/// nothing.
class PeerProof {
 public:
  enum class Step : std::uint8_t {
    wait,     ///< the connection stands: its next event decides
    dial,     ///< connect (anew) after `after_ms`
    dead,     ///< proven
    give_up,  ///< nothing can be proven over this address, or nothing is left to be proven
  };
  struct Next {
    Step step = Step::wait;
    std::int64_t after_ms = 0;
    friend bool operator==(const Next&, const Next&) = default;
  };

  /// `address` is what is dialled.
  PeerProof(const ObjectId& session, std::string address) : session_(session), address_(std::move(address)) {}

  Next on_hello(const Hello& hello);
  /// The host ends its session itself.
  Next on_goodbye();
  /// The connection ended without a goodbye.
  Next on_broken();
  /// Nobody listens there; the machine said so.
  Next on_refused(std::int64_t boot_ms);
  /// Time-out, no route, nonsense instead of a hello.
  Next on_no_answer();

  const ObjectId& session() const { return session_; }
  const std::string& address() const { return address_; }

 private:
  const ObjectId session_;
  const std::string address_;
  bool is_identified_ = false;
  std::array<std::int64_t, 3> refused_boot_ms_{};  ///< the newest last
  std::size_t refusals_ = 0;
};

}  // namespace taskrunner::fleet
