#include "api/identity.hpp"

#include <taskrunner/error.hpp>

#include <fmt/format.h>

namespace taskrunner::api {
namespace {

Role least_role(Right right) {
  switch (right) {
    case Right::look: return Role::viewer;
    case Right::act: return Role::operator_;
    case Right::transfer: return Role::admin;
  }
  return Role::admin;
}

}  // namespace

bool Identity::may(Right right) const { return role >= least_role(right); }

std::string Identity::refusal(Right right, std::string_view what) const {
  return fmt::format("'{}' takes the role {}: you have {}", what, to_text(least_role(right)), to_text(role));
}

void Identity::want(Right right, std::string_view what) const {
  if (!may(right)) throw Error(ErrorCode::not_permitted, refusal(right, what));
}

IdentityPtr identity_of(Proof proof) {
  const auth::Principal& principal = proof.principal;
  Identity identity{principal.name, principal.role};
  if (principal.topics) identity.access = std::make_shared<const Access>(AccessRule{{}, principal.topics});
  identity.proof = std::make_shared<const Proof>(std::move(proof));
  return std::make_shared<const Identity>(std::move(identity));
}

IdentityPtr everybody() {
  static const auto identity = std::make_shared<const Identity>();
  return identity;
}

}  // namespace taskrunner::api
