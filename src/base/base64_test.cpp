#include "base/base64.hpp"

#include <gtest/gtest.h>

namespace taskrunner {
namespace {

TEST(Base64, the_vectors_of_the_rfc_hold_both_ways) {
  const std::pair<std::string, std::string> vectors[] = {{"", ""},           {"f", "Zg=="},         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},    {"foob", "Zm9vYg=="},  {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : vectors) {
    EXPECT_EQ(base64_encode(bytes), text);
    EXPECT_EQ(base64_decode(text), bytes);
  }
}

TEST(Base64, every_byte_comes_back) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes.push_back(static_cast<char>(i));
  for (std::size_t cut = 0; cut < 3; ++cut) {
    const std::string part = bytes.substr(cut);
    EXPECT_EQ(base64_decode(base64_encode(part)), part);
  }
}

TEST(Base64, what_is_malformed_is_refused) {
  for (const char* text : {"Z", "Zg", "Zg=", "Zg===", "====", "=", "Zg=a", "Z===", "Zm9v\n", "Zm 9", "Zm-_", "Zm9v===="})
    EXPECT_FALSE(base64_decode(text)) << text;
}

TEST(Base64Url, every_byte_comes_back_without_padding) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes.push_back(static_cast<char>(i));
  for (std::size_t cut = 0; cut < 3; ++cut) {
    const std::string part = bytes.substr(cut), text = base64url_encode(part);
    EXPECT_EQ(text.find_first_of("+/="), std::string::npos);
    EXPECT_EQ(base64url_decode(text), part);
  }
  EXPECT_EQ(base64url_decode(""), "");
}

TEST(Base64Url, a_text_of_bytes_has_one_form_only) {
  for (const char* text : {"Z", "Zg=", "Zg==", "Zm9v\n", " Zm9", "Zm+_", "Zm/_", "Zh", "Zm9", "Zm9v="})
    EXPECT_FALSE(base64url_decode(text)) << text;
  EXPECT_EQ(base64url_decode("Zg"), "f");
}

}  // namespace
}  // namespace taskrunner
