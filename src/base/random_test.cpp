#include "base/random.hpp"

#include <gtest/gtest.h>

#include <set>

namespace taskrunner {
namespace {

constexpr std::int64_t now_ms = 1769851800000;

TEST(Random, the_same_seed_gives_the_same_sequence) {
  Random a(7), b(7), other(8);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(a.next(), b.next());
  EXPECT_EQ(a.object_id(now_ms), b.object_id(now_ms));
  EXPECT_NE(a.next(), other.next());
}

TEST(Random, a_fraction_is_from_0_to_below_1) {
  Random random(1);
  for (int i = 0; i < 10'000; ++i) {
    const double fraction = random.fraction();
    ASSERT_GE(fraction, 0.0);
    ASSERT_LT(fraction, 1.0);
  }
}

TEST(Random, below_stays_below) {
  Random random(1);
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 1'000; ++i) seen.insert(random.below(3));
  EXPECT_EQ(seen, (std::set<std::uint64_t>{0, 1, 2}));
  EXPECT_EQ(random.below(0), 0u);
  EXPECT_EQ(random.below(1), 0u);
}

TEST(Random, an_id_begins_with_its_second) {
  Random random(1);
  EXPECT_EQ(random.object_id(now_ms).hex().substr(0, 8), "697dcb98");
}

TEST(Random, ids_ascend_also_when_the_counter_begins_anew_or_the_clock_goes_back) {
  Random random(1);
  ObjectId last = random.object_id(now_ms);
  for (int i = 0; i < (1 << 24) + 10; ++i) {
    const ObjectId id = random.object_id(i % 1000 == 0 ? now_ms - 5'000 : now_ms);
    ASSERT_LT(last, id) << i;
    last = id;
  }
}

}  // namespace
}  // namespace taskrunner
