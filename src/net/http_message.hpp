#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace taskrunner::net {

/// Header fields in the order received; names compare without regard to case (RFC 9110 section 5.1).
/// Kept in one piece: thousands of idle connections remember the fields they came with.
class HttpFields {
 public:
  using Field = std::pair<std::string_view, std::string_view>;  ///< views live until the fields change

  class Iterator {
   public:
    using value_type = Field;
    using difference_type = std::ptrdiff_t;
    Iterator() = default;
    explicit Iterator(const char* at) : at_(at) {}
    Field operator*() const;
    Iterator& operator++();
    Iterator operator++(int) { return std::exchange(*this, ++Iterator(*this)); }
    bool operator==(const Iterator&) const = default;

   private:
    const char* at_ = nullptr;
  };

  HttpFields() = default;
  HttpFields(std::initializer_list<Field> fields);

  /// The first value of that name, or empty. The view lives until the fields change.
  std::string_view get(std::string_view name) const;
  bool has(std::string_view name) const;
  std::size_t count(std::string_view name) const;
  /// True if a comma-separated list in any field of that name holds `token` (case-insensitive).
  bool has_token(std::string_view name, std::string_view token) const;
  /// Replaces every field of that name.
  void set(std::string_view name, std::string_view value);
  void add(std::string_view name, std::string_view value);
  /// Gives back the room for more.
  void shrink() { packed_.shrink_to_fit(); }

  Iterator begin() const { return Iterator(packed_.data()); }
  Iterator end() const { return Iterator(packed_.data() + packed_.size()); }
  std::size_t size() const;

 private:
  std::string packed_;  ///< of each field both lengths, then name and value
};

/// Query parameters, decoded, in order; a name may stand several times.
class HttpQuery {
 public:
  using Item = std::pair<std::string, std::string>;

  /// Never fails: a broken percent escape stays as it is, `+` is a space.
  static HttpQuery parse(std::string_view text);

  /// The first value of that name, or nothing.
  std::optional<std::string_view> get(std::string_view name) const;
  std::vector<std::string_view> all(std::string_view name) const;

  auto begin() const { return items_.begin(); }
  auto end() const { return items_.end(); }
  std::size_t size() const { return items_.size(); }

 private:
  std::vector<Item> items_;
};

/// One complete request. Owns everything it shows.
struct HttpRequest {
  std::string method;          ///< as sent, upper case for all known methods: "GET", "HEAD", "POST" …
  std::string target;          ///< raw, as on the request line
  std::string path;            ///< percent-decoded, without the query; always starts with '/'
  HttpQuery query;
  HttpFields headers;
  std::string body;            ///< after transfer decoding
  std::string remote_address;  ///< the client's address without its port; behind a trusted proxy, what that says
  std::string client_certificate = {};  ///< the subject of the verified client certificate, as RFC 2253 writes it
};

/// Where a streaming answer (Server-Sent Events) writes to. Lives as long as the stream function runs.
class HttpBodyWriter {
 public:
  virtual ~HttpBodyWriter() = default;
  /// Sends one chunk; resumes when the kernel took it. False: the client is gone, end the stream.
  virtual boost::asio::awaitable<bool> write(std::string chunk) = 0;
  virtual bool closed() const = 0;
};

/// What a handler answers. Content-Length and Connection are the server's; a HEAD answer's body is
/// counted and not sent.
struct HttpResponse {
  unsigned status = 200;
  HttpFields headers;
  std::string body;
  /// If set, sent instead of `body`, never copied: for files built in and answers kept.
  std::shared_ptr<const std::string> shared_body;
  /// If set, the body is what this writes (chunked), and the connection serves nothing else meanwhile.
  /// Whatever it awaits is cancelled (operation_aborted) when the client leaves or the server stops.
  std::function<boost::asio::awaitable<void>(HttpBodyWriter&)> stream;
};

HttpResponse text_response(unsigned status, std::string body,
                           std::string_view content_type = "text/plain; charset=utf-8");
HttpResponse json_response(unsigned status, std::string json_text);
HttpResponse empty_response(unsigned status);

/// "Not Found" for 404; "Unknown" for codes without a registered phrase.
std::string_view reason_phrase(unsigned status);

/// Decodes %XX; a broken escape gives nothing. `+` stays `+`.
std::optional<std::string> percent_decode(std::string_view text);

/// Without the spaces and tabs at both ends (RFC 9110 5.6.3).
std::string_view trimmed(std::string_view text);

bool equal_ignoring_case(std::string_view a, std::string_view b);

}  // namespace taskrunner::net
