#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

struct ssl_ctx_st;

namespace taskrunner::net {

struct TlsOptions {
  std::string certificate_file;  ///< PEM: the server's certificate, then those between it and a root
  std::string key_file;          ///< PEM
  std::string client_ca_file = {};  ///< PEM: clients show a certificate of one of these; empty: none is asked for
  bool client_may_have_none = false;  ///< with client_ca_file: a client without one is let in, nameless
};

/// What TLS connections of a server are made from: TLS 1.2 and newer, the library's default ciphers, HTTP/1.1.
/// Any thread.
class TlsContext {
 public:
  /// Throws Error(invalid_argument) that names the file, and what is wrong with it.
  explicit TlsContext(TlsOptions options);
  ~TlsContext();

  /// Reads the files again: what connects from now on sees what they hold. Throws as the constructor, and then keeps
  /// what it had.
  void reload();
  std::shared_ptr<ssl_ctx_st> current() const;

 private:
  const TlsOptions options_;
  mutable std::mutex mutex_;
  std::shared_ptr<ssl_ctx_st> current_;
};

/// When the first certificate of a PEM file ends, in milliseconds since 1970. Throws Error(invalid_argument) that names
/// the file.
std::int64_t certificate_end_ms(const std::string& certificate_file);

}  // namespace taskrunner::net
