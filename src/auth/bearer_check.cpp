#include "auth/bearer_check.hpp"

namespace taskrunner::auth {

Verdict BearerCheck::check(std::string_view text, std::int64_t now_ms) const {
  if (text.empty()) return Refusal::missing;
  return std::visit([&](const auto& way) { return way.check(text, now_ms); }, way_);
}

bool BearerCheck::still_knows(const Principal& principal) const {
  const auto* tokens = std::get_if<TokenList>(&way_);
  return !tokens || tokens->has(principal.credential);
}

}  // namespace taskrunner::auth
