#pragma once

#include "auth/digest.hpp"
#include "auth/principal.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

namespace taskrunner::auth {

/// The right of somebody to one task's namespace at one host, for a short while.
struct Ticket {
  std::string task;      ///< its id
  std::string audience;  ///< where it is used: the task's URL at its host
  Principal holder;      ///< without its credential; `expires_at_ms` is the holder's, not the ticket's
  std::int64_t expires_at_ms = 0;
  std::string nonce;     ///< no two tickets have one
};

/// Signs tickets and reads them, by a secret that the hosts of a fleet share (HMAC-SHA256). Immutable, pure.
class TicketSigner {
 public:
  static constexpr std::size_t longest_ticket = 8 * 1024;

  explicit TicketSigner(std::string secret) : secret_(std::move(secret)) {}

  std::string sign(const Ticket& ticket) const;
  /// Nothing where it is not one that this secret signed.
  std::optional<Ticket> read(std::string_view text) const;

 private:
  std::string signature_of(std::string_view claims) const;

  const std::string secret_;
};

/// Takes tickets at one host, each once. Remembers those that were taken until they expire; where it would have to
/// remember too many, it takes none. One thread.
class TicketTaker {
 public:
  using IsHere = std::function<bool(std::string_view audience)>;
  static constexpr std::int64_t life_ms = 30'000;

  explicit TicketTaker(TicketSigner signer, std::size_t most_remembered = 100'000)
      : signer_(std::move(signer)), most_remembered_(most_remembered) {}

  /// For that task, where `is_here` says yes to its audience.
  Verdict take(std::string_view text, std::string_view task, const IsHere& is_here, std::int64_t now_ms);

 private:
  void forget_expired(std::int64_t now_ms);

  const TicketSigner signer_;
  const std::size_t most_remembered_;
  std::int64_t latest_ms_ = 0;  ///< a clock that goes back makes no ticket new
  std::unordered_set<std::string> spent_;
  std::multimap<std::int64_t, std::string> expiries_;
};

}  // namespace taskrunner::auth
