#pragma once

#include <taskrunner/error.hpp>

#include "support/forwarding_store.hpp"

#include <atomic>
#include <functional>
#include <memory>

namespace taskrunner::engine {

/// A store that can be away: then every verb throws Error{unavailable}. And that does something between a claim and
/// its answer.
class AwayStore final : public test::ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;

  std::atomic<bool> away{false};
  /// Set before anything claims.
  std::function<void(const ClaimResult&)> after_claim = [](const ClaimResult&) {};

  ClaimResult claim(const ClaimRequest& request) override {
    ClaimResult result = ForwardingStore::claim(request);
    after_claim(result);
    return result;
  }

 private:
  Store& here() override {
    if (away) throw Error(ErrorCode::unavailable, "the store is away");
    return ForwardingStore::here();
  }
};

}  // namespace taskrunner::engine
