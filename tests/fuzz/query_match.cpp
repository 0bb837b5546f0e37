#include "accepted.hpp"
#include "doc/bson.hpp"
#include "doc/extended_json.hpp"
#include "query/compiled_query.hpp"
#include "targets.hpp"

#include <algorithm>

namespace taskrunner::fuzz {
namespace {

/// Nothing where the wrapping makes it too deep.
std::optional<bool> wrapped_matches(const char* logical, const Json& filter, const JsonObject& document) {
  JsonObject whole;
  whole.set(logical, JsonArray{filter});
  const auto query = accepted([&] { return parse_query({Json(std::move(whole)), {}}); });
  return query ? std::optional(query->matches(document)) : std::nullopt;
}

JsonObject document_of(std::string_view text) { return from_extended_json(Json::parse(text)).as_object(); }

}  // namespace

/// A filter, a line break, a document, both in Extended JSON: what stands in an $and, an $or or a $nor means the same there,
/// and a document that was stored is the same document.
void query_match(std::string_view bytes) {
  const std::size_t end = std::min(bytes.find('\n'), bytes.size());
  const auto filter = accepted([&] { return Json::parse(bytes.substr(0, end)); });
  const auto document = accepted([&] { return document_of(bytes.substr(std::min(end + 1, bytes.size()))); });
  const auto query = accepted([&] { return parse_query({filter.value_or(Json("none")), {}}); });
  if (!query || !document) return;
  const bool found = query->matches(*document);
  promise(wrapped_matches("$and", *filter, *document).value_or(found) == found);
  promise(wrapped_matches("$or", *filter, *document).value_or(found) == found);
  promise(wrapped_matches("$nor", *filter, *document).value_or(!found) == !found);
  promise(query->compare(*document, *document) == 0);
  const auto stored = accepted([&] { return decode_bson(encode_bson(*document)); });
  promise(!stored || query->matches(*stored) == found);
}

}  // namespace taskrunner::fuzz
