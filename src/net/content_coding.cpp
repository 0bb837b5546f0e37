#include "net/content_coding.hpp"

#include <zlib.h>

#include <array>
#include <charconv>
#include <taskrunner/error.hpp>

#include "net/http_message.hpp"

namespace taskrunner::net {
namespace {

/// The weight behind a coding's name: 1 without one, 0 where it is broken.
double weight_of(std::string_view parameters) {
  const auto text = trimmed(parameters);
  if (text.empty()) return 1;
  if (text.size() < 3 || !equal_ignoring_case(text.substr(0, 2), "q=")) return 0;
  double weight = 0;
  const auto [end, error] = std::from_chars(text.data() + 2, text.data() + text.size(), weight);
  return error == std::errc() && end == text.data() + text.size() && weight <= 1 ? weight : 0;
}

struct Weights {
  double gzip = -1, deflate = -1, any = 0;
};

void read_item(std::string_view item, Weights& weights) {
  const auto semicolon = item.find(';');
  const auto name = trimmed(item.substr(0, semicolon));
  const double weight = semicolon == std::string_view::npos ? 1 : weight_of(item.substr(semicolon + 1));
  if (equal_ignoring_case(name, "gzip")) weights.gzip = weight;
  if (equal_ignoring_case(name, "deflate")) weights.deflate = weight;
  if (name == "*") weights.any = weight;
}

}  // namespace

ContentCoding choose_coding(std::string_view accept_encoding) {
  Weights weights;
  while (!accept_encoding.empty()) {
    const auto comma = accept_encoding.find(',');
    read_item(accept_encoding.substr(0, comma), weights);
    accept_encoding.remove_prefix(comma == std::string_view::npos ? accept_encoding.size() : comma + 1);
  }
  const double gzip = weights.gzip < 0 ? weights.any : weights.gzip;
  const double deflate = weights.deflate < 0 ? weights.any : weights.deflate;
  if (gzip <= 0 && deflate <= 0) return ContentCoding::identity;
  return gzip >= deflate ? ContentCoding::gzip : ContentCoding::deflate;
}

std::string_view coding_name(ContentCoding coding) {
  constexpr std::array<std::string_view, 3> names{"", "gzip", "deflate"};
  return names[static_cast<std::size_t>(coding)];
}

std::string encode_content(ContentCoding coding, std::string bytes) {
  if (coding == ContentCoding::identity) return bytes;
  z_stream stream{};
  const int window_bits = coding == ContentCoding::gzip ? 15 + 16 : 15;
  if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    throw Error(ErrorCode::internal, "zlib cannot start: out of memory");
  std::string packed(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  const int end = deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  if (end != Z_STREAM_END) throw Error(ErrorCode::internal, "zlib did not come to an end");
  return packed;
}

}  // namespace taskrunner::net
