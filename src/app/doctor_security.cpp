#include "app/doctor_security.hpp"

#include <taskrunner/error.hpp>

#include "app/door_keys.hpp"
#include "app/security_check.hpp"
#include "auth/secret_file.hpp"
#include "base/clock.hpp"
#include "base/time_text.hpp"
#include "store/open_store.hpp"

#include <fmt/format.h>

#include <functional>

namespace taskrunner::app {
namespace {

constexpr std::int64_t day_ms = 86'400'000;
constexpr std::int64_t soon_days = 14;

/// A finding, or where the look throws, what it throws.
void look(Findings& out, const std::string& remedy, const std::function<store::StoreFinding()>& looked) {
  try {
    out.push_back(looked());
  } catch (const Error& error) {
    out.push_back({false, error.what(), remedy});
  }
}

void look_at_mode(const std::string& path, Findings& out) {
  look(out, "make it, or name another", [&]() -> store::StoreFinding {
    if (auth::is_private_file(path)) return {true, path + " is its owner's alone", ""};
    return {false, "others than its owner can read " + path, "chmod 600 " + path};
  });
}

void look_at_tokens(const std::string& path, Findings& out) {
  look(out, "task-runner token create --role admin --file " + path, [&]() -> store::StoreFinding {
    const std::size_t count = auth::read_token_file(path).size();
    return {count > 0, fmt::format("{} has {} tokens", path, count),
            count > 0 ? "" : "task-runner token create --role admin --file " + path};
  });
  look_at_mode(path, out);
}

void look_at_jwt(const SecurityOptions& security, Findings& out) {
  const JwtOptions& jwt = security.jwt;
  look(out, "give the issuer's key by --jwt-key-file", [&]() -> store::StoreFinding {
    SecurityOptions without_tls = security;
    without_tls.tls_cert.clear();
    DoorKeys(without_tls).read_bearers();
    return {true, fmt::format("{} checks {} tokens of {} for {}", jwt.key_file, jwt.algorithm, jwt.issuer, jwt.audience), ""};
  });
  if (jwt.algorithm == "HS256") look_at_mode(jwt.key_file, out);
}

store::StoreFinding certificate_finding(const std::string& path) {
  const std::int64_t end_ms = net::certificate_end_ms(path);
  const std::int64_t left_ms = end_ms - system_clock().wall_ms();
  if (left_ms <= 0) return {false, path + " has expired: " + iso_time(end_ms), "put a new certificate there and send the host SIGHUP"};
  const std::string about = fmt::format("{} is good for {} days, until {}", path, left_ms / day_ms, iso_time(end_ms));
  if (left_ms >= soon_days * day_ms) return {true, about, ""};
  return {false, about, "put a new certificate there before that and send the host SIGHUP"};
}

void look_at_tls(const SecurityOptions& security, Findings& out) {
  look(out, "give --tls-cert and --tls-key files in PEM that belong together", [&]() -> store::StoreFinding {
    const net::TlsContext loaded({security.tls_cert, security.tls_key, security.tls_client_ca});
    return {true, security.tls_cert + " and " + security.tls_key + " belong together", ""};
  });
  look(out, "give --tls-cert a certificate in PEM", [&] { return certificate_finding(security.tls_cert); });
  look_at_mode(security.tls_key, out);
}

void look_at_fleet_secret(const TaskRunnerOptions& options, Findings& out) {
  const std::string& path = options.security.fleet_secret_file;
  if (path.empty()) {
    if (options.security.authentication != Authentication::none && store::is_shared(options.store))
      out.push_back({false, "clients cannot follow tasks that other hosts of the store run",
                     "give all hosts the same --fleet-secret-file; `openssl rand -base64 32` makes one"});
    return;
  }
  look(out, "`openssl rand -base64 32` makes one", [&]() -> store::StoreFinding {
    auth::read_shared_secret(path);
    return {true, path + " holds the fleet's secret", ""};
  });
  look_at_mode(path, out);
}

}  // namespace

void look_at_security(const TaskRunnerOptions& options, Findings& out) {
  const SecurityOptions& security = options.security;
  look(out, "see `task-runner serve --help`", [&]() -> store::StoreFinding {
    check_security(security, options.listen);
    const bool is_open = security.authentication == Authentication::none;
    return {true, options.listen + (is_open ? " is open to everybody on this machine, and to nobody else" : " asks who is there"), ""};
  });
  if (!security.token_file.empty()) look_at_tokens(security.token_file, out);
  if (security.authentication == Authentication::jwt) look_at_jwt(security, out);
  if (!security.tls_cert.empty()) look_at_tls(security, out);
  look_at_fleet_secret(options, out);
}

}  // namespace taskrunner::app
