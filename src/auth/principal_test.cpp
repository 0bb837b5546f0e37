#include "auth/principal.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace taskrunner::auth {
namespace {

TEST(Principal, roles_are_read_as_they_are_written) {
  for (const Role role : {Role::viewer, Role::operator_, Role::admin}) EXPECT_EQ(role_from(to_text(role)), role);
  for (const char* text : {"", "Viewer", "root", "admin "}) EXPECT_FALSE(role_from(text)) << text;
}

TEST(Principal, every_refusal_has_a_word_of_its_own) {
  std::set<std::string_view> words;
  for (std::size_t i = 0; i < refusal_count; ++i) EXPECT_TRUE(words.insert(to_text(static_cast<Refusal>(i))).second);
  EXPECT_EQ(to_text(Refusal::missing), "missing");
  EXPECT_EQ(to_text(Refusal::too_many), "too_many");
}

TEST(Principal, a_name_can_stand_in_a_log) {
  for (const char* name : {"a", "ann@example.com", "Jörg", "ci 7"}) EXPECT_TRUE(is_good_name(name)) << name;
  for (const std::string& name : {std::string(), std::string("a\nb"), std::string("\x1B[31m"), std::string("a\x7F"),
                                  std::string("\xFF"), std::string(101, 'a')})
    EXPECT_FALSE(is_good_name(name)) << name;
}

}  // namespace
}  // namespace taskrunner::auth
