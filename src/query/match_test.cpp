#include "query/compiled_query.hpp"

#include "doc/extended_json.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace taskrunner {
namespace {

/// One filter, the documents that it finds and those that it does not. mongod 6.0.5 answered every case so.
struct Case {
  const char* name;
  const char* filter;
  std::vector<const char*> finds;
  std::vector<const char*> leaves;
};

void PrintTo(const Case& tested, std::ostream* out) { *out << tested.filter; }

class Match : public testing::TestWithParam<Case> {};

TEST_P(Match, finds_what_mongodb_finds) {
  const CompiledQuery query = parse_query({Json::parse(GetParam().filter), {}});
  const auto matches = [&](const char* document) {
    return query.matches(from_extended_json(Json::parse(document)).as_object());
  };
  for (const char* document : GetParam().finds) EXPECT_TRUE(matches(document)) << document;
  for (const char* document : GetParam().leaves) EXPECT_FALSE(matches(document)) << document;
}

const Case cases[] = {
    // Equality
    {"everything", R"({})", {R"({})", R"({"a":1})"}, {}},
    {"equal", R"({"a":1})", {R"({"a":1})", R"({"a":1.0})", R"({"a":[1]})", R"({"a":[2,1]})"}, {R"({"a":"1"})", R"({"a":[[1]]})", R"({"a":true})", R"({})"}},
    {"two_fields_are_both_demanded", R"({"a":1,"b":2})", {R"({"a":1,"b":2})"}, {R"({"a":1})", R"({"b":2})"}},
    {"null_is_null_and_missing", R"({"a":null})", {R"({})", R"({"a":null})", R"({"a":[null]})", R"({"a":{"$undefined":true}})"}, {R"({"a":0})", R"({"a":""})", R"({"a":[]})", R"({"a":{}})"}},
    {"array_equals_whole_or_element", R"({"a":[1,2]})", {R"({"a":[1,2]})", R"({"a":[[1,2]]})", R"({"a":[0,[1,2]]})"}, {R"({"a":[2,1]})", R"({"a":[1,2,3]})", R"({"a":1})", R"({"a":[[[1,2]]]})"}},
    {"empty_array", R"({"a":[]})", {R"({"a":[]})", R"({"a":[[]]})"}, {R"({"a":[1]})", R"({})", R"({"a":null})"}},
    {"object_equals_in_order", R"({"a":{"x":1,"y":2}})", {R"({"a":{"x":1,"y":2}})", R"({"a":{"x":1.0,"y":2}})", R"({"a":[{"x":1,"y":2}]})"}, {R"({"a":{"y":2,"x":1}})", R"({"a":{"x":1,"y":2,"z":3}})", R"({"a":{"x":1}})"}},
    {"empty_object", R"({"a":{}})", {R"({"a":{}})", R"({"a":[{}]})"}, {R"({"a":{"b":1}})", R"({"a":[]})", R"({})"}},
    {"dbref_is_a_value", R"({"a":{"$ref":"c","$id":1}})", {R"({"a":{"$ref":"c","$id":1}})"}, {R"({"a":{"$ref":"c","$id":2}})"}},
    {"eq_takes_a_document", R"({"a":{"$eq":{"b":1}}})", {R"({"a":{"b":1}})"}, {R"({"a":{"b":2}})"}},
    {"symbol_equals_its_text", R"({"a":"x"})", {R"({"a":{"$symbol":"x"}})"}, {R"({"a":{"$code":"x"}})"}},
    {"dates_by_moment", R"({"a":{"$date":"2026-01-31T09:30:00Z"}})", {R"({"a":{"$date":1769851800000}})"}, {R"({"a":1769851800000})", R"({"a":"2026-01-31T09:30:00.000Z"})"}},
    {"object_ids", R"({"a":{"$oid":"000000000000000000000001"}})", {R"({"a":{"$oid":"000000000000000000000001"}})"}, {R"({"a":"000000000000000000000001"})"}},
    {"binary_by_subtype_too", R"({"a":{"$binary":{"base64":"YQ==","subType":"00"}}})", {R"({"a":{"$binary":{"base64":"YQ==","subType":"00"}}})"}, {R"({"a":{"$binary":{"base64":"YQ==","subType":"05"}}})"}},

    // Numbers
    {"zero_is_minus_zero", R"({"a":0})", {R"({"a":-0.0})", R"({"a":{"$numberDecimal":"-0"}})"}, {R"({"a":false})"}},
    {"nan_equals_nan", R"({"a":{"$numberDouble":"NaN"}})", {R"({"a":{"$numberDouble":"NaN"}})", R"({"a":{"$numberDecimal":"NaN"}})"}, {R"({"a":0})"}},
    {"beyond_2_to_53_exactly", R"({"a":{"$numberLong":"9007199254740993"}})", {R"({"a":{"$numberLong":"9007199254740993"}})", R"({"a":{"$numberDecimal":"9007199254740993"}})"}, {R"({"a":9007199254740992})", R"({"a":{"$numberDouble":"9007199254740992"}})"}},
    {"greater_beyond_2_to_53", R"({"a":{"$gt":9007199254740992}})", {R"({"a":{"$numberLong":"9007199254740993"}})", R"({"a":{"$numberDecimal":"9007199254740992.5"}})"}, {R"({"a":9007199254740992})"}},
    {"greatest_long_is_below_2_to_63", R"({"a":{"$lt":9223372036854775808}})", {R"({"a":{"$numberLong":"9223372036854775807"}})"}, {R"({"a":{"$numberDouble":"9223372036854775808"}})"}},
    {"decimal_with_int", R"({"a":1})", {R"({"a":{"$numberDecimal":"1.00"}})"}, {R"({"a":{"$numberDecimal":"1.01"}})"}},
    {"decimal_with_double_exactly", R"({"a":{"$gt":{"$numberDecimal":"0.1"}}})", {R"({"a":0.1})"}, {R"({"a":{"$numberDecimal":"0.1"}})"}},
    {"nan_is_neither_less_nor_greater", R"({"a":{"$lt":5}})", {R"({"a":4})", R"({"a":{"$numberDouble":"-Infinity"}})"}, {R"({"a":{"$numberDouble":"NaN"}})", R"({"a":{"$numberDecimal":"NaN"}})"}},
    {"at_least_nan_is_nan", R"({"a":{"$gte":{"$numberDouble":"NaN"}}})", {R"({"a":{"$numberDouble":"NaN"}})"}, {R"({"a":1})", R"({})"}},
    {"greater_than_nan_is_nothing", R"({"a":{"$gt":{"$numberDouble":"NaN"}}})", {}, {R"({"a":{"$numberDouble":"NaN"}})", R"({"a":1})"}},

    // Comparison
    {"greater", R"({"a":{"$gt":1}})", {R"({"a":2})", R"({"a":1.5})", R"({"a":[0,2]})"}, {R"({"a":1})", R"({"a":"2"})", R"({})", R"({"a":null})", R"({"a":{"$date":5}})", R"({"a":[[2]]})"}},
    {"each_bound_may_have_its_own_element", R"({"a":{"$gt":1,"$lt":0}})", {R"({"a":[-1,2]})"}, {R"({"a":0.5})", R"({"a":[2]})"}},
    {"less_text_by_bytes", R"({"a":{"$lt":"a"}})", {R"({"a":"Z"})", R"({"a":""})"}, {R"({"a":"a"})", R"({"a":"é"})", R"({"a":5})"}},
    {"at_most_null_is_null", R"({"a":{"$lte":null}})", {R"({})", R"({"a":null})"}, {R"({"a":0})"}},
    {"less_than_null_is_nothing", R"({"a":{"$lt":null}})", {}, {R"({})", R"({"a":null})"}},
    {"arrays_by_element", R"({"a":{"$gt":[1,2]}})", {R"({"a":[1,3]})", R"({"a":[1,2,0]})", R"({"a":[[2]]})"}, {R"({"a":[1,2]})", R"({"a":5})", R"({"a":[0,9]})"}},
    {"objects_by_member", R"({"a":{"$gt":{"b":1}}})", {R"({"a":{"b":2}})", R"({"a":{"c":1}})", R"({"a":{"b":1,"c":0}})"}, {R"({"a":{"b":1}})", R"({"a":{"b":null}})"}},
    {"bools", R"({"a":{"$lt":true}})", {R"({"a":false})"}, {R"({"a":true})", R"({"a":0})"}},
    {"above_min_key_is_all_else", R"({"a":{"$gt":{"$minKey":1}}})", {R"({})", R"({"a":null})", R"({"a":5})"}, {R"({"a":{"$minKey":1}})"}},
    {"below_max_key_is_all_else", R"({"a":{"$lt":{"$maxKey":1}}})", {R"({})", R"({"a":null})", R"({"a":5})"}, {R"({"a":{"$maxKey":1}})"}},
    {"timestamps", R"({"a":{"$gt":{"$timestamp":{"t":1,"i":2}}}})", {R"({"a":{"$timestamp":{"t":1,"i":3}}})", R"({"a":{"$timestamp":{"t":2,"i":0}}})"}, {R"({"a":{"$timestamp":{"t":1,"i":2}}})", R"({"a":{"$date":5}})"}},

    // $ne, $nin, $not: the opposite of the whole
    {"not_equal_looks_at_all_elements", R"({"a":{"$ne":1}})", {R"({})", R"({"a":2})", R"({"a":[2,3]})", R"({"a":null})", R"({"a":[]})", R"({"a":[[1]]})"}, {R"({"a":1})", R"({"a":[2,1]})"}},
    {"not_equal_null_is_there", R"({"a":{"$ne":null}})", {R"({"a":0})", R"({"a":[]})", R"({"a":[1]})"}, {R"({})", R"({"a":null})", R"({"a":[1,null]})"}},
    {"not_equal_along_an_array", R"({"a.b":{"$ne":1}})", {R"({"a":[{"b":2}]})", R"({"a":[]})", R"({"a":5})"}, {R"({"a":[{"b":2},{"b":1}]})"}},
    {"not_in", R"({"a":{"$nin":[1,null]}})", {R"({"a":2})", R"({"a":[]})"}, {R"({})", R"({"a":1})", R"({"a":[2,1]})"}},
    {"not_in_nothing", R"({"a":{"$nin":[]}})", {R"({})", R"({"a":1})"}, {}},
    {"not_greater_is_also_missing", R"({"a":{"$not":{"$gt":1}}})", {R"({})", R"({"a":1})", R"({"a":"x"})", R"({"a":[]})"}, {R"({"a":2})", R"({"a":[0,2]})"}},
    {"not_of_two_is_not_both", R"({"a":{"$not":{"$gt":1,"$lt":5}}})", {R"({"a":0})", R"({"a":6})", R"({})"}, {R"({"a":3})", R"({"a":[0,9]})"}},
    {"not_of_not", R"({"a":{"$not":{"$ne":1}}})", {R"({"a":1})", R"({"a":[0,1]})"}, {R"({"a":2})", R"({})"}},
    {"not_of_a_regex", R"({"a":{"$not":{"$regularExpression":{"pattern":"^x","options":""}}}})", {R"({"a":"y"})", R"({})", R"({"a":5})"}, {R"({"a":"xy"})", R"({"a":["y","x"]})"}},

    // $in
    {"in", R"({"a":{"$in":[1,"x"]}})", {R"({"a":1.0})", R"({"a":"x"})", R"({"a":[5,"x"]})"}, {R"({"a":2})", R"({})", R"({"a":null})", R"({"a":[[1]]})"}},
    {"in_null", R"({"a":{"$in":[null]}})", {R"({})", R"({"a":null})", R"({"a":[1,null]})", R"({"a":{"$undefined":true}})"}, {R"({"a":0})", R"({"a":[]})"}},
    {"in_nothing", R"({"a":{"$in":[]}})", {}, {R"({})", R"({"a":[]})"}},
    {"in_arrays", R"({"a":{"$in":[[1],[]]}})", {R"({"a":[1]})", R"({"a":[]})", R"({"a":[[1]]})"}, {R"({"a":1})", R"({"a":[1,2]})"}},
    {"in_regexes", R"({"a":{"$in":[{"$regularExpression":{"pattern":"^x","options":"i"}},5]}})", {R"({"a":"Xy"})", R"({"a":5})", R"({"a":["a","xa"]})"}, {R"({"a":"yx"})", R"({"a":6})"}},
    {"in_mixed_numbers", R"({"a":{"$in":[{"$numberLong":"9007199254740993"},0.5]}})", {R"({"a":{"$numberLong":"9007199254740993"}})", R"({"a":{"$numberDecimal":"0.50"}})"}, {R"({"a":9007199254740992})"}},

    // Paths
    {"path_into_object", R"({"a.b":1})", {R"({"a":{"b":1}})", R"({"a":[{"b":1}]})", R"({"a":[{"b":2},{"b":[0,1]}]})"}, {R"({"a":1})", R"({"a":{"b":{"b":1}}})", R"({"a":[[{"b":1}]]})", R"({"a.b":1})"}},
    {"path_null_where_the_way_ends", R"({"a.b":null})", {R"({})", R"({"a":1})", R"({"a":{}})", R"({"a":null})", R"({"a":[{}]})", R"({"a":[{"b":1},{}]})"}, {R"({"a":[]})", R"({"a":[1]})", R"({"a":{"b":1}})", R"({"a":[{"b":1}]})"}},
    {"path_index", R"({"a.1":5})", {R"({"a":[4,5]})", R"({"a":{"1":5}})", R"({"a":[{"1":5}]})", R"({"a":[4,{"1":5}]})"}, {R"({"a":[5,4]})", R"({"a":[5]})", R"({"a":[4,[5]]})"}},
    {"path_index_gives_the_element_as_it_is", R"({"a.0":[1]})", {R"({"a":[[1]]})"}, {R"({"a":[1]})", R"({"a":[[[1]]]})"}},
    {"path_index_then_name", R"({"a.0.b":1})", {R"({"a":[{"b":1},{"b":2}]})", R"({"a":[[{"b":1}]]})", R"({"a":{"0":{"b":1}}})"}, {R"({"a":[{"b":2},{"b":1}]})"}},
    {"path_index_in_index", R"({"a.0.1":6})", {R"({"a":[[5,6]]})"}, {R"({"a":[[6,5]]})", R"({"a":[5,6]})"}},
    {"path_index_missing_is_not_null", R"({"a.5":null})", {R"({"a":{}})", R"({"a":1})", R"({"a":[{}]})"}, {R"({"a":[1]})", R"({"a":[]})"}},
    {"path_leading_zero_is_a_name", R"({"a.00":5})", {R"({"a":{"00":5}})"}, {R"({"a":[5]})"}},
    {"path_through_two_arrays", R"({"a.b.c":1})", {R"({"a":[{"b":[{"c":2},{"c":1}]}]})"}, {R"({"a":[{"b":[[{"c":1}]]}]})"}},
    {"path_with_empty_parts", R"({"a..b":1})", {R"({"a":{"":{"b":1}}})"}, {R"({"a":{"b":1}})"}},
    {"path_with_a_dot_at_its_end", R"({"a.":1})", {R"({"a":[1]})", R"({"a":{"":1}})", R"({"a":{"":[1]}})"}, {R"({"a":1})", R"({"a":[{"":1}]})", R"({"a":[[1]]})"}},
    {"path_with_a_dot_behind_an_index", R"({"a.0.":1})", {R"({"a":[[1]]})", R"({"a":[{"":1}]})"}, {R"({"a":[1]})", R"({"a":1})"}},
    {"path_with_two_dots_at_its_end", R"({"a..":1})", {R"({"a":{"":[1]}})", R"({"a":[{"":{"":1}}]})"}, {R"({"a":[1]})", R"({"a":{"":1}})"}},
    {"empty_name", R"({"":1})", {R"({"":1})"}, {R"({"a":1})"}},

    // $exists, $type, $size, $mod
    {"exists", R"({"a":{"$exists":true}})", {R"({"a":null})", R"({"a":[]})", R"({"a":{"$undefined":true}})"}, {R"({})"}},
    {"exists_not", R"({"a.b":{"$exists":false}})", {R"({})", R"({"a":1})", R"({"a":[]})", R"({"a":[1]})", R"({"a":[{}]})"}, {R"({"a":{"b":null}})", R"({"a":[{},{"b":1}]})"}},
    {"exists_takes_any_truth", R"({"a":{"$exists":"no"}})", {R"({"a":1})"}, {R"({})"}},
    {"exists_0_is_false", R"({"a":{"$exists":0}})", {R"({})"}, {R"({"a":1})"}},
    {"exists_null_is_false", R"({"a":{"$exists":null}})", {R"({})"}, {R"({"a":1})"}},
    {"type_by_name", R"({"a":{"$type":"string"}})", {R"({"a":""})", R"({"a":[1,"x"]})"}, {R"({"a":{"$symbol":"x"}})", R"({})", R"({"a":[["x"]]})"}},
    {"type_by_number", R"({"a":{"$type":16}})", {R"({"a":5})"}, {R"({"a":5.5})", R"({"a":{"$numberLong":"5"}})"}},
    {"type_number_is_all_numbers", R"({"a":{"$type":"number"}})", {R"({"a":5})", R"({"a":5.5})", R"({"a":{"$numberLong":"5"}})", R"({"a":{"$numberDecimal":"5"}})"}, {R"({"a":"5"})"}},
    {"type_array_is_the_array_itself", R"({"a":{"$type":"array"}})", {R"({"a":[]})", R"({"a":[1]})"}, {R"({"a":{}})"}},
    {"type_list", R"({"a":{"$type":["null",1]}})", {R"({"a":null})", R"({"a":1.5})"}, {R"({})", R"({"a":1})"}},
    {"type_min_key", R"({"a":{"$type":-1}})", {R"({"a":{"$minKey":1}})"}, {R"({"a":{"$maxKey":1}})"}},
    {"type_object_in_array", R"({"a":{"$type":"object"}})", {R"({"a":{}})", R"({"a":[{}]})"}, {R"({"a":[]})"}},
    {"size", R"({"a":{"$size":2}})", {R"({"a":[1,2]})", R"({"a":[[],[]]})"}, {R"({"a":[1]})", R"({"a":[[1,2]]})", R"({"a":"xx"})", R"({})"}},
    {"size_0", R"({"a":{"$size":0}})", {R"({"a":[]})"}, {R"({})", R"({"a":null})"}},
    {"size_along_an_array", R"({"a.b":{"$size":1}})", {R"({"a":[{"b":[5]}]})"}, {R"({"a":[{"b":5}]})"}},
    {"mod", R"({"a":{"$mod":[4,1]}})", {R"({"a":5})", R"({"a":5.9})", R"({"a":{"$numberLong":"9"}})", R"({"a":{"$numberDecimal":"5.5"}})", R"({"a":[0,1]})"}, {R"({"a":4})", R"({"a":-3})", R"({"a":"5"})", R"({})", R"({"a":{"$numberDouble":"NaN"}})", R"({"a":{"$numberDouble":"Infinity"}})"}},
    {"mod_keeps_the_sign", R"({"a":{"$mod":[4,-3]}})", {R"({"a":-3})", R"({"a":-7.5})"}, {R"({"a":1})", R"({"a":5})"}},
    {"mod_of_a_negative_divisor", R"({"a":{"$mod":[-4,1]}})", {R"({"a":5})"}, {R"({"a":-3})"}},
    {"mod_cuts_its_own_fractions", R"({"a":{"$mod":[4.9,1.9]}})", {R"({"a":5})"}, {R"({"a":6})"}},
    {"mod_minus_1_of_the_least_long", R"({"a":{"$mod":[-1,0]}})", {R"({"a":{"$numberLong":"-9223372036854775808"}})", R"({"a":5})"}, {R"({"a":1e300})"}},

    // $all, $elemMatch
    {"all", R"({"a":{"$all":[1,2]}})", {R"({"a":[2,1]})", R"({"a":[1,2,3]})"}, {R"({"a":[1]})", R"({"a":1})", R"({})"}},
    {"all_of_one_takes_a_plain_value", R"({"a":{"$all":[1]}})", {R"({"a":1})", R"({"a":[1]})"}, {R"({"a":[[1]]})"}},
    {"all_of_nothing", R"({"a":{"$all":[]}})", {}, {R"({"a":[]})", R"({"a":1})", R"({})"}},
    {"all_of_an_array", R"({"a":{"$all":[[1,2]]}})", {R"({"a":[1,2]})", R"({"a":[[1,2]]})"}, {R"({"a":[2,1]})"}},
    {"all_of_null", R"({"a":{"$all":[null]}})", {R"({})", R"({"a":[null]})"}, {R"({"a":[]})"}},
    {"all_of_a_regex", R"({"a":{"$all":[{"$regularExpression":{"pattern":"^x","options":""}},1]}})", {R"({"a":["xy",1]})"}, {R"({"a":["y",1]})"}},
    {"all_elem_match", R"({"a":{"$all":[{"$elemMatch":{"b":1}},{"$elemMatch":{"b":2}}]}})", {R"({"a":[{"b":2},{"b":1}]})"}, {R"({"a":[{"b":1}]})"}},
    {"elem_match_value_is_one_element", R"({"a":{"$elemMatch":{"$gt":1,"$lt":5}}})", {R"({"a":[3]})", R"({"a":[0,3]})"}, {R"({"a":[0,9]})", R"({"a":3})", R"({"a":[[3]]})", R"({})"}},
    {"elem_match_document", R"({"a":{"$elemMatch":{"b":1,"c":2}}})", {R"({"a":[{"b":1,"c":2}]})"}, {R"({"a":[{"b":1},{"c":2}]})", R"({"a":{"b":1,"c":2}})", R"({"a":[1]})"}},
    {"elem_match_empty_takes_documents_and_arrays", R"({"a":{"$elemMatch":{}}})", {R"({"a":[{}]})", R"({"a":[[]]})"}, {R"({"a":[1]})", R"({"a":[]})"}},
    {"elem_match_null_in_documents", R"({"a":{"$elemMatch":{"b":null}}})", {R"({"a":[{}]})", R"({"a":[{"b":null}]})", R"({"a":[[]]})"}, {R"({"a":[1]})", R"({"a":[{"b":1}]})"}},
    {"elem_match_takes_an_array_as_a_document", R"({"a":{"$elemMatch":{"0":1}}})", {R"({"a":[[1,2]]})"}, {R"({"a":[1]})", R"({"a":[[2,1]]})"}},
    {"elem_match_not_equal_is_one_that_differs", R"({"a":{"$elemMatch":{"$ne":1}}})", {R"({"a":[1,2]})"}, {R"({"a":[1]})", R"({"a":[]})", R"({"a":2})"}},
    {"elem_match_in_elem_match", R"({"a":{"$elemMatch":{"$elemMatch":{"$gt":4}}}})", {R"({"a":[[1,5]]})"}, {R"({"a":[5]})", R"({"a":[[1]]})"}},
    {"elem_match_with_or", R"({"a":{"$elemMatch":{"$or":[{"b":1},{"c":1}]}}})", {R"({"a":[{"c":1}]})"}, {R"({"a":[{"d":1}]})"}},
    {"elem_match_not", R"({"a":{"$not":{"$elemMatch":{"b":1}}}})", {R"({"a":[{"b":2}]})", R"({})"}, {R"({"a":[{"b":1}]})"}},
    {"elem_match_along_an_array", R"({"a.b":{"$elemMatch":{"$eq":1}}})", {R"({"a":[{"b":[1]}]})"}, {R"({"a":[{"b":1}]})"}},
    {"elem_match_exists_false_is_never", R"({"a":{"$elemMatch":{"$exists":false}}})", {}, {R"({"a":[1]})", R"({})"}},

    // Regular expressions
    {"regex", R"({"a":{"$regex":"^ab?c$"}})", {R"({"a":"abc"})", R"({"a":["x","ac"]})", R"({"a":{"$symbol":"ac"}})"}, {R"({"a":"abbc"})", R"({"a":5})", R"({})", R"({"a":null})"}},
    {"regex_options", R"({"a":{"$regex":"^A b$","$options":"ix"}})", {R"({"a":"ab"})"}, {R"({"a":"a b"})"}},
    {"regex_lines", R"({"a":{"$regex":"^b","$options":"m"}})", {R"({"a":"a\nb"})"}, {R"({"a":"ab"})"}},
    {"regex_dot_and_newline", R"({"a":{"$regex":"a.b","$options":"s"}})", {R"({"a":"a\nb"})"}, {R"({"a":"ab"})"}},
    {"regex_dot_without_s", R"({"a":{"$regex":"a.b"}})", {R"({"a":"a-b"})"}, {R"({"a":"a\nb"})"}},
    {"regex_utf8", R"({"a":{"$regex":"^.$"}})", {R"({"a":"é"})", R"({"a":"😀"})"}, {R"({"a":"éé"})"}},
    {"regex_value", R"({"a":{"$regularExpression":{"pattern":"B","options":"i"}}})", {R"({"a":"abc"})", R"({"a":{"$regularExpression":{"pattern":"B","options":"i"}}})"}, {R"({"a":{"$regularExpression":{"pattern":"B","options":""}}})", R"({"a":"x"})"}},
    {"regex_equal_as_a_value_only", R"({"a":{"$eq":{"$regularExpression":{"pattern":"b","options":""}}}})", {R"({"a":{"$regularExpression":{"pattern":"b","options":""}}})"}, {R"({"a":"b"})"}},
    {"regex_beside_a_bound", R"({"a":{"$regex":"x","$gt":"b"}})", {R"({"a":"cx"})"}, {R"({"a":"ax"})"}},
    {"regex_nothing_is_everywhere", R"({"a":{"$regex":""}})", {R"({"a":""})", R"({"a":"x"})"}, {R"({"a":1})"}},
    {"regex_value_with_options_beside", R"({"a":{"$regex":{"$regularExpression":{"pattern":"B","options":""}},"$options":"i"}})", {R"({"a":"b"})"}, {R"({"a":"x"})"}},

    // Logic
    {"and", R"({"$and":[{"a":1},{"a":2}]})", {R"({"a":[1,2]})"}, {R"({"a":1})"}},
    {"or", R"({"$or":[{"a":1},{"b":1}]})", {R"({"a":1})", R"({"b":1})"}, {R"({"a":2})"}},
    {"nor", R"({"$nor":[{"a":1},{"b":1}]})", {R"({})", R"({"a":2})"}, {R"({"a":1})", R"({"b":1,"a":2})"}},
    {"or_beside_a_field", R"({"c":1,"$or":[{"a":1},{"b":1}]})", {R"({"c":1,"b":1})"}, {R"({"b":1})", R"({"c":1})"}},
    {"nested", R"({"$or":[{"$and":[{"a":1},{"b":1}]},{"$nor":[{"c":{"$exists":true}}]}]})", {R"({"a":1,"b":1,"c":1})", R"({})"}, {R"({"a":1,"c":1})"}},
    {"and_of_everything", R"({"$and":[{}]})", {R"({})"}, {}},
    {"nor_of_everything", R"({"$nor":[{}]})", {}, {R"({})"}},
};

/// {a: [{"0": [{"0": … 1}]}]}: each array can be gone into in two ways.
JsonObject forking(int levels) {
  Json value(1);
  for (int i = 0; i < levels; ++i) {
    JsonObject inner;
    inner.set("0", std::move(value));
    value = Json(JsonArray{Json(std::move(inner))});
  }
  JsonObject document;
  document.set("a", std::move(value));
  return document;
}

TEST(MatchCost, ways_that_fork_and_meet_again_are_gone_once) {
  std::string path = "a";
  for (int i = 0; i < 45; ++i) path += ".0";
  JsonObject filter;
  filter.set(path, 2);
  const CompiledQuery query = parse_query({Json(std::move(filter)), {}});
  const JsonObject document = forking(45);
  const auto start = std::chrono::steady_clock::now();
  EXPECT_FALSE(query.matches(document));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));  // it was hours
}

INSTANTIATE_TEST_SUITE_P(Cases, Match, testing::ValuesIn(cases), [](const auto& tested) { return tested.param.name; });

}  // namespace
}  // namespace taskrunner
