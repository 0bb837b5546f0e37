// The table of Autobahn's cases; autobahn_test.cpp runs it.
#include "net/autobahn_cases.hpp"

namespace taskrunner::net::testing {
namespace {

using Cases = std::vector<AutobahnCase>;
using Bytes = std::vector<std::string>;
constexpr int text = 1, binary = 2, closing = 8, ping = 9, pong = 10;
const std::string hello = "Hello, world!";

std::string close_frame(int code, const std::string& reason = "") {
  return client_frame(closing, std::string{static_cast<char>(code >> 8), static_cast<char>(code)} + reason);
}

Bytes cut(const std::string& bytes, std::size_t size) {
  Bytes pieces;
  for (std::size_t at = 0; at < bytes.size(); at += size) pieces.push_back(bytes.substr(at, size));
  return pieces;
}

std::string joined(const Bytes& frames) {
  std::string bytes;
  for (const auto& frame : frames) bytes += frame;
  return bytes;
}

/// All of it legal: answered as said, then closed by the client with 1000.
AutobahnCase good(std::string id, Bytes chops, std::vector<std::pair<int, std::string>> answers) {
  chops.push_back(close_frame(1000));
  return {std::move(id), std::move(chops), std::move(answers), 1000};
}
AutobahnCase bad(std::string id, Bytes chops, int code = 1002, std::vector<std::pair<int, std::string>> answers = {}) {
  return {std::move(id), std::move(chops), std::move(answers), code};
}

void add_lengths(Cases& cases) {
  const std::vector<std::size_t> sizes{0, 125, 126, 127, 128, 65535, 65536, 65536};
  for (const int opcode : {text, binary})
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      const std::string payload(sizes[i], opcode == text ? '*' : '\xfe');
      const auto frame = client_frame(opcode, payload);
      cases.push_back(good("1." + std::to_string(opcode) + "." + std::to_string(i + 1),
                           i == 7 ? cut(frame, 997) : Bytes{frame}, {{opcode, payload}}));
    }
}

void add_pings(Cases& cases) {
  const std::string large(125, '\xfe'), bytes("\x00\xff\xfe\xfd\xfc\xfb\x00\xff", 8);
  cases.push_back(good("2.1", {client_frame(ping, "")}, {{pong, ""}}));
  cases.push_back(good("2.2", {client_frame(ping, hello)}, {{pong, hello}}));
  cases.push_back(good("2.3", {client_frame(ping, bytes)}, {{pong, bytes}}));
  cases.push_back(good("2.4", {client_frame(ping, large)}, {{pong, large}}));
  cases.push_back(bad("2.5", {client_frame(ping, large + "x")}));
  cases.push_back(good("2.6", cut(client_frame(ping, large), 1), {{pong, large}}));
  cases.push_back(good("2.7", {client_frame(pong, "")}, {}));
  cases.push_back(good("2.8", {client_frame(pong, "unsolicited")}, {}));
  cases.push_back(good("2.9", {client_frame(pong, "unsolicited"), client_frame(ping, "p")}, {{pong, "p"}}));
  Bytes ten;
  std::vector<std::pair<int, std::string>> answers;
  for (int i = 0; i < 10; ++i) {
    ten.push_back(client_frame(ping, "payload-" + std::to_string(i)));
    answers.emplace_back(pong, "payload-" + std::to_string(i));
  }
  cases.push_back(good("2.10", ten, answers));
  cases.push_back(good("2.11", cut(joined(ten), 1), answers));
}

/// A text message, then something that no extension allows, then a ping that is not answered any more.
Cases after_a_message(const std::string& id, const std::string& wrong, std::size_t chop) {
  const auto bytes = client_frame(text, hello) + wrong + client_frame(ping, "");
  return {bad(id, chop ? cut(bytes, chop) : Bytes{bytes}, 1002, {{text, hello}})};
}

void add_reserved_bits(Cases& cases) {
  cases.push_back(bad("3.1", {client_frame(text, hello, true, 1)}));
  const std::size_t chops[] = {0, 0, 1};
  for (int bits = 2; bits <= 4; ++bits)
    for (auto& one : after_a_message("3." + std::to_string(bits), client_frame(text, hello, true, bits), chops[bits - 2]))
      cases.push_back(std::move(one));
  cases.push_back(bad("3.5", {client_frame(binary, "\x01\xff", true, 5)}));
  cases.push_back(bad("3.6", {client_frame(ping, hello, true, 6)}));
  cases.push_back(bad("3.7", {client_frame(closing, "", true, 7)}));
}

void add_reserved_opcodes(Cases& cases) {
  for (const int first : {3, 11}) {
    const std::string section = first == 3 ? "4.1." : "4.2.";
    cases.push_back(bad(section + "1", {client_frame(first, "")}));
    cases.push_back(bad(section + "2", {client_frame(first + 1, "reserved opcode payload")}));
    for (int i = 3; i <= 5; ++i) {
      const auto wrong = client_frame(first + i - 1, i == 3 ? "" : hello);
      for (auto& one : after_a_message(section + std::to_string(i), wrong, i == 5 ? 1 : 0)) cases.push_back(std::move(one));
    }
  }
}

/// The same bytes at once, a frame at a time, and a byte at a time: Autobahn's usual three.
void add_three_ways(Cases& cases, const std::vector<std::string>& ids, const Bytes& frames,
                    const std::vector<std::pair<int, std::string>>& answers, bool legal) {
  const std::vector<Bytes> ways{{joined(frames)}, frames, cut(joined(frames), 1)};
  for (std::size_t i = 0; i < ids.size(); ++i)
    cases.push_back(legal ? good(ids[i], ways[i], answers) : bad(ids[i], ways[i], 1002, answers));
}

void add_fragments(Cases& cases) {
  const std::string one = "fragment1", two = "fragment2", three = "fragment3", alone = "non-continuation payload";
  const auto first = client_frame(text, one, false), last = client_frame(0, two);
  cases.push_back(bad("5.1", {client_frame(ping, one, false) + last}));
  cases.push_back(bad("5.2", {client_frame(pong, one, false) + last}));
  add_three_ways(cases, {"5.3", "5.4", "5.5"}, {first, last}, {{text, one + two}}, true);
  add_three_ways(cases, {"5.6", "5.7", "5.8"}, {first, client_frame(ping, "p"), last}, {{pong, "p"}, {text, one + two}}, true);
  add_three_ways(cases, {"5.9", "5.10", "5.11"}, {client_frame(0, alone), client_frame(text, hello)}, {}, false);
  add_three_ways(cases, {"5.12", "5.13", "5.14"}, {client_frame(0, alone, false), client_frame(text, hello)}, {}, false);
  cases.push_back(bad("5.15", {first + last + client_frame(0, three, false) + client_frame(text, "fragment4")}, 1002,
                      {{text, one + two}}));
  for (const bool final : {false, true}) {
    const auto round = client_frame(0, one, final) + client_frame(text, two, false) + client_frame(0, three);
    cases.push_back(bad(final ? "5.17" : "5.16", {round + round}));
  }
  cases.push_back(bad("5.18", {first + client_frame(text, two)}));
  const Bytes frames{first,  client_frame(0, two, false),     client_frame(ping, "pongme 1!"),
                     client_frame(0, three, false), client_frame(0, "fragment4", false), client_frame(ping, "pongme 2!"),
                     client_frame(0, "fragment5")};
  const std::vector<std::pair<int, std::string>> answers{
      {pong, "pongme 1!"}, {pong, "pongme 2!"}, {text, one + two + three + "fragment4fragment5"}};
  add_three_ways(cases, {"5.19", "5.20"}, frames, answers, true);
}

Bytes single_byte_fragments(const std::string& payload) {
  Bytes frames;
  for (std::size_t i = 0; i < payload.size(); ++i)
    frames.push_back(client_frame(i == 0 ? text : 0, payload.substr(i, 1), i + 1 == payload.size()));
  return frames;
}

void add_utf8(Cases& cases) {
  const std::string greek = "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5", beyond = "\xf4\x90\x80\x80", edited = "edited";
  const std::string umlauts = "Hello-\xc2\xb5@\xc3\x9f\xc3\xb6\xc3\xa4", more = "\xc3\xbc\xc3\xa0\xc3\xa1-UTF-8!!";
  const auto surrogate = greek + "\xed\xa0\x80" + edited, whole = greek + beyond + edited;
  cases.push_back(good("6.1.1", {client_frame(text, "")}, {{text, ""}}));
  cases.push_back(good("6.1.2", {client_frame(text, "", false) + client_frame(0, "", false) + client_frame(0, "")}, {{text, ""}}));
  cases.push_back(good("6.1.3", {client_frame(text, "", false) + client_frame(0, "middle", false) + client_frame(0, "")},
                       {{text, "middle"}}));
  cases.push_back(good("6.2.1", {client_frame(text, umlauts + more)}, {{text, umlauts + more}}));
  cases.push_back(good("6.2.2", {client_frame(text, umlauts, false) + client_frame(0, more)}, {{text, umlauts + more}}));
  cases.push_back(good("6.2.3", single_byte_fragments(umlauts + more), {{text, umlauts + more}}));
  cases.push_back(good("6.2.4", single_byte_fragments(greek), {{text, greek}}));
  cases.push_back(bad("6.3.1", {client_frame(text, surrogate)}, 1007));
  cases.push_back(bad("6.3.2", single_byte_fragments(surrogate), 1007));
  // Fail fast: the last part is never sent.
  cases.push_back(bad("6.4.1", {client_frame(text, greek, false), client_frame(0, beyond, false)}, 1007));
  cases.push_back(bad("6.4.2", {client_frame(text, whole.substr(0, 12), false), client_frame(0, whole.substr(12, 1), false)}, 1007));
  const auto frame = client_frame(text, whole);
  const auto head = frame.size() - whole.size();
  cases.push_back(bad("6.4.3", {frame.substr(0, head + greek.size()), frame.substr(head + greek.size(), 4)}, 1007));
  cases.push_back(bad("6.4.4", {frame.substr(0, head + 12), frame.substr(head + 12, 1)}, 1007));
  int section = 5;
  for (const auto& group : utf8_sequences()) {
    for (std::size_t i = 0; i < group.size(); ++i) {
      const auto& [valid, bytes] = group[i];
      const auto id = "6." + std::to_string(section) + "." + std::to_string(i + 1);
      cases.push_back(valid ? good(id, {client_frame(text, bytes)}, {{text, bytes}}) : bad(id, {client_frame(text, bytes)}, 1007));
    }
    ++section;
  }
}

void add_closes(Cases& cases) {
  const std::string large(256 * 1024, 'B');
  cases.push_back(good("7.1.1", {client_frame(text, hello)}, {{text, hello}}));
  cases.push_back({"7.1.2", {close_frame(1000) + client_frame(closing, "")}, {}, 1000});
  cases.push_back({"7.1.3", {close_frame(1000) + client_frame(ping, "")}, {}, 1000});
  cases.push_back({"7.1.4", {close_frame(1000) + client_frame(text, hello)}, {}, 1000});
  cases.push_back({"7.1.5", {client_frame(text, "a", false) + close_frame(1000) + client_frame(0, "b")}, {}, 1000});
  auto chops = cut(client_frame(text, large), 32 * 1024);
  chops.push_back(close_frame(1000) + client_frame(ping, ""));
  cases.push_back({"7.1.6", std::move(chops), {{text, large}}, 1000});
  cases.push_back({"7.3.1", {client_frame(closing, "")}, {}, 1000});
  cases.push_back(bad("7.3.2", {client_frame(closing, "a")}));
  cases.push_back({"7.3.3", {close_frame(1000)}, {}, 1000});
  cases.push_back({"7.3.4", {close_frame(1000, "Hello World!")}, {}, 1000});
  cases.push_back({"7.3.5", {close_frame(1000, std::string(123, '*'))}, {}, 1000});
  cases.push_back(bad("7.3.6", {close_frame(1000, std::string(124, '*'))}));
  cases.push_back(bad("7.5.1", {close_frame(1000, "\xce\xba\xed\xa0\x80\x65")}, 1007));
  int number = 0;
  for (const int code : {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999})
    cases.push_back({"7.7." + std::to_string(++number), {close_frame(code)}, {}, code});
  number = 0;
  for (const int code : {0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999})
    cases.push_back(bad("7.9." + std::to_string(++number), {close_frame(code)}));
  cases.push_back(bad("7.13.1", {close_frame(5000)}));
  cases.push_back(bad("7.13.2", {close_frame(65535)}));
}

void add_automatic_fragments(Cases& cases) {
  const std::string payload(65536, '*');
  Bytes frames;
  for (std::size_t at = 0; at < payload.size(); at += 1300)
    frames.push_back(client_frame(at == 0 ? text : 0, payload.substr(at, 1300), at + 1300 >= payload.size()));
  cases.push_back(good("10.1.1", std::move(frames), {{text, payload}}));
}

}  // namespace

std::string client_frame(int opcode, std::string payload, bool final, int reserved) {
  const std::string key = "\x11\x22\xf3\x44";
  std::string frame{static_cast<char>((final ? 0x80 : 0) | reserved << 4 | opcode)};
  const int length_bytes = payload.size() < 126 ? 0 : payload.size() <= 0xFFFF ? 2 : 8;
  frame.push_back(static_cast<char>(0x80 | (length_bytes == 0 ? payload.size() : length_bytes == 2 ? 126u : 127u)));
  for (int i = length_bytes - 1; i >= 0; --i) frame.push_back(static_cast<char>(payload.size() >> 8 * i));
  for (std::size_t i = 0; i < payload.size(); ++i) payload[i] = static_cast<char>(payload[i] ^ key[i % 4]);
  return frame + key + payload;
}

std::vector<AutobahnCase> autobahn_cases() {
  Cases cases;
  add_lengths(cases);
  add_pings(cases);
  add_reserved_bits(cases);
  add_reserved_opcodes(cases);
  add_fragments(cases);
  add_utf8(cases);
  add_closes(cases);
  add_automatic_fragments(cases);
  return cases;
}

}  // namespace taskrunner::net::testing
