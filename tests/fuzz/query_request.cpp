#include "accepted.hpp"
#include "api/request_json.hpp"
#include "live/live_hub.hpp"
#include "query/compiled_query.hpp"
#include "support/odd_documents.hpp"
#include "targets.hpp"

#include <algorithm>

namespace taskrunner::fuzz {
namespace {

const std::vector<JsonObject>& documents() {
  static const std::vector<JsonObject> all = [] {
    Random random(1);
    return test::odd_documents(random, 80);
  }();
  return all;
}

/// Each in its place, and what the index of live queries trusts in.
void look_at(const CompiledQuery& query, const std::vector<const JsonObject*>& window) {
  promise(window.size() <= query.limit());
  for (std::size_t i = 0; i < window.size(); ++i) {
    promise(query.matches(*window[i]));
    if (i > 0) promise(query.compare(*window[i - 1], *window[i]) < 0);
  }
  const auto demanded = query.equality_on("a");
  if (demanded && demanded->empty()) promise(window.empty());
}

}  // namespace

/// A subscription's text is refused, or its query has one form, and answers over odd documents.
void query_request(std::string_view bytes) {
  const auto query = accepted([&] { return parse_query(api::query_from(Json::parse(bytes))); });
  if (!query) return;
  promise(live::form_of(parse_query(query->query())) == live::form_of(*query));
  std::vector<const JsonObject*> pointers;
  for (const JsonObject& document : documents()) pointers.push_back(&document);
  look_at(*query, apply_query(*query, pointers));
}

}  // namespace taskrunner::fuzz
