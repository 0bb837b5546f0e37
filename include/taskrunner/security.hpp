#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace taskrunner {

/// How a host knows who its clients are.
enum class Authentication : std::uint8_t {
  none,   ///< whoever reaches it may do everything
  token,  ///< by tokens that `task-runner token create` made
  jwt,    ///< by JSON Web Tokens of one issuer
};

/// What JSON Web Tokens are checked by: issuer, audience, one algorithm and its one key. Such a token says who it is for
/// by `sub`, and what they may do by `role` (viewer, operator, admin) and `topics` (a list; absent: all).
struct JwtOptions {
  std::string issuer = "";     ///< `iss` must be it
  std::string audience = "";   ///< `aud` must hold it
  std::string algorithm = "";  ///< HS256, RS256 or ES256
  std::string key_file = "";   ///< HS256: a secret of 32 bytes or more; else a public key or certificate in PEM
  std::string key_id = "";     ///< `kid` must be it; empty: whatever it is
  bool operator==(const JwtOptions&) const = default;
};

/// Who may do what at a host's port, and how it is kept from being overheard. An address that is not loopback takes
/// authentication, and TLS or a proxy that has it.
struct SecurityOptions {
  Authentication authentication = Authentication::none;
  std::string token_file = "";  ///< of Authentication::token
  JwtOptions jwt = {};          ///< of Authentication::jwt
  std::string tls_cert = "";    ///< PEM: the certificate, then those between it and a root
  std::string tls_key = "";     ///< PEM
  std::string tls_client_ca = "";  ///< PEM: clients must show a certificate of one of these; empty: none is asked for
  /// Networks of proxies whose X-Forwarded-For is believed. Without TLS of its own the host then talks to nobody else,
  /// but for clients on its own machine.
  std::vector<std::string> behind_proxy = {};
  /// A secret that all hosts of a fleet share, 32 bytes or more: with authentication, clients of one host are let into
  /// the namespaces of tasks that others run by tickets that it signs.
  std::string fleet_secret_file = "";
  bool operator==(const SecurityOptions&) const = default;
};

}  // namespace taskrunner
