#include "oracle/shrink.hpp"

namespace taskrunner::oracle {
namespace {

std::vector<Json> simpler(const Json& value);

void add_without(const JsonObject& object, const std::string& name, std::vector<Json>& found) {
  JsonObject rest = object;
  rest.erase(name);
  found.emplace_back(std::move(rest));
}

std::vector<Json> simpler_objects(const JsonObject& object) {
  std::vector<Json> found;
  for (const auto& [name, value] : object) {
    add_without(object, name, found);
    if (const JsonArray* parts = name.starts_with('$') ? value.if_array() : nullptr)  // a part of $and in its place
      for (const Json& part : *parts)
        if (part.is_object()) found.push_back(part);
    for (Json& instead : simpler(value)) {
      JsonObject changed = object;
      changed.set(name, std::move(instead));
      found.emplace_back(std::move(changed));
    }
  }
  return found;
}

std::vector<Json> simpler_arrays(const JsonArray& array) {
  std::vector<Json> found;
  for (std::size_t i = 0; i < array.size(); ++i) {
    JsonArray rest = array;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
    found.emplace_back(std::move(rest));
    for (Json& instead : simpler(array[i])) {
      JsonArray changed = array;
      changed[i] = std::move(instead);
      found.emplace_back(std::move(changed));
    }
  }
  return found;
}

std::vector<Json> simpler(const Json& value) {
  if (const JsonObject* object = value.if_object()) return simpler_objects(*object);
  if (const JsonArray* array = value.if_array()) return simpler_arrays(*array);
  return {};
}

std::vector<Query> simpler_queries(const Query& query) {
  std::vector<Query> found;
  if (query.skip != 0) found.push_back({query.filter, query.sort, 0, query.limit});
  if (query.limit != 0) found.push_back({query.filter, query.sort, query.skip, 0});
  for (const Json& sort : simpler(query.sort)) found.push_back({query.filter, sort, query.skip, query.limit});
  for (const Json& filter : simpler(query.filter)) found.push_back({filter, query.sort, query.skip, query.limit});
  return found;
}

std::vector<Case> simpler_cases(const Case& failing) {
  std::vector<Case> found;
  for (const Query& query : simpler_queries(failing.query)) found.push_back({query, failing.documents});
  for (std::size_t i = 0; i < failing.documents.size(); ++i) {
    found.push_back(failing);
    found.back().documents.erase(found.back().documents.begin() + static_cast<std::ptrdiff_t>(i));
  }
  return found;
}

}  // namespace

Case shrink(Case failing, const std::function<bool(const Case&)>& fails) {
  int left = 500;
  for (bool is_smaller = true; is_smaller && left > 0;) {
    is_smaller = false;
    for (Case& simpler : simpler_cases(failing)) {
      if (--left < 0) break;
      if (!fails(simpler)) continue;
      failing = std::move(simpler);
      is_smaller = true;
      break;
    }
  }
  return failing;
}

}  // namespace taskrunner::oracle
