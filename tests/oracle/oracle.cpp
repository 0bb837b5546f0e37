#include "oracle/oracle.hpp"

#include "doc/extended_json.hpp"
#include "query/compiled_query.hpp"
#include "support/mongo_command.hpp"

#include <taskrunner/error.hpp>

#include <algorithm>
#include <stdexcept>

namespace taskrunner::oracle {
namespace {

Json completed(const Json& sort) {
  JsonObject all = sort.is_null() ? JsonObject() : sort.as_object();
  if (!all.find("_id")) all.append("_id", 1);
  return all;
}

std::string id_of(const JsonObject& document) { return to_extended_json(*document.find("_id")).dump(); }

template <typename Find>
Answer answer_of(const Query& query, const Find& find) {
  try {
    Answer answer;
    for (const JsonObject* document : find(parse_query(query))) answer.ids.push_back(id_of(*document));
    return answer;
  } catch (const Error& error) {
    return {{}, error.what()};
  }
}

/// mongod's planner gives up on the index of `_id` where a symbol or a pointer is compared with; without it, it answers.
bool is_about_bounds(const JsonObject& reply) {
  const Json* refusal = reply.find("errmsg");
  return refusal && refusal->as_string().find("Cannot invert inexact bounds") != std::string::npos;
}

}  // namespace

Oracle::Oracle(const std::string& url)
    : names_(store::open_collections(store::parse_mongo_url(url))), client_(names_.pool->take()) {}

JsonObject Oracle::run(const Json& command) {
  return test::run_command(client_.get(), names_.database, command);
}

void Oracle::hold(const std::vector<JsonObject>& documents) {
  const Json all{{"q", Json::object()}, {"limit", 0}};
  run(Json{{"delete", names_.tasks}, {"deletes", Json::array({all})}});
  if (documents.empty()) return;
  const JsonObject answer =
      run(Json{{"insert", names_.tasks}, {"documents", JsonArray(documents.begin(), documents.end())}});
  if (const Json* refused = answer.find("writeErrors")) throw std::runtime_error(refused->dump());
  if (const Json* refused = answer.find("errmsg")) throw std::runtime_error(refused->dump());
}

Answer Oracle::find(const Query& query) {
  Json command{{"find", names_.tasks},
               {"filter", query.filter},
               {"sort", completed(query.sort)},
               {"skip", query.skip},
               {"limit", query.limit},
               {"projection", Json{{"_id", 1}}},
               {"batchSize", 1'000},
               {"singleBatch", true}};
  JsonObject reply = run(command);
  if (is_about_bounds(reply)) {
    command["hint"] = Json{{"$natural", 1}};
    reply = run(command);
  }
  if (const Json* refusal = reply.find("errmsg")) return {{}, refusal->as_string()};
  Answer answer;
  for (const Json& document : reply.find("cursor")->at("firstBatch").as_array())
    answer.ids.push_back(id_of(document.as_object()));
  return answer;
}

Answer answer_by_keys(const Query& query, const std::vector<JsonObject>& documents) {
  return answer_of(query, [&](const CompiledQuery& compiled) {
    std::vector<const JsonObject*> pointers;
    for (const JsonObject& document : documents) pointers.push_back(&document);
    return apply_query(compiled, pointers);
  });
}

Answer answer_by_pairs(const Query& query, const std::vector<JsonObject>& documents) {
  return answer_of(query, [&](const CompiledQuery& compiled) {
    std::vector<const JsonObject*> found;
    for (const JsonObject& document : documents)
      if (compiled.matches(document)) found.push_back(&document);
    std::sort(found.begin(), found.end(), [&](const auto* a, const auto* b) { return compiled.compare(*a, *b) < 0; });
    const auto begin = found.begin() + static_cast<std::ptrdiff_t>(std::min(compiled.skip(), found.size()));
    const auto size = std::min(compiled.limit(), static_cast<std::size_t>(found.end() - begin));
    return std::vector<const JsonObject*>(begin, begin + static_cast<std::ptrdiff_t>(size));
  });
}

bool is_about_sorting(const Answer& answer) {
  return answer.refusal.find("parallel arrays") != std::string::npos ||
         answer.refusal.find("Ambiguous field name") != std::string::npos;
}

}  // namespace taskrunner::oracle
