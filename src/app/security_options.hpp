#pragma once

#include "app/options.hpp"

namespace taskrunner::app {

// The options of `serve` about who may connect, and how: what each is given is checked and set. Whether they fit
// together is for check_security().

void set_auth(ServeOptions& options, const OptionValue& value);
void set_token_file(ServeOptions& options, const OptionValue& value);
void set_jwt_issuer(ServeOptions& options, const OptionValue& value);
void set_jwt_audience(ServeOptions& options, const OptionValue& value);
void set_jwt_algorithm(ServeOptions& options, const OptionValue& value);
void set_jwt_key_file(ServeOptions& options, const OptionValue& value);
void set_jwt_key_id(ServeOptions& options, const OptionValue& value);
void set_tls_cert(ServeOptions& options, const OptionValue& value);
void set_tls_key(ServeOptions& options, const OptionValue& value);
void set_tls_client_ca(ServeOptions& options, const OptionValue& value);
void set_behind_proxy(ServeOptions& options, const OptionValue& value);
void set_fleet_secret_file(ServeOptions& options, const OptionValue& value);

}  // namespace taskrunner::app
