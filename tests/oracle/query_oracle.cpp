// query_oracle --queries N --seed S: asks a real mongod and src/query the same random queries over odd documents. Query n
// of S … S+N-1, and the documents that it is asked of, depend on n alone: --queries 1 --seed n replays it.

#include "doc/extended_json.hpp"
#include "oracle/oracle.hpp"
#include "oracle/random_query.hpp"
#include "oracle/shrink.hpp"
#include "support/mongod.hpp"
#include "support/odd_documents.hpp"

#include <CLI/CLI.hpp>

#include <chrono>
#include <cstdio>
#include <optional>
#include <string>

namespace taskrunner::oracle {
namespace {

constexpr std::uint64_t queries_a_set = 5'000;
constexpr std::size_t documents_a_set = 80;
constexpr std::uint64_t most_differences = 10;

struct Tally {
  std::uint64_t asked = 0;
  std::uint64_t found_some = 0;
  std::uint64_t found_all = 0;
  std::uint64_t refused_by_both = 0;
  std::uint64_t refused_by_us = 0;
  std::uint64_t unsorted = 0;  ///< asked again without their sort
  std::uint64_t different = 0;

  /// Whether what was asked could show anything.
  bool is_telling() const {
    return refused_by_us * 1'000 <= asked && refused_by_both * 10 <= asked && found_some * 4 >= asked;
  }
};

std::string shown(const Json& value) { return to_extended_json(value).dump(); }

void print(const Query& query) {
  std::printf("  filter %s\n  sort %s skip %lld limit %lld\n", shown(query.filter).c_str(), shown(query.sort).c_str(),
              static_cast<long long>(query.skip), static_cast<long long>(query.limit));
}

void print(const char* who, const Answer& answer) {
  std::printf("  %s: %s\n", who, answer.is_refused() ? answer.refusal.c_str() : "");
  for (const std::string& id : answer.ids) std::printf("    %s\n", id.c_str());
}

class Comparison {
 public:
  explicit Comparison(Oracle& oracle) : oracle_(oracle) {}

  void ask(std::uint64_t number) {
    take_set(number / queries_a_set);
    Query query = RandomQuery(number, documents_).make();
    ++tally_.asked;
    Answer theirs = oracle_.find(query);
    if (is_about_sorting(theirs)) {
      ++tally_.unsorted;
      query.sort = {};
      theirs = oracle_.find(query);
    }
    if (differs({query, documents_}, theirs)) return report(number, {query, documents_});
    count(query, theirs);
  }
  const Tally& tally() const { return tally_; }

 private:
  void take_set(std::uint64_t set) {
    if (set_ == set) return;
    Random random(set);
    documents_ = test::odd_documents(random, documents_a_set);
    oracle_.hold(documents_);
    set_ = set;
  }

  /// A query that we refuse differs from none.
  static bool differs(const Case& asked, const Answer& theirs) {
    const Answer by_keys = answer_by_keys(asked.query, asked.documents);
    if (by_keys.is_refused() || is_about_sorting(theirs)) return false;
    if (theirs.is_refused()) return true;
    return by_keys.ids != theirs.ids || answer_by_pairs(asked.query, asked.documents).ids != theirs.ids;
  }

  void count(const Query& query, const Answer& theirs) {
    const bool is_refused = answer_by_keys(query, {}).is_refused();
    if (is_refused && theirs.is_refused()) ++tally_.refused_by_both;
    if (is_refused && !theirs.is_refused()) note_refusal(query);
    if (is_refused) return;
    if (!theirs.ids.empty()) ++tally_.found_some;
    if (theirs.ids.size() == documents_.size()) ++tally_.found_all;
  }

  void note_refusal(const Query& query) {
    constexpr std::uint64_t most_shown = 10;
    if (++tally_.refused_by_us > most_shown) return;
    std::printf("refused by us only: %s\n", answer_by_keys(query, {}).refusal.c_str());
    print(query);
  }

  void report(std::uint64_t number, const Case& failing) {
    ++tally_.different;
    std::printf("query %llu differs:\n", static_cast<unsigned long long>(number));
    print(failing.query);
    const Case least = shrink(failing, [&](const Case& simpler) {
      oracle_.hold(simpler.documents);
      return differs(simpler, oracle_.find(simpler.query));
    });
    std::printf(" and so does:\n");
    print(least.query);
    for (const JsonObject& document : least.documents) std::printf("  over %s\n", shown(Json(document)).c_str());
    oracle_.hold(least.documents);
    print("mongod", oracle_.find(least.query));
    print("by keys", answer_by_keys(least.query, least.documents));
    print("by pairs", answer_by_pairs(least.query, least.documents));
    std::printf("  replay: query_oracle --queries 1 --seed %llu\n", static_cast<unsigned long long>(number));
    set_.reset();
  }

  Oracle& oracle_;
  std::optional<std::uint64_t> set_;
  std::vector<JsonObject> documents_;
  Tally tally_;
};

void print(const Tally& tally, double seconds) {
  const auto number = [](std::uint64_t count) { return static_cast<unsigned long long>(count); };
  std::printf("%llu queries, %.0f a second: %llu found some documents, %llu all; refused by both %llu, by us only %llu; "
              "%llu asked without their sort, which mongod refuses\n%llu differences\n",
              number(tally.asked), static_cast<double>(tally.asked) / seconds, number(tally.found_some),
              number(tally.found_all), number(tally.refused_by_both), number(tally.refused_by_us), number(tally.unsorted),
              number(tally.different));
}

int run(std::uint64_t first, std::uint64_t count) {
  Oracle oracle(test::Mongod::shared().fresh_url());
  Comparison comparison(oracle);
  const auto begin = std::chrono::steady_clock::now();
  for (std::uint64_t n = first; n < first + count && comparison.tally().different < most_differences; ++n)
    comparison.ask(n);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  print(comparison.tally(), seconds.count());
  if (comparison.tally().different > 0) return 1;
  if (comparison.tally().is_telling() || count < 1'000) return 0;
  std::printf("too many were refused or found nothing: this shows little\n");
  return 1;
}

}  // namespace
}  // namespace taskrunner::oracle

int main(int argc, char** argv) {
  CLI::App app("Asks a real mongod and src/query the same random queries over 80 odd documents; they must answer alike.");
  std::uint64_t first = 1;
  std::uint64_t count = 5'000;
  app.add_option("--seed", first, "the first query's number")->capture_default_str();
  app.add_option("--queries", count, "how many queries")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  return taskrunner::oracle::run(first, count);
}
