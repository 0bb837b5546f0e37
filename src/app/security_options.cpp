#include "app/security_options.hpp"

#include <taskrunner/error.hpp>

#include "app/option_value.hpp"
#include "auth/jwt_key.hpp"
#include "net/client_address.hpp"

namespace taskrunner::app {

void set_auth(ServeOptions& options, const OptionValue& value) {
  const std::string& word = word_of(value);
  Authentication& way = options.runner.security.authentication;
  if (word == "none") way = Authentication::none;
  else if (word == "token") way = Authentication::token;
  else if (word == "jwt") way = Authentication::jwt;
  else refuse(value, "want none, token or jwt");
}

void set_jwt_algorithm(ServeOptions& options, const OptionValue& value) {
  if (!auth::jwt_algorithm_from(word_of(value))) refuse(value, "want HS256, RS256 or ES256");
  options.runner.security.jwt.algorithm = word_of(value);
}

void set_behind_proxy(ServeOptions& options, const OptionValue& value) {
  if (value.words.empty()) refuse(value, "want the proxy's address, or networks such as 10.0.0.0/8");
  try {
    const net::Networks checked(value.words);
  } catch (const Error& error) {
    refuse(value, error.what());
  }
  options.runner.security.behind_proxy = value.words;
}

void set_token_file(ServeOptions& options, const OptionValue& value) { options.runner.security.token_file = word_of(value); }
void set_jwt_issuer(ServeOptions& options, const OptionValue& value) { options.runner.security.jwt.issuer = word_of(value); }
void set_jwt_audience(ServeOptions& options, const OptionValue& value) { options.runner.security.jwt.audience = word_of(value); }
void set_jwt_key_file(ServeOptions& options, const OptionValue& value) { options.runner.security.jwt.key_file = word_of(value); }
void set_jwt_key_id(ServeOptions& options, const OptionValue& value) { options.runner.security.jwt.key_id = word_of(value); }
void set_tls_cert(ServeOptions& options, const OptionValue& value) { options.runner.security.tls_cert = word_of(value); }
void set_tls_key(ServeOptions& options, const OptionValue& value) { options.runner.security.tls_key = word_of(value); }
void set_tls_client_ca(ServeOptions& options, const OptionValue& value) { options.runner.security.tls_client_ca = word_of(value); }
void set_fleet_secret_file(ServeOptions& options, const OptionValue& value) {
  options.runner.security.fleet_secret_file = word_of(value);
}

}  // namespace taskrunner::app
