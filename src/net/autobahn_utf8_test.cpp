// The sequences of Autobahn's sections 6.5 to 6.23, after Markus Kuhn's stress test for UTF-8 decoders.
#include "net/autobahn_cases.hpp"

namespace taskrunner::net::testing {
namespace {

using Group = std::vector<std::pair<bool, std::string>>;
const std::string greek = "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5";

Group all(bool valid, const std::vector<std::string>& texts) {
  Group group;
  for (const auto& text : texts) group.emplace_back(valid, text);
  return group;
}

Group prefixes() {
  Group group;
  for (std::size_t size = 1; size <= greek.size(); ++size) {
    const bool whole = size == greek.size() || (static_cast<unsigned char>(greek[size]) & 0xC0) != 0x80;
    group.emplace_back(whole, greek.substr(0, size));
  }
  return group;
}

std::string range(int first, int behind, const std::string& separator) {
  std::string text;
  for (int byte = first; byte < behind; ++byte) text.append(1, static_cast<char>(byte)).append(separator);
  return text;
}

Group continuation_bytes() {
  return all(false, {"\x80", "\xbf", "\x80\xbf", "\x80\xbf\x80", "\x80\xbf\x80\xbf", "\x80\xbf\x80\xbf\x80",
                     "\x80\xbf\x80\xbf\x80\xbf", range(0x80, 0xbf, "")});
}

Group lonely_starts() {
  return all(false, {range(0xc0, 0xdf, " "), range(0xe0, 0xef, " "), range(0xf0, 0xf7, " "), range(0xf8, 0xfb, " "),
                     range(0xfc, 0xfd, " ")});
}

const std::vector<std::string>& cut_short() {
  static const std::vector<std::string> texts{
      "\xc0", "\xe0\x80", "\xf0\x80\x80", "\xf8\x80\x80\x80", "\xfc\x80\x80\x80\x80",
      "\xdf", "\xef\xbf", "\xf7\xbf\xbf", "\xfb\xbf\xbf\xbf", "\xfd\xbf\xbf\xbf\xbf"};
  return texts;
}

std::string joined(const std::vector<std::string>& texts) {
  std::string whole;
  for (const auto& text : texts) whole += text;
  return whole;
}

/// Not characters, but valid UTF-8: U+nFFFE and U+nFFFF of every plane.
Group non_characters() {
  Group group = all(true, {"\xef\xbf\xbe", "\xef\xbf\xbf"});
  for (const std::string first : {"\xf0", "\xf1", "\xf2", "\xf3", "\xf4"})
    for (const std::string second : {"\x8f", "\x9f", "\xaf", "\xbf"})
      for (const std::string last : {"\xbe", "\xbf"})
        if ((first == "\xf4") <= (second == "\x8f") && first + second != "\xf0\x8f") group.emplace_back(true, first + second + "\xbf" + last);
  return group;
}

}  // namespace

std::vector<Group> utf8_sequences() {
  return {
      all(true, {"hello\x24world", "hello\xC2\xA2world", "hello\xE2\x82\xACworld", "hello\xF0\xA4\xAD\xA2world", greek}),
      prefixes(),
      all(true, {std::string(1, '\0'), "\xc2\x80", "\xe0\xa0\x80", "\xf0\x90\x80\x80"}),
      all(false, {"\xf8\x88\x80\x80\x80", "\xfc\x84\x80\x80\x80\x80"}),
      all(true, {"\x7f", "\xdf\xbf", "\xef\xbf\xbf", "\xf4\x8f\xbf\xbf"}),
      all(false, {"\xf7\xbf\xbf\xbf", "\xfb\xbf\xbf\xbf\xbf", "\xfd\xbf\xbf\xbf\xbf\xbf"}),
      {{true, "\xed\x9f\xbf"}, {true, "\xee\x80\x80"}, {true, "\xef\xbf\xbd"}, {true, "\xf4\x8f\xbf\xbf"},
       {false, "\xf4\x90\x80\x80"}},
      continuation_bytes(),
      lonely_starts(),
      all(false, cut_short()),
      {{false, joined(cut_short())}},
      all(false, {"\xfe", "\xff", "\xfe\xfe\xff\xff"}),
      all(false, {"\xc0\xaf", "\xe0\x80\xaf", "\xf0\x80\x80\xaf", "\xf8\x80\x80\x80\xaf", "\xfc\x80\x80\x80\x80\xaf"}),
      all(false, {"\xc1\xbf", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf", "\xf8\x87\xbf\xbf\xbf", "\xfc\x83\xbf\xbf\xbf\xbf"}),
      all(false, {"\xc0\x80", "\xe0\x80\x80", "\xf0\x80\x80\x80", "\xf8\x80\x80\x80\x80", "\xfc\x80\x80\x80\x80\x80"}),
      all(false, {"\xed\xa0\x80", "\xed\xad\xbf", "\xed\xae\x80", "\xed\xaf\xbf", "\xed\xb0\x80", "\xed\xbe\x80",
                  "\xed\xbf\xbf"}),
      all(false, {"\xed\xa0\x80\xed\xb0\x80", "\xed\xa0\x80\xed\xbf\xbf", "\xed\xad\xbf\xed\xb0\x80",
                  "\xed\xad\xbf\xed\xbf\xbf", "\xed\xae\x80\xed\xb0\x80", "\xed\xae\x80\xed\xbf\xbf",
                  "\xed\xaf\xbf\xed\xb0\x80", "\xed\xaf\xbf\xed\xbf\xbf"}),
      non_characters(),
      all(true, {"\xef\xbf\xb9", "\xef\xbf\xba", "\xef\xbf\xbb", "\xef\xbf\xbc", "\xef\xbf\xbd", "\xef\xbf\xbe",
                 "\xef\xbf\xbf"}),
  };
}

}  // namespace taskrunner::net::testing
