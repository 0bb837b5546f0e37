#pragma once

#include "api/access.hpp"
#include "auth/principal.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace taskrunner::api {

using auth::Role;

/// What a request needs: a viewer may look, an operator also add, remove and act, an admin also take whole stores out and
/// in.
enum class Right : std::uint8_t { look, act, transfer };

/// By what it is known who somebody is.
struct Proof {
  auth::Principal principal;  ///< as the credentials said
  std::string session = {};   ///< of the page, by its key; empty: none
};

/// Who a client is, what it may do, and with which tasks. Made by an Authenticator, immutable from then on.
struct Identity {
  std::string name = {};  ///< `applicant` of what it adds, `by` of what it asks for; empty: nobody in particular
  Role role = Role::admin;
  AccessPtr access = full_access();
  std::shared_ptr<const Proof> proof = nullptr;  ///< null: none was asked for

  bool may(Right right) const;
  /// What is said where it may not; `what` names the request.
  std::string refusal(Right right, std::string_view what) const;
  /// Throws Error{not_permitted} with it.
  void want(Right right, std::string_view what) const;
};

using IdentityPtr = std::shared_ptr<const Identity>;

/// Of who proved who they are.
IdentityPtr identity_of(Proof proof);

/// Of who need not say who they are: an admin who sees everything.
IdentityPtr everybody();

}  // namespace taskrunner::api
