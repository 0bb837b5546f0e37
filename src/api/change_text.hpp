#pragma once

#include "api/access.hpp"
#include "live/live_query.hpp"
#include "net/socketio_socket.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace taskrunner::api {

/// The array of them, as JSON text.
std::string list_text(std::span<const live::LiveTaskPtr> tasks, const Access& access);

// A `change` is a head that each subscription has for itself, and a tail that is the same for all.

std::string change_head(std::string_view subscription, std::uint64_t seq);
std::string change_tail(const live::ListChange& change, const Access& access);

/// The tails of the batch that is being told, made for its first subscriber and shared by the rest. One loop only.
class ChangeTails {
 public:
  /// Valid until the next call.
  const std::vector<net::SharedTail>& of(const live::ChangeBatch& batch, const AccessPtr& access);

 private:
  std::uint64_t batch_ = 0;
  AccessPtr access_;
  std::vector<net::SharedTail> tails_;
};

}  // namespace taskrunner::api
