#include "app/door_keys.hpp"

#include <taskrunner/error.hpp>

#include "auth/secret_file.hpp"
#include "base/log.hpp"

namespace taskrunner::app {
namespace {

std::shared_ptr<net::TlsContext> tls_of(const SecurityOptions& security) {
  if (security.tls_cert.empty()) return nullptr;
  return std::make_shared<net::TlsContext>(net::TlsOptions{security.tls_cert, security.tls_key, security.tls_client_ca});
}

void warn_if_open(const std::string& path) {
  if (!auth::is_private_file(path)) log_warning("others than its owner can read {}: chmod 600 it", path);
}

auth::JwtVerifier verifier_of(const JwtOptions& jwt) {
  const auto algorithm = auth::jwt_algorithm_from(jwt.algorithm);
  if (!algorithm) throw Error(ErrorCode::invalid_argument, "'" + jwt.algorithm + "' is no algorithm: want HS256, RS256 or ES256");
  const std::string key = auth::read_secret_file(jwt.key_file);
  if (*algorithm == auth::JwtAlgorithm::hs256) warn_if_open(jwt.key_file);
  try {
    return {{jwt.issuer, jwt.audience, jwt.key_id}, auth::JwtKey(*algorithm, key)};
  } catch (const Error& error) {
    throw Error(error.code(), jwt.key_file + ": " + error.what());
  }
}

}  // namespace

DoorKeys::DoorKeys(SecurityOptions security) : security_(std::move(security)), tls_(tls_of(security_)) {}

std::shared_ptr<const auth::BearerCheck> DoorKeys::read_bearers() const {
  switch (security_.authentication) {
    case Authentication::none: return nullptr;
    case Authentication::token:
      warn_if_open(security_.token_file);
      return std::make_shared<const auth::BearerCheck>(auth::read_token_file(security_.token_file));
    case Authentication::jwt: return std::make_shared<const auth::BearerCheck>(verifier_of(security_.jwt));
  }
  return nullptr;
}

std::string DoorKeys::read_fleet_secret() const {
  if (security_.fleet_secret_file.empty()) return {};
  warn_if_open(security_.fleet_secret_file);
  return auth::read_shared_secret(security_.fleet_secret_file);
}

}  // namespace taskrunner::app
