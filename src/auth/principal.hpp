#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace taskrunner::auth {

/// Each may do what the one before it may, and more.
enum class Role {
  viewer,     ///< looks
  operator_,  ///< adds tasks and acts on them
  admin,      ///< also export and import
};

std::string_view to_text(Role role);
std::optional<Role> role_from(std::string_view text);

/// Who somebody is, once their credentials were found good.
struct Principal {
  std::string name;
  Role role = Role::viewer;
  std::optional<std::vector<std::string>> topics = std::nullopt;  ///< only tasks of these; absent: of all
  std::optional<std::int64_t> expires_at_ms = std::nullopt;       ///< wall clock; absent: never
  std::string credential = {};  ///< names the stored token that was shown, so that its end is noticed; else empty

  bool has_expired(std::int64_t now_ms) const { return expires_at_ms && *expires_at_ms <= now_ms; }
  /// The same person with the same rights, whatever shows it and for how long.
  bool is_same_as(const Principal& other) const {
    return name == other.name && role == other.role && topics == other.topics;
  }
  friend bool operator==(const Principal&, const Principal&) = default;
};

/// 1 to 100 characters of UTF-8, none of them a control character: it stands in logs and documents.
bool is_good_name(std::string_view name);

/// Why credentials are no good. Counted and logged; whoever showed them is not told which it was.
enum class Refusal {
  missing,         ///< none were shown
  malformed,       ///< not of the form that is wanted here
  unknown,         ///< no such token or session
  expired,
  not_yet_valid,
  wrong_issuer,
  wrong_audience,
  wrong_algorithm,
  wrong_key,       ///< another key id, or a signature that the key did not make
  no_role,
  wrong_task,      ///< a ticket for another task
  spent,           ///< a ticket that was used already
  too_many,        ///< this address failed too often lately
};

inline constexpr std::size_t refusal_count = static_cast<std::size_t>(Refusal::too_many) + 1;

std::string_view to_text(Refusal refusal);

using Verdict = std::variant<Principal, Refusal>;

}  // namespace taskrunner::auth
