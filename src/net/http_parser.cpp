#include "net/http_parser.hpp"

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/empty_body.hpp>

namespace taskrunner::net {
namespace {

namespace http = boost::beast::http;

unsigned status_of(const boost::system::error_code& error) {
  if (error == http::error::header_limit || error == http::error::buffer_overflow) return 431;
  if (error == http::error::body_limit) return 413;
  if (error == http::error::bad_version) return 505;
  return 400;
}

/// "/path?query", or the path of an absolute form (RFC 9112 section 3.2); empty for what is neither.
std::string_view origin_form(std::string_view target) {
  if (target.starts_with('/')) return target;
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!target.starts_with(scheme)) continue;
    const auto slash = target.find('/', scheme.size());
    return slash == std::string_view::npos ? "/" : target.substr(slash);
  }
  return {};
}

}  // namespace

struct HttpParser::Beast {
  http::request_parser<http::empty_body> parser;
};

HttpParser::HttpParser(std::size_t header_limit_bytes) : header_limit_bytes_(header_limit_bytes) {}
HttpParser::~HttpParser() = default;

void HttpParser::fail(unsigned status, std::string text) {
  state_ = State::failed;
  keep_alive_ = false;
  error_status_ = status;
  error_text_ = std::move(text);
}

void HttpParser::set_body_limit(std::size_t bytes) {
  if (!body_) return;
  if (length_ && *length_ > bytes)
    fail(413, "the body is larger than " + std::to_string(bytes) + " bytes");
  else
    body_->set_limit(bytes);
}

std::size_t HttpParser::feed(std::string_view bytes) {
  if (state_ == State::head) return feed_head(bytes);
  if (state_ != State::body) return 0;
  const auto consumed = body_->feed(bytes, request_.body);
  if (body_->error_status())
    fail(body_->error_status(), body_->error_status() == 413 ? "the body is too large" : "the body is malformed");
  else if (body_->complete())
    state_ = State::complete;
  return consumed;
}

std::size_t HttpParser::feed_head(std::string_view bytes) {
  if (!beast_) {
    beast_ = std::make_unique<Beast>();
    beast_->parser.header_limit(static_cast<std::uint32_t>(header_limit_bytes_));
    beast_->parser.body_limit(boost::none);
    beast_->parser.eager(false);
  }
  boost::system::error_code error;
  const auto consumed = beast_->parser.put(boost::asio::buffer(bytes.data(), bytes.size()), error);
  if (error == http::error::need_more) {
    if (bytes.size() > header_limit_bytes_) fail(431, "the head is larger than " + std::to_string(header_limit_bytes_) + " bytes");
  } else if (error) {
    fail(status_of(error), "malformed request: " + error.message());
  } else if (beast_->parser.is_header_done()) {
    take_head();
  }
  return consumed;
}

void HttpParser::take_head() {
  const auto& message = beast_->parser.get();
  request_.method = std::string_view(message.method_string().data(), message.method_string().size());
  request_.target = std::string_view(message.target().data(), message.target().size());
  for (const auto& field : message)
    request_.headers.add({field.name_string().data(), field.name_string().size()},
                         {field.value().data(), field.value().size()});
  version_ = static_cast<int>(message.version());
  keep_alive_ = message.keep_alive();
  state_ = State::body;
  check_head();
  // The body is read without Beast, whose chunk parser ends the program on some broken chunks (an assertion).
  if (!beast_->parser.chunked()) length_ = beast_->parser.content_length().value_or(0);
  body_.emplace(length_);
  beast_.reset();
}

void HttpParser::check_version_and_host() {
  if (version_ != 10 && version_ != 11) return fail(505, "only HTTP/1.1 and HTTP/1.0 are spoken here");
  const auto hosts = request_.headers.count("Host");
  if (hosts > 1 || (hosts == 0 && version_ == 11)) return fail(400, "exactly one Host header is needed");
  const auto host = request_.headers.get("Host");
  if (host.find_first_of(" \t,/@\\") != std::string_view::npos) return fail(400, "the Host header is malformed");
}

void HttpParser::check_head() {
  check_version_and_host();
  if (state_ == State::failed) return;
  // A transfer coding that is not exactly "chunked" leaves the body's end open to interpretation.
  if (request_.headers.has("Transfer-Encoding") &&
      (request_.headers.count("Transfer-Encoding") > 1 || version_ == 10 ||
       !equal_ignoring_case(request_.headers.get("Transfer-Encoding"), "chunked")))
    return fail(501, "the only transfer coding known here is chunked");
  if (request_.method == "OPTIONS" && request_.target == "*") {
    request_.path = "/";
    return;
  }
  const auto target = origin_form(request_.target);
  const auto query_at = target.find('?');
  auto path = percent_decode(target.substr(0, query_at));
  if (!path || path->empty() || path->find('\0') != std::string::npos)
    return fail(400, "the request target is malformed");
  request_.path = std::move(*path);
  if (query_at != std::string_view::npos) request_.query = HttpQuery::parse(target.substr(query_at + 1));
}

bool HttpParser::expects_continue() const {
  return version_ >= 11 && equal_ignoring_case(request_.headers.get("Expect"), "100-continue");
}

bool HttpParser::wants_websocket() const {
  return request_.method == "GET" && request_.headers.has_token("Connection", "upgrade") &&
         request_.headers.has_token("Upgrade", "websocket");
}

HttpRequest HttpParser::take() {
  HttpRequest request = std::move(request_);
  reset();
  return request;
}

void HttpParser::reset() {
  beast_.reset();
  body_.reset();
  length_.reset();
  request_ = {};
  state_ = State::head;
}

}  // namespace taskrunner::net
