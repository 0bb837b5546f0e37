#include "api/subscription_token.hpp"

#include "accepted.hpp"
#include "api/request_json.hpp"
#include "targets.hpp"

namespace taskrunner::fuzz {
namespace {

/// The first line stands in for the query, and is not to be taken for its id.
void check_token(std::string_view token, std::string_view form) {
  static api::SubscriptionTokens ours;
  static api::SubscriptionTokens others;
  promise(!ours.is_ours(token, form));
  const std::string made = ours.make(form);
  promise(ours.is_ours(made, form) && !others.is_ours(made, form));
  promise(!ours.is_ours(made, std::string(form) + ' ') && !ours.is_ours(made + '0', form));
  promise(!ours.is_ours(std::string_view(made).substr(0, made.size() - 1), form));
}

}  // namespace

/// A place to go on from, as a client sends it. Nothing but what we made for that query is ours.
void subscription_token(std::string_view bytes) {
  const auto place = accepted([&] { return api::resume_from(Json{{"resume", Json::parse(bytes)}}); });
  const std::string_view form = bytes.substr(0, bytes.find('\n'));
  if (place && *place) check_token((*place)->subscription_id, form);
  check_token(bytes, form);
}

}  // namespace taskrunner::fuzz
