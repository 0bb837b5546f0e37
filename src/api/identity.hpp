#pragma once

#include "api/access.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace taskrunner::api {

/// Each may do what those before it may.
enum class Role : std::uint8_t {
  viewer,     ///< look
  operator_,  ///< add, remove, act
  admin,      ///< take whole stores out and in
};

/// What a request needs.
enum class Right : std::uint8_t { look, act, transfer };

/// Who a client is, what it may do, and with which tasks. Made by an Authenticator, immutable from then on.
struct Identity {
  std::string name = {};  ///< `applicant` of what it adds, `by` of what it asks for; empty: nobody in particular
  Role role = Role::admin;
  AccessPtr access = full_access();

  bool may(Right right) const;
  /// What is said where it may not; `what` names the request.
  std::string refusal(Right right, std::string_view what) const;
  /// Throws Error{not_permitted} with it.
  void want(Right right, std::string_view what) const;
};

using IdentityPtr = std::shared_ptr<const Identity>;

/// Of who need not say who they are: an admin who sees everything.
IdentityPtr everybody();

}  // namespace taskrunner::api
