// What CredentialAuthenticator does for the page: a cookie that stands for the credentials it was given once.

#include "api/credential_authenticator.hpp"

#include <taskrunner/error.hpp>

#include "api/audit.hpp"
#include "api/credentials.hpp"
#include "api/problem.hpp"
#include "api/rest_tasks.hpp"
#include "base/log.hpp"
#include "base/time_text.hpp"
#include "net/cookies.hpp"

#include <algorithm>

namespace taskrunner::api {
namespace {

constexpr std::size_t most_body_bytes = 16UL * 1024;

std::string token_of(const net::HttpRequest& request) {
  want_media_type(request, "application/json");
  if (request.body.size() > most_body_bytes) throw HttpError(413, "a token is shorter than that");
  const Json body = Json::parse(request.body);
  const Json* token = body.find("token");
  if (!token || !token->is_string()) throw Error(ErrorCode::invalid_argument, "want an object {token}");
  return token->as_string();
}

JsonObject shown(const auth::Principal& principal) {
  JsonObject out;
  out.append("name", principal.name);
  out.append("role", to_text(principal.role));
  if (const auto& topics = principal.topics) out.append("topics", JsonArray(topics->begin(), topics->end()));
  if (principal.expires_at_ms) out.append("expiresAt", iso_time(*principal.expires_at_ms));
  return out;
}

JsonObject shown(const auth::SessionBook::Session& session) {
  JsonObject out = shown(session.principal);
  out.append("csrfToken", session.csrf_token);
  return out;
}

net::HttpResponse answer(unsigned status, JsonObject body) { return net::json_response(status, Json(std::move(body)).dump()); }

}  // namespace

void CredentialAuthenticator::name_cookie(std::uint16_t port) {
  cookie_name_ = (rules_.is_secure ? "__Host-task_runner_" : "task_runner_") + std::to_string(port);
}

net::HttpResponse CredentialAuthenticator::session(const net::HttpRequest& request) {
  if (!is_from_own_page(request.headers, rules_.own_origins)) throw HttpError(403, "sessions are for this host's own page");
  if (request.method == "POST") return log_in(request);
  if (request.method == "DELETE") return log_out(request);
  if (request.method == "GET" || request.method == "HEAD") return show_session(request);
  throw HttpError(405, request.method + " is not possible here: GET, HEAD, POST, DELETE is", {{"Allow", "GET, HEAD, POST, DELETE"}});
}

net::HttpResponse CredentialAuthenticator::log_in(const net::HttpRequest& request) {
  const std::int64_t now_ms = clock_.wall_ms();
  const Admission admission = admit(bearers_->check(token_of(request), now_ms), request.remote_address);
  if (!admission.identity) throw HttpError(admission.status, admission.refusal);
  const auto opened = sessions_.open(admission.identity->proof->principal, now_ms);
  const auto life_ms = opened.session.principal.expires_at_ms.value_or(now_ms) - now_ms;
  net::HttpResponse response = answer(201, shown(opened.session));
  response.headers.add("Set-Cookie", net::set_cookie(cookie_name_, opened.id, {rules_.is_secure, static_cast<int>(life_ms / 1'000)}));
  log_info("{}", audit_line({admission.identity, request.remote_address, "log in", ""}, "ok"));
  return response;
}

net::HttpResponse CredentialAuthenticator::log_out(const net::HttpRequest& request) {
  const auto session = session_of(request.headers);
  if (!session) throw HttpError(401, "there is no session");
  if (!auth::is_equal(request.headers.get("X-CSRF-Token"), session->csrf_token))
    throw HttpError(403, "the header X-CSRF-Token is missing, or not this session's");
  sessions_.close_if([&](const Session& other) { return other.key == session->key; });
  end_terms("logged out", [&](const Proof& proof) { return proof.session == session->key; });
  net::HttpResponse response = net::empty_response(204);
  response.headers.add("Set-Cookie", net::set_cookie(cookie_name_, "", {rules_.is_secure, 0}));
  return response;
}

net::HttpResponse CredentialAuthenticator::show_session(const net::HttpRequest& request) {
  if (const auto session = session_of(request.headers)) return answer(200, shown(*session));
  const Admission admission = of_request(request);
  if (!admission.identity) throw HttpError(admission.status, admission.refusal);
  return answer(200, shown(admission.identity->proof->principal));
}

}  // namespace taskrunner::api
