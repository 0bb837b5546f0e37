#include "support/odd_documents.hpp"

#include "doc/extended_json.hpp"

#include <iterator>
#include <string>

namespace taskrunner::test {
namespace {

// In Extended JSON. The first are the ones that are met often.
constexpr const char* values[] = {
    "null", "0", "1", "2", "5", "\"a\"", "\"b\"", "true", "false", "[]", "{}", "-1", "0.5", "1.0",
    // Numbers
    "-0.0", "-3", "4.9", "-7.5", R"({"$numberLong":"1"})", R"({"$numberLong":"5"})", R"({"$numberDouble":"NaN"})",
    R"({"$numberDouble":"Infinity"})", R"({"$numberDouble":"-Infinity"})", "1e300", "5e-324",
    R"({"$numberDouble":"9007199254740992"})", R"({"$numberLong":"9007199254740992"})",
    R"({"$numberLong":"9007199254740993"})", R"({"$numberLong":"-9007199254740993"})",
    R"({"$numberLong":"9223372036854775807"})", R"({"$numberLong":"-9223372036854775808"})",
    R"({"$numberDouble":"9223372036854775808"})", R"({"$numberDouble":"-9223372036854775808"})", "2147483647",
    R"({"$numberLong":"2147483648"})", "0.1", R"({"$numberDecimal":"0.1"})", R"({"$numberDecimal":"1.00"})",
    R"({"$numberDecimal":"-0"})", R"({"$numberDecimal":"0.5"})", R"({"$numberDecimal":"NaN"})",
    R"({"$numberDecimal":"Infinity"})", R"({"$numberDecimal":"-Infinity"})",
    R"({"$numberDecimal":"9007199254740993"})", R"({"$numberDecimal":"9007199254740992.5"})",
    R"({"$numberDecimal":"9223372036854775808"})", R"({"$numberDecimal":"1E+6144"})",
    R"({"$numberDecimal":"1E-6176"})", R"({"$numberDecimal":"5.5"})",
    R"({"$numberDecimal":"1234567890123456789012345678901234"})",
    // Text
    "\"\"", "\"A\"", "\"ab\"", "\"aab\"", "\"é\"", "\"😀\"", R"("a\nb")", R"("b\na")", R"("a\u0000b")", "\"1\"",
    "\"0\"", "\"null\"", "\"a b\"", "\"2026-01-31T09:30:00.000Z\"", R"({"$symbol":"a"})", R"({"$code":"a"})",
    R"({"$code":"a","$scope":{"a":1}})", R"({"$regularExpression":{"pattern":"^a","options":""}})",
    R"({"$regularExpression":{"pattern":"^a","options":"i"}})", R"({"$regularExpression":{"pattern":"b$","options":"m"}})",
    // Moments, ids, bytes, ends
    R"({"$date":0})", R"({"$date":-1})", R"({"$date":"2026-01-31T09:30:00Z"})",
    R"({"$date":{"$numberLong":"9223372036854775807"}})", R"({"$timestamp":{"t":0,"i":1}})",
    R"({"$timestamp":{"t":1,"i":0}})", R"({"$timestamp":{"t":4294967295,"i":4294967295}})",
    R"({"$oid":"000000000000000000000001"})", R"({"$oid":"507f1f77bcf86cd799439011"})",
    R"({"$oid":"ffffffffffffffffffffffff"})", R"({"$binary":{"base64":"","subType":"00"}})",
    R"({"$binary":{"base64":"YQ==","subType":"00"}})", R"({"$binary":{"base64":"YQ==","subType":"05"}})",
    R"({"$binary":{"base64":"YWI=","subType":"80"}})", R"({"$undefined":true})", R"({"$minKey":1})",
    R"({"$maxKey":1})", R"({"$dbPointer":{"$ref":"a","$id":{"$oid":"000000000000000000000001"}}})",
    // Nested
    "[1]", "[1,2]", "[2,1]", "[[]]", "[[1]]", "[[1,2]]", "[null]", "[{}]", R"({"a":1})", R"({"a":null})", R"({"a":[]})",
    R"({"b":1,"a":1})", R"({"a":1,"b":1})", R"({"0":1})", R"({"":1})", R"([{"a":1},{"a":2}])", R"([{"a":[1,2]}])",
};

constexpr const char* documents[] = {
    "{}", R"({"a":null})", R"({"a":{"$undefined":true}})", R"({"a":[]})", R"({"a":[[]]})", R"({"a":[[[]]]})",
    R"({"a":{}})", R"({"a":[{}]})", R"({"a":[null]})", R"({"a":[{"$undefined":true}]})", R"({"a":1})", R"({"a":1.0})",
    R"({"a":[1]})", R"({"a":[[1]]})", R"({"a":[1,2,3]})", R"({"a":[3,2,1]})", R"({"a":[[1,2],[3]]})",
    R"({"a":[1,[2,[5]]]})", R"({"a":{"b":1}})", R"({"a":{"b":null}})", R"({"a":{"b":[]}})", R"({"a":{"b":{"c":1}}})",
    R"({"a":[{"b":1},{"b":2}]})", R"({"a":[{"b":1},{}]})", R"({"a":[{"b":[1,2]},{"b":[5]}]})",
    R"({"a":[[{"b":1}],[{"b":2}]]})", R"({"a":[{"b":[{"c":1},{"c":2}]},{"b":{"c":5}}]})", R"({"a":{"0":5}})",
    R"({"a":[{"0":5},{"1":1}]})", R"({"a":{"0":{"b":1}}})", R"({"a":[5,{"1":5,"b":1}]})", R"({"a":{"1":[1,2],"00":5}})",
    R"({"a":[[5,6],[1]],"b":[[2]]})", R"({"a.b":1})", R"({"":1,"a":{"":{"b":1}}})", R"({"a":[1,2],"b":[5,1]})",
    R"({"a":"a","b":["a","ab","b"]})", R"({"a":["A",1,null,{},[]]})", R"({"a":true,"b":false,"c":[true]})",
    R"({"a":{"b":1,"c":2}})", R"({"a":{"c":2,"b":1}})", R"({"a":[{"b":1,"c":2},{"b":2,"c":1}]})",
    R"({"b":{"a":[{"b":[[1,2],[5]]}]}})", R"({"a":[{"b":null},{"c":1}],"c":null})",
};

constexpr const char* ids[] = {"0", "-1", "0.5", "\"\"", "\"a\"", "{}", R"({"a":1})", "true", "null",
                               R"({"$date":0})", R"({"$numberDouble":"NaN"})", R"({"$numberDecimal":"0.1"})",
                               R"({"$numberLong":"9007199254740993"})", R"({"$minKey":1})",
                               R"({"$binary":{"base64":"YQ==","subType":"00"}})"};

Json read(const char* text) { return from_extended_json(Json::parse(text)); }

std::string odd_name(Random& random) {
  static constexpr const char* names[] = {"a", "a", "a", "b", "b", "c", "0", "1", "00", ""};
  return names[random.below(std::size(names))];
}

JsonObject odd_object(Random& random, int depth) {
  JsonObject object;
  for (std::uint64_t i = random.below(4); i > 0; --i) {
    const std::string name = odd_name(random);  // before the value: the order of arguments is the compiler's
    object.set(name, odd_value(random, depth));
  }
  return object;
}

/// In no order that says anything: every third position has an odd one while there are some.
Json id_at(Random& random, std::size_t position) {
  if (position % 3 == 0 && position / 3 < std::size(ids)) return read(ids[position / 3]);
  return random.object_id(static_cast<std::int64_t>(random.below(1'000'000'000)) * 1000);
}

}  // namespace

const std::vector<Json>& odd_values() {
  static const std::vector<Json> all = [] {
    std::vector<Json> read_values;
    for (const char* text : values) read_values.push_back(read(text));
    return read_values;
  }();
  return all;
}

Json odd_value(Random& random, int depth) {
  constexpr std::size_t frequent = 14;
  const std::uint64_t kind = random.below(10);
  if (depth > 0 && kind == 0) return odd_object(random, depth - 1);
  if (depth > 0 && kind <= 2) {
    JsonArray array;
    for (std::uint64_t i = random.below(4); i > 0; --i) array.push_back(odd_value(random, depth - 1));
    return array;
  }
  return odd_values()[random.below(kind <= 5 ? frequent : odd_values().size())];
}

std::vector<JsonObject> odd_documents(Random& random, std::size_t count) {
  std::vector<JsonObject> all;
  for (std::size_t i = 0; i < count; ++i) {
    JsonObject document;
    document.set("_id", id_at(random, i));
    const JsonObject members = i < std::size(documents) ? read(documents[i]).as_object() : odd_object(random, 3);
    for (const auto& [name, value] : members) document.append(name, value);
    all.push_back(std::move(document));
  }
  return all;
}

}  // namespace taskrunner::test
