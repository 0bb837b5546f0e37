#pragma once

#include "api/authenticator.hpp"
#include "api/identity_term.hpp"
#include "auth/bearer_check.hpp"
#include "auth/failure_limit.hpp"
#include "auth/session_book.hpp"
#include "auth/ticket.hpp"

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace taskrunner::api {

struct CredentialRules {
  std::string fleet_secret = {};              ///< signs tickets; empty: one of this process's own
  std::vector<std::string> own_origins = {};  ///< of the page, besides what `Host` shows
  bool is_secure = false;                     ///< browsers reach this host by https only
};

/// Lets in who shows good credentials: a token in `Authorization: Bearer` or the payload that a namespace is joined with,
/// a ticket for a task's own namespace, or the cookie of the page. Who shows bad ones is told no more than that. Door's
/// loop only.
class CredentialAuthenticator final : public Authenticator {
 public:
  CredentialAuthenticator(boost::asio::io_context& io, const Clock& clock, std::shared_ptr<const auth::BearerCheck> bearers,
                          CredentialRules rules);

  Admission of_request(const net::HttpRequest& request) override;
  Admission of_socket(const net::Handshake& handshake) override;
  void attend(const std::shared_ptr<net::Socket>& socket, const Identity& identity) override;
  net::HttpResponse attend(net::HttpResponse response, const Identity& identity) override;
  std::string ticket(const auth::Principal& holder, const std::string& url, const ObjectId& task) override;
  void serve_at(const std::string& origin) override;
  net::HttpResponse session(const net::HttpRequest& request) override;
  std::string metrics() const override;

  /// From now on these say who is let in. Who was let in by what they do not know any more is sent away.
  void replace(std::shared_ptr<const auth::BearerCheck> bearers);
  /// Hosts of one name at several ports share their cookies: each has one of its own.
  void name_cookie(std::uint16_t port);

 private:
  using Session = auth::SessionBook::Session;

  Admission admit(auth::Verdict verdict, const std::string& address);
  Admission refuse(auth::Refusal reason, const std::string& address);
  Admission by_cookie(const net::HttpFields& headers, const std::string& address,
                      const std::function<bool(const Session&)>& is_wanted);
  std::optional<Session> session_of(const net::HttpFields& headers);
  std::shared_ptr<IdentityTerm> begin_term(const Identity& identity, IdentityTerm::Listener listener);
  void end_terms(std::string_view reason, const std::function<bool(const Proof&)>& concerns);
  /// What `authenticate` is acknowledged with.
  std::string renew(IdentityTerm& term, const std::string& address, const std::string& token);
  bool is_own_url(std::string_view url, std::string_view task) const;
  net::HttpResponse log_in(const net::HttpRequest& request);
  net::HttpResponse log_out(const net::HttpRequest& request);
  net::HttpResponse show_session(const net::HttpRequest& request);

  boost::asio::io_context& io_;
  const Clock& clock_;
  std::shared_ptr<const auth::BearerCheck> bearers_;
  const CredentialRules rules_;
  const auth::TicketSigner signer_;
  auth::TicketTaker taker_;
  auth::SessionBook sessions_;
  auth::FailureLimit limit_;
  std::vector<std::string> origins_;  ///< under which its tasks have their URLs
  std::string cookie_name_ = "task_runner";
  std::vector<std::weak_ptr<IdentityTerm>> terms_;  ///< some of them over
  std::size_t swept_at_ = 64;
  std::array<std::uint64_t, auth::refusal_count> refused_{};
};

}  // namespace taskrunner::api
