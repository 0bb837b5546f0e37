#include "auth/session_book.hpp"

#include <gtest/gtest.h>

namespace taskrunner::auth {
namespace {

constexpr std::int64_t hour_ms = 3'600'000;

class SessionBookTest : public ::testing::Test {
 protected:
  int made = 0;
  SessionBook book{[this] { return "secret " + std::to_string(++made); }};
};

TEST_F(SessionBookTest, an_open_session_is_found_by_its_id_alone) {
  const auto opened = book.open({"ann", Role::operator_}, 0);
  const auto found = book.find(opened.id, 0);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->principal.name, "ann");
  EXPECT_EQ(found->csrf_token, opened.session.csrf_token);
  EXPECT_NE(opened.id, opened.session.csrf_token);
  EXPECT_FALSE(book.find(opened.session.csrf_token, 0));
  EXPECT_FALSE(book.find("", 0));
}

TEST_F(SessionBookTest, it_ends_after_twelve_hours_or_with_the_credentials) {
  const auto without_end = book.open({"ann"}, 0);
  const auto with_end = book.open({"bob", Role::viewer, {}, hour_ms}, 0);
  EXPECT_EQ(without_end.session.principal.expires_at_ms, 12 * hour_ms);
  EXPECT_TRUE(book.find(with_end.id, hour_ms - 1));
  EXPECT_FALSE(book.find(with_end.id, hour_ms));
  EXPECT_TRUE(book.find(without_end.id, 12 * hour_ms - 1));
  EXPECT_FALSE(book.find(without_end.id, 12 * hour_ms));
  EXPECT_EQ(book.size(), 0u);
}

TEST_F(SessionBookTest, one_that_was_closed_is_gone) {
  const auto opened = book.open({"ann"}, 0);
  book.close(opened.id);
  book.close(opened.id);
  EXPECT_FALSE(book.find(opened.id, 0));
}

TEST_F(SessionBookTest, those_that_are_over_are_closed_together) {
  const auto ann = book.open({"ann"}, 0), bob = book.open({"bob"}, 0), also_ann = book.open({"ann"}, 0);
  book.close_if([](const SessionBook::Session& session) { return session.principal.name == "ann"; });
  EXPECT_FALSE(book.find(ann.id, 0));
  EXPECT_FALSE(book.find(also_ann.id, 0));
  EXPECT_TRUE(book.find(bob.id, 0));
}

TEST_F(SessionBookTest, a_key_names_a_session_and_opens_none) {
  const auto opened = book.open({"ann"}, 0);
  EXPECT_EQ(book.find(opened.id, 0)->key, opened.session.key);
  EXPECT_FALSE(book.find(opened.session.key, 0));
}

TEST_F(SessionBookTest, the_one_used_longest_ago_makes_room) {
  const auto first = book.open({"first"}, 0), second = book.open({"second"}, 0);
  for (std::size_t i = 2; i < SessionBook::most_sessions; ++i) book.open({"more"}, 0);
  EXPECT_TRUE(book.find(first.id, 0));
  book.open({"one more"}, 0);
  EXPECT_EQ(book.size(), SessionBook::most_sessions);
  EXPECT_TRUE(book.find(first.id, 0));
  EXPECT_FALSE(book.find(second.id, 0));
}

}  // namespace
}  // namespace taskrunner::auth
