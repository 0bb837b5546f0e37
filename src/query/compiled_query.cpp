#include "query/compiled_query.hpp"

#include "query/normalise.hpp"
#include "query/parse_filter.hpp"
#include "query/sort_order.hpp"

#include <algorithm>

namespace taskrunner {

struct CompiledQuery::Parts {
  explicit Parts(Query normalised)
      : query(std::move(normalised)), filter(parse_filter(query.filter.as_object())), order(query.sort.as_object()) {}

  Query query;
  ExpressionPtr filter;
  SortOrder order;
};

namespace {

/// The values that this condition demands at the field; nothing where it is about something else.
std::optional<std::vector<Json>> demanded_by(const Condition& condition, const DottedPath& field) {
  const auto same_name = [](const auto& a, const auto& b) { return a.name == b.name; };
  const auto& parts = condition.path().parts();
  if (!std::equal(parts.begin(), parts.end(), field.parts().begin(), field.parts().end(), same_name))
    return std::nullopt;
  if (const auto* equals = dynamic_cast<const Equals*>(&condition.predicate()))
    return std::vector<Json>{equals->value()};
  const auto* in = dynamic_cast<const IsIn*>(&condition.predicate());
  if (!in || in->has_regexes()) return std::nullopt;
  return in->values();
}

/// The shortest list of all that stand there.
std::optional<std::vector<Json>> demanded_by(const Expression& expression, const DottedPath& field) {
  if (const auto* condition = dynamic_cast<const Condition*>(&expression)) return demanded_by(*condition, field);
  const auto* all = dynamic_cast<const AllOf*>(&expression);
  std::optional<std::vector<Json>> shortest;
  if (!all) return shortest;
  for (const ExpressionPtr& part : all->parts()) {
    auto values = demanded_by(*part, field);
    if (values && (!shortest || values->size() < shortest->size())) shortest = std::move(values);
  }
  return shortest;
}

struct Candidate {
  const JsonObject* document;
  SortOrder::Key key;
};

}  // namespace

bool CompiledQuery::matches(const JsonObject& document) const {
  return parts_->filter->matches(Members::of(document));
}

std::weak_ordering CompiledQuery::compare(const JsonObject& a, const JsonObject& b) const {
  return parts_->order.compare(a, b);
}

std::size_t CompiledQuery::skip() const { return static_cast<std::size_t>(parts_->query.skip); }
std::size_t CompiledQuery::limit() const { return static_cast<std::size_t>(parts_->query.limit); }
const Query& CompiledQuery::query() const { return parts_->query; }
const Expression& CompiledQuery::filter() const { return *parts_->filter; }
bool CompiledQuery::matches_everything() const { return parts_->query.filter.as_object().empty(); }

std::optional<std::vector<Json>> CompiledQuery::equality_on(std::string_view field) const {
  return demanded_by(*parts_->filter, DottedPath(field));
}

CompiledQuery parse_query(const Query& query) {
  return CompiledQuery(std::make_shared<const CompiledQuery::Parts>(normalise(query)));
}

std::vector<const JsonObject*> apply_query(const CompiledQuery& query, const std::vector<const JsonObject*>& documents) {
  const SortOrder order(query.query().sort.as_object());
  std::vector<Candidate> found;
  for (const JsonObject* document : documents)
    if (query.matches(*document)) found.push_back({document, order.key(*document)});
  std::stable_sort(found.begin(), found.end(), [&](const Candidate& a, const Candidate& b) {
    return order.compare(a.key, b.key) < 0;
  });
  const std::size_t begin = std::min(query.skip(), found.size());
  const std::size_t end = std::min(begin + query.limit(), found.size());
  std::vector<const JsonObject*> window;
  for (std::size_t i = begin; i < end; ++i) window.push_back(found[i].document);
  return window;
}

}  // namespace taskrunner
