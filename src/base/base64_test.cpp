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

}  // namespace
}  // namespace taskrunner
