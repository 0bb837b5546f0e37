#include "base/utf8.hpp"

#include <gtest/gtest.h>

namespace taskrunner {
namespace {

TEST(Utf8, characters_of_each_length_are_known) {
  EXPECT_EQ(utf8_length("a"), 1u);
  EXPECT_EQ(utf8_length("é"), 2u);
  EXPECT_EQ(utf8_length("€"), 3u);
  EXPECT_EQ(utf8_length("😀!"), 4u);
  EXPECT_TRUE(is_utf8("aé€😀"));
  EXPECT_TRUE(is_utf8(""));
}

TEST(Utf8, what_the_rfc_forbids_is_none) {
  for (const char* text : {"\x80", "\xC0\xAF", "\xC1\xBF", "\xC3", "\xE2\x82", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF",
                           "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "a\xFE"})
    EXPECT_FALSE(is_utf8(text)) << text;
}

}  // namespace
}  // namespace taskrunner
