#include "api/authenticator.hpp"

#include "api/problem.hpp"

namespace taskrunner::api {
namespace {

class NoAuthentication final : public Authenticator {
 public:
  Admission of_request(const net::HttpRequest&) override { return {everybody()}; }
  Admission of_socket(const net::Handshake&) override { return {everybody()}; }
};

}  // namespace

void Authenticator::attend(const std::shared_ptr<net::Socket>&, const Identity&) {}
net::HttpResponse Authenticator::attend(net::HttpResponse response, const Identity&) { return response; }
std::string Authenticator::ticket(const auth::Principal&, const std::string&, const ObjectId&) { return {}; }
void Authenticator::serve_at(const std::string&) {}
net::HttpResponse Authenticator::session(const net::HttpRequest& request) {
  return problem(404, "this host asks nobody who they are: see --auth", request.path);
}
std::string Authenticator::metrics() const { return {}; }

net::ConnectDecision refusal_of(Admission admission) {
  return net::ConnectDecision::refuse(std::move(admission.refusal), Json{{"status", admission.status}}.dump());
}

std::shared_ptr<Authenticator> no_authentication() { return std::make_shared<NoAuthentication>(); }

}  // namespace taskrunner::api
