#include <taskrunner/object_id.hpp>

#include <gtest/gtest.h>

#include <unordered_set>

namespace taskrunner {
namespace {

constexpr const char* hex = "507f1f77bcf86cd799439011";

TEST(ObjectId, reads_and_writes_24_hex_digits) {
  EXPECT_EQ(ObjectId::from_hex(hex)->hex(), hex);
  EXPECT_EQ(ObjectId::from_hex("507F1F77BCF86CD799439011")->hex(), hex);
}

TEST(ObjectId, any_other_text_is_none) {
  for (const char* text : {"", "507f1f77bcf86cd79943901", "507f1f77bcf86cd7994390110", "507f1f77bcf86cd79943901g",
                           "0x7f1f77bcf86cd799439011", " 07f1f77bcf86cd799439011"})
    EXPECT_FALSE(ObjectId::from_hex(text)) << text;
}

TEST(ObjectId, reads_12_bytes_and_no_others) {
  const ObjectId id = *ObjectId::from_hex(hex);
  EXPECT_EQ(ObjectId::from_bytes(id.view()), id);
  EXPECT_FALSE(ObjectId::from_bytes(id.view().substr(1)));
  EXPECT_FALSE(ObjectId::from_bytes(std::string(13, 'x')));
}

TEST(ObjectId, orders_by_its_bytes_as_unsigned) {
  EXPECT_LT(*ObjectId::from_hex("000000000000000000000001"), *ObjectId::from_hex("000000000000000000000002"));
  EXPECT_LT(*ObjectId::from_hex("7fffffffffffffffffffffff"), *ObjectId::from_hex("800000000000000000000000"));
}

TEST(ObjectId, the_default_is_zero) {
  EXPECT_TRUE(ObjectId().is_zero());
  EXPECT_FALSE(ObjectId::from_hex(hex)->is_zero());
}

TEST(ObjectId, is_a_key_of_a_hash_table) {
  std::unordered_set<ObjectId> ids{*ObjectId::from_hex(hex)};
  EXPECT_TRUE(ids.contains(*ObjectId::from_hex(hex)));
  EXPECT_FALSE(ids.contains(ObjectId()));
}

}  // namespace
}  // namespace taskrunner
