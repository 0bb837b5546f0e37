#include "net/content_coding.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

namespace taskrunner::net {
namespace {

std::string unpacked(std::string packed) {
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, 15 + 32), Z_OK);  // either format
  std::string bytes(100'000, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(bytes.data());
  stream.avail_out = static_cast<uInt>(bytes.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  bytes.resize(stream.total_out);
  inflateEnd(&stream);
  return bytes;
}

TEST(ContentCoding, ChoosesByWeightAndNeverWhatIsRefused) {
  EXPECT_EQ(choose_coding(""), ContentCoding::identity);
  EXPECT_EQ(choose_coding("br, zstd"), ContentCoding::identity);
  EXPECT_EQ(choose_coding("gzip, deflate, br"), ContentCoding::gzip);
  EXPECT_EQ(choose_coding("Deflate"), ContentCoding::deflate);
  EXPECT_EQ(choose_coding("gzip;q=0.2, deflate;q=0.8"), ContentCoding::deflate);
  EXPECT_EQ(choose_coding("gzip;q=0, *"), ContentCoding::deflate);
  EXPECT_EQ(choose_coding("gzip;q=0"), ContentCoding::identity);
  EXPECT_EQ(choose_coding("gzip;q=nonsense"), ContentCoding::identity);
  EXPECT_EQ(choose_coding("*;q=0.1"), ContentCoding::gzip);
}

TEST(ContentCoding, PacksSoThatItCanBeUnpacked) {
  std::string text;
  for (int i = 0; i < 2000; ++i) text += "line " + std::to_string(i) + "\n";
  for (const auto coding : {ContentCoding::gzip, ContentCoding::deflate}) {
    const auto packed = encode_content(coding, text);
    EXPECT_LT(packed.size(), text.size() / 2);
    EXPECT_EQ(unpacked(packed), text);
  }
  EXPECT_EQ(encode_content(ContentCoding::identity, text), text);
}

}  // namespace
}  // namespace taskrunner::net
