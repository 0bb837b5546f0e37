#pragma once

#include <taskrunner/security.hpp>

#include <string>
#include <string_view>

namespace taskrunner::app {

/// `listen` as ADDRESS:PORT: it can be reached from its own machine only.
bool is_loopback_listen(std::string_view listen);

/// Whether a host may be opened so. Throws Error{invalid_argument} that says what is missing, why, and what to do: where
/// options do not fit together, and where an address that others can reach would be open to all or let tokens travel in
/// the clear. Pure.
void check_security(const SecurityOptions& security, const std::string& listen);

}  // namespace taskrunner::app
