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

std::string_view word_of(Role role) {
  switch (role) {
    case Role::viewer: return "viewer";
    case Role::operator_: return "operator";
    case Role::admin: return "admin";
  }
  return "";
}

}  // namespace

bool Identity::may(Right right) const { return role >= least_role(right); }

std::string Identity::refusal(Right right, std::string_view what) const {
  return fmt::format("'{}' takes the role {}: you have {}", what, word_of(least_role(right)), word_of(role));
}

void Identity::want(Right right, std::string_view what) const {
  if (!may(right)) throw Error(ErrorCode::not_permitted, refusal(right, what));
}

IdentityPtr everybody() {
  static const auto identity = std::make_shared<const Identity>();
  return identity;
}

}  // namespace taskrunner::api
