#include "net/http_parser.hpp"
#include "promise.hpp"
#include "targets.hpp"

namespace taskrunner::fuzz {
namespace {

using net::HttpParser;

/// The requests accepted of bytes that come in pieces of that size, as one text.
std::string read_all(std::string_view bytes, std::size_t piece) {
  HttpParser parser(1000);
  std::string waiting, seen;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    waiting.append(bytes.substr(at, piece));
    for (bool more = true; more;) {
      const auto before = parser.state();
      const auto consumed = parser.feed(waiting);
      promise(consumed <= waiting.size());
      waiting.erase(0, consumed);
      if (before == HttpParser::State::head && parser.state() == HttpParser::State::body) parser.set_body_limit(100);
      if (parser.state() == HttpParser::State::failed) return seen;
      more = parser.state() != before || parser.state() == HttpParser::State::complete;
      if (parser.state() != HttpParser::State::complete) continue;
      const auto request = parser.take();
      promise(request.path.starts_with('/') && request.body.size() <= 100);
      promise(request.headers.count("Host") <= 1);
      seen += request.method + " " + request.target + "\n" + request.body + "\n";
      more = !waiting.empty();
    }
  }
  return seen;
}

}  // namespace

/// However the bytes are cut, the same requests come out (what a front server would see otherwise is smuggling).
void http_head(std::string_view bytes) {
  if (bytes.size() > 900) return;  // beyond, the head's limit depends on what came at once
  promise(read_all(bytes, bytes.size() + 1) == read_all(bytes, 1));
}

}  // namespace taskrunner::fuzz
