#include "app/security_check.hpp"

#include <taskrunner/error.hpp>

#include "net/client_address.hpp"

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>

#include <utility>
#include <vector>

namespace taskrunner::app {
namespace {

using Auth = Authentication;

[[noreturn]] void refuse(const std::string& text) { throw Error(ErrorCode::invalid_argument, text); }

std::string joined(const std::vector<std::string>& words) { return fmt::format("{}", fmt::join(words, ", ")); }

void check_tokens(const SecurityOptions& security) {
  if (security.authentication == Auth::token && security.token_file.empty())
    refuse("--auth token wants --token-file FILE. Make one, with a first token, by\n"
           "  task-runner token create --role admin --file tokens.json");
  if (security.authentication != Auth::token && !security.token_file.empty())
    refuse("--token-file is looked at with --auth token only: give that too, or leave the file out");
}

void check_jwt(const SecurityOptions& security) {
  const JwtOptions& jwt = security.jwt;
  if (security.authentication != Auth::jwt) {
    if (jwt != JwtOptions()) refuse("--jwt-… is looked at with --auth jwt only: give that too, or leave it out");
    return;
  }
  std::vector<std::string> missing;
  for (const auto& [name, value] : {std::pair("--jwt-issuer", &jwt.issuer), std::pair("--jwt-audience", &jwt.audience),
                                    std::pair("--jwt-algorithm", &jwt.algorithm), std::pair("--jwt-key-file", &jwt.key_file)})
    if (value->empty()) missing.emplace_back(name);
  if (!missing.empty()) refuse("--auth jwt also wants " + joined(missing));
}

void check_tls(const SecurityOptions& security) {
  if (security.tls_cert.empty() != security.tls_key.empty())
    refuse("--tls-cert and --tls-key go together: the certificate, and the key that belongs to it");
  if (!security.tls_client_ca.empty() && security.tls_cert.empty())
    refuse("--tls-client-ca asks clients for certificates, which takes TLS: give --tls-cert and --tls-key too");
}

void check_exposure(const SecurityOptions& security, const std::string& listen) {
  if (is_loopback_listen(listen)) return;
  const bool is_hidden = !security.tls_cert.empty() || !security.behind_proxy.empty();
  std::vector<std::string> missing;
  if (security.authentication == Auth::none) missing.emplace_back("--auth token --token-file FILE (or --auth jwt …)");
  if (!is_hidden) missing.emplace_back("--tls-cert FILE --tls-key FILE (or --behind-proxy CIDR, where a proxy has TLS)");
  if (missing.empty()) return;
  const std::string_view why = security.authentication == Auth::none
                                   ? "whoever reaches that address could add and stop tasks"
                                   : "tokens would travel to that address in the clear";
  refuse(fmt::format("will not listen at {}: {}. Add {}; or listen at 127.0.0.1, and come from elsewhere by a tunnel "
                     "such as ssh -L 8080:127.0.0.1:8080 HOST. `task-runner token create --help` shows how to make a token",
                     listen, why, fmt::join(missing, " and ")));
}

}  // namespace

bool is_loopback_listen(std::string_view listen) {
  std::string name(listen.substr(0, listen.rfind(':')));
  if (name.starts_with('[') && name.ends_with(']')) name = name.substr(1, name.size() - 2);
  if (name == "localhost") return true;
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(name, error);
  return !error && net::plain_address(address).is_loopback();
}

void check_security(const SecurityOptions& security, const std::string& listen) {
  check_tokens(security);
  check_jwt(security);
  check_tls(security);
  check_exposure(security, listen);
}

}  // namespace taskrunner::app
