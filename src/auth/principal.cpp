#include "auth/principal.hpp"

#include "base/utf8.hpp"

#include <algorithm>
#include <array>

namespace taskrunner::auth {
namespace {

constexpr std::array<std::string_view, 3> roles = {"viewer", "operator", "admin"};
constexpr std::array<std::string_view, refusal_count> refusals = {
    "missing",         "malformed",       "unknown",   "expired", "not_yet_valid", "wrong_issuer", "wrong_audience",
    "wrong_algorithm", "wrong_key",       "no_role",   "wrong_task", "spent",      "too_many"};
constexpr std::size_t longest_name = 100;

}  // namespace

std::string_view to_text(Role role) { return roles.at(static_cast<std::size_t>(role)); }

std::optional<Role> role_from(std::string_view text) {
  const auto* found = std::find(roles.begin(), roles.end(), text);
  if (found == roles.end()) return std::nullopt;
  return static_cast<Role>(found - roles.begin());
}

std::string_view to_text(Refusal refusal) { return refusals.at(static_cast<std::size_t>(refusal)); }

bool is_good_name(std::string_view name) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  return !name.empty() && name.size() <= longest_name && is_utf8(name) && std::none_of(name.begin(), name.end(), is_control);
}

}  // namespace taskrunner::auth
