#include "api/credential_authenticator.hpp"

#include <taskrunner/error.hpp>

#include "api/credentials.hpp"
#include "api/metrics.hpp"
#include "api/socket_requests.hpp"
#include "api/stream_end.hpp"
#include "base/log.hpp"
#include "base/time_text.hpp"
#include "net/cookies.hpp"

#include <algorithm>

namespace taskrunner::api {
namespace {

constexpr std::string_view task_prefix = "/tasks/";
constexpr const char* not_let_in = "The credentials are missing, or no good (any more)";
constexpr const char* too_many_failures = "Too many bad credentials came from this address: wait a little";

bool changes_something(const net::HttpRequest& request) {
  return request.method != "GET" && request.method != "HEAD" && request.method != "OPTIONS";
}

/// The task whose namespace it is; empty: it is none of a task.
std::string_view task_of(std::string_view name) {
  if (!name.starts_with(task_prefix)) return {};
  name.remove_prefix(task_prefix.size());
  return ObjectId::from_hex(name) ? name : std::string_view();
}

}  // namespace

CredentialAuthenticator::CredentialAuthenticator(boost::asio::io_context& io, const Clock& clock,
                                                 std::shared_ptr<const auth::BearerCheck> bearers, CredentialRules rules)
    : io_(io),
      clock_(clock),
      bearers_(std::move(bearers)),
      rules_(std::move(rules)),
      signer_(rules_.fleet_secret.empty() ? auth::random_secret() : rules_.fleet_secret),
      taker_(signer_) {}

// Who it is.

Admission CredentialAuthenticator::of_request(const net::HttpRequest& request) {
  if (const auto bearer = bearer_of(request.headers))
    return admit(bearers_->check(*bearer, clock_.wall_ms()), request.remote_address);
  return by_cookie(request.headers, request.remote_address, [&](const Session& session) {
    return !changes_something(request) || auth::is_equal(request.headers.get("X-CSRF-Token"), session.csrf_token);
  });
}

Admission CredentialAuthenticator::of_socket(const net::Handshake& handshake) {
  const std::int64_t now_ms = clock_.wall_ms();
  if (const auto token = text_member(handshake.auth, "token")) return admit(bearers_->check(*token, now_ms), handshake.remote_address);
  const std::string_view task = task_of(handshake.namespace_name);
  const auto ticket = task.empty() ? std::nullopt : text_member(handshake.auth, "ticket");
  if (ticket) {
    const auto is_here = [&](std::string_view url) { return is_own_url(url, task); };
    return admit(taker_.take(*ticket, task, is_here, now_ms), handshake.remote_address);
  }
  if (const auto bearer = bearer_of(handshake.headers)) return admit(bearers_->check(*bearer, now_ms), handshake.remote_address);
  return by_cookie(handshake.headers, handshake.remote_address, [](const Session&) { return true; });
}

/// A cookie that stands for nothing (any more) is as good as none: every page that comes back after a restart has one.
Admission CredentialAuthenticator::by_cookie(const net::HttpFields& headers, const std::string& address,
                                             const std::function<bool(const Session&)>& is_wanted) {
  const auto session = session_of(headers);
  if (!session) return refuse(auth::Refusal::missing, address);
  if (!is_wanted(*session)) return {nullptr, "a change that the page's cookie vouches for takes the header X-CSRF-Token", 403};
  return {identity_of({session->principal, session->key})};
}

std::optional<CredentialAuthenticator::Session> CredentialAuthenticator::session_of(const net::HttpFields& headers) {
  const auto id = net::cookie(headers, cookie_name_);
  if (!id || !is_from_own_page(headers, rules_.own_origins)) return std::nullopt;
  return sessions_.find(*id, clock_.wall_ms());
}

Admission CredentialAuthenticator::admit(auth::Verdict verdict, const std::string& address) {
  if (const auto* reason = std::get_if<auth::Refusal>(&verdict)) return refuse(*reason, address);
  return {identity_of({std::get<auth::Principal>(std::move(verdict))})};
}

/// Good credentials are taken from any address: a token has nothing to guess, and who shares an address with somebody
/// whose token has expired must not suffer for it.
Admission CredentialAuthenticator::refuse(auth::Refusal reason, const std::string& address) {
  ++refused_.at(static_cast<std::size_t>(reason));
  if (reason == auth::Refusal::missing) return {nullptr, not_let_in};
  if (limit_.may_fail(address, clock_.wall_ms())) {
    log_warning("bad credentials came from {}: {}", address, auth::to_text(reason));
    return {nullptr, not_let_in};
  }
  ++refused_.at(static_cast<std::size_t>(auth::Refusal::too_many));
  return {nullptr, too_many_failures, 429};
}

// For how long.

void CredentialAuthenticator::attend(const std::shared_ptr<net::Socket>& socket, const Identity& identity) {
  const std::weak_ptr<net::Socket> weak = socket;
  IdentityTerm::Listener listener;
  listener.on_ending = [weak](std::int64_t in_ms) {
    if (const auto here = weak.lock()) here->emit("auth_expiring", Json{{"expiresInMs", in_ms}}.dump());
  };
  listener.on_end = [weak](std::string_view reason) {
    const auto here = weak.lock();
    if (!here) return;
    here->emit("auth_expired", Json{{"reason", reason}}.dump());
    here->disconnect();
  };
  const auto term = begin_term(identity, std::move(listener));
  socket->on_raw("authenticate", [this, term, weak](const net::Event& event) {
    const auto here = weak.lock();
    const auto token = event.args.empty() ? std::nullopt : text_member(event.args[0], "token");
    const std::string answer = renew(*term, here->handshake().remote_address, token.value_or(""));
    if (event.ack) event.ack(answer);
  });
  term->start();
}

std::string CredentialAuthenticator::renew(IdentityTerm& term, const std::string& address, const std::string& token) {
  const auth::Verdict verdict = bearers_->check(token, clock_.wall_ms());
  if (const auto* reason = std::get_if<auth::Refusal>(&verdict)) return quoted(refuse(*reason, address).refusal);
  const auto& principal = std::get<auth::Principal>(verdict);
  if (!principal.is_same_as(term.proof().principal))
    return quoted("that is somebody else, or has other rights: connect anew with it");
  term.renew(principal);
  return principal.expires_at_ms ? Json{{"expiresAt", iso_time(*principal.expires_at_ms)}}.dump() : "{}";
}

net::HttpResponse CredentialAuthenticator::attend(net::HttpResponse response, const Identity& identity) {
  if (!response.stream) return response;
  const auto end = std::make_shared<StreamEnd>(io_);
  IdentityTerm::Listener listener;
  listener.on_ending = [](std::int64_t) {};
  listener.on_end = [weak = std::weak_ptr<StreamEnd>(end)](std::string_view) {
    if (const auto here = weak.lock()) here->come();
  };
  const auto term = begin_term(identity, std::move(listener));
  response.stream = until_end(std::move(response.stream), end, term);
  term->start();
  return response;
}

std::shared_ptr<IdentityTerm> CredentialAuthenticator::begin_term(const Identity& identity, IdentityTerm::Listener listener) {
  auto term = std::make_shared<IdentityTerm>(io_, clock_, identity.proof, std::move(listener));
  if (terms_.size() >= swept_at_) {
    std::erase_if(terms_, [](const auto& known) { return known.expired(); });
    swept_at_ = std::max<std::size_t>(64, 2 * terms_.size());
  }
  terms_.push_back(term);
  return term;
}

void CredentialAuthenticator::end_terms(std::string_view reason, const std::function<bool(const Proof&)>& concerns) {
  const auto terms = terms_;
  for (const auto& known : terms)
    if (const auto term = known.lock(); term && concerns(term->proof())) term->end(reason);
}

void CredentialAuthenticator::replace(std::shared_ptr<const auth::BearerCheck> bearers) {
  bearers_ = std::move(bearers);
  sessions_.close_if([this](const Session& session) { return !bearers_->still_knows(session.principal); });
  end_terms("the credentials were taken back", [this](const Proof& proof) {
    return !proof.principal.credential.empty() && !bearers_->still_knows(proof.principal);
  });
}

// Tickets.

bool CredentialAuthenticator::is_own_url(std::string_view url, std::string_view task) const {
  return std::any_of(origins_.begin(), origins_.end(), [&](const std::string& origin) {
    return url == origin + std::string(task_prefix) + std::string(task);
  });
}

std::string CredentialAuthenticator::ticket(const auth::Principal& holder, const std::string& url, const ObjectId& task) {
  if (rules_.fleet_secret.empty() && !is_own_url(url, task.hex()))
    throw Error(ErrorCode::conflict, "the task runs at another host, for which this one can give no ticket: it was started "
                                     "without --fleet-secret-file");
  auth::Ticket ticket{task.hex(), url, holder, clock_.wall_ms() + auth::TicketTaker::life_ms, auth::random_secret()};
  ticket.holder.credential.clear();
  return signer_.sign(ticket);
}

void CredentialAuthenticator::serve_at(const std::string& origin) {
  if (std::find(origins_.begin(), origins_.end(), origin) == origins_.end()) origins_.push_back(origin);
}

std::string CredentialAuthenticator::metrics() const {
  Reasons reasons;
  for (std::size_t i = 0; i < refused_.size(); ++i) reasons.emplace_back(auth::to_text(static_cast<auth::Refusal>(i)), refused_[i]);
  return by_reason("taskrunner_auth_refused_total", "Credentials refused.", reasons) +
         gauge("taskrunner_auth_sessions", "Sessions of the page.", sessions_.size());
}

}  // namespace taskrunner::api
