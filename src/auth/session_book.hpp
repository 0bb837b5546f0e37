#pragma once

#include "auth/digest.hpp"
#include "auth/principal.hpp"

#include <cstdint>
#include <functional>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace taskrunner::auth {

/// Sessions of the page: what a browser's cookie stands for. In memory only, bounded: the one that was used longest ago
/// makes room for a new one. One thread.
class SessionBook {
 public:
  static constexpr std::size_t most_sessions = 10'000;
  static constexpr std::int64_t longest_life_ms = 12LL * 3600 * 1000;

  struct Session {
    Principal principal;     ///< expires when the session does
    std::string csrf_token;  ///< what the page shows with a change, and no other site's page can know
    std::string key;         ///< names it, and opens nothing
  };
  struct Opened {
    std::string id;  ///< the cookie's value
    Session session;
  };

  explicit SessionBook(MakeSecret make_secret = random_secret) : make_secret_(std::move(make_secret)) {}

  /// Lives for 12 hours, or as long as the credentials that were shown.
  Opened open(Principal principal, std::int64_t now_ms);
  /// Nothing where there is none of that id (any more).
  std::optional<Session> find(std::string_view id, std::int64_t now_ms);
  void close(std::string_view id);
  void close_if(const std::function<bool(const Session&)>& is_over);
  std::size_t size() const { return by_id_.size(); }

 private:
  using Order = std::list<Session>;  ///< the one used last at the front

  void erase(const std::string& key);

  const MakeSecret make_secret_;
  Order order_;
  std::unordered_map<std::string, Order::iterator> by_id_;  ///< by their keys, the ids' hashes: a look-up's time tells nothing of an id
};

}  // namespace taskrunner::auth
