#pragma once

#include "base/random.hpp"

#include <taskrunner/query.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace taskrunner::oracle {

/// Queries over the whole allow-list. Most paths and operands are taken from the documents, so that they meet; a few
/// operands are wrong, so that refusals are compared too.
class RandomQuery {
 public:
  /// `documents` outlive it.
  RandomQuery(std::uint64_t seed, const std::vector<JsonObject>& documents) : random_(seed), documents_(documents) {}

  Query make();

 private:
  /// A path, and a value that may well stand there.
  struct Spot {
    std::string path;
    Json value;
  };

  bool one_in(std::uint64_t count) { return random_.below(count) == 0; }
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(random_.below(bound)); }
  template <typename Item, std::size_t count>
  const Item& one_of(const Item (&items)[count]) {
    return items[below(count)];
  }

  Spot spot();
  Spot spot_in(const JsonObject& document);
  std::string path();
  Json operand(const Spot& spot);
  JsonArray operands(const Spot& spot);

  JsonObject filter(int depth);
  void add_condition(JsonObject& filter, const Spot& spot, int depth);
  void add_logical(JsonObject& filter, int depth);
  JsonObject operators(const Spot& spot, int depth);
  void add_operator(JsonObject& all, const Spot& spot, int depth);
  void add_regex(JsonObject& all);
  Json in_operand(const Spot& spot);
  Json type_operand();
  Json mod_operand();
  Json size_operand();
  Json all_operand(const Spot& spot, int depth);
  Json elem_match(const Spot& spot, int depth);
  Json not_operand(const Spot& spot, int depth);
  Json regex_value();
  JsonObject sort();

  Random random_;
  const std::vector<JsonObject>& documents_;
};

}  // namespace taskrunner::oracle
