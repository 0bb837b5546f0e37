#include "net/tls_context.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <cstring>
#include <string_view>
#include <taskrunner/error.hpp>

namespace taskrunner::net {
namespace {

[[noreturn]] void throw_tls_error(const std::string& what, const std::string& file) {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  throw Error(ErrorCode::invalid_argument, "TLS: " + what + " " + file + ": " + (reason ? reason : "it does not fit"));
}

int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* size, const unsigned char* offered,
                    unsigned offered_size, void*) {
  static const unsigned char ours[] = "\x08http/1.1";
  auto* into = const_cast<unsigned char**>(chosen);
  const int found = SSL_select_next_proto(into, size, ours, 9, offered, offered_size);
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

void ask_clients(SSL_CTX* context, const TlsOptions& options) {
  const char* file = options.client_ca_file.c_str();
  if (SSL_CTX_load_verify_locations(context, file, nullptr) != 1)
    throw_tls_error("cannot use the client authorities in", options.client_ca_file);
  SSL_CTX_set_client_CA_list(context, SSL_load_client_CA_file(file));
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | (options.client_may_have_none ? 0 : SSL_VERIFY_FAIL_IF_NO_PEER_CERT), nullptr);
}

std::shared_ptr<SSL_CTX> load(const TlsOptions& options) {
  ERR_clear_error();
  const std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  if (!context) throw_tls_error("cannot start", "OpenSSL");
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                         SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_alpn_select_cb(context.get(), choose_protocol, nullptr);
  static const unsigned char session_place[] = "taskrunner";
  SSL_CTX_set_session_id_context(context.get(), session_place, sizeof session_place - 1);
  if (SSL_CTX_use_certificate_chain_file(context.get(), options.certificate_file.c_str()) != 1)
    throw_tls_error("cannot use the certificate", options.certificate_file);
  if (SSL_CTX_use_PrivateKey_file(context.get(), options.key_file.c_str(), SSL_FILETYPE_PEM) != 1)
    throw_tls_error("cannot use the key", options.key_file);
  if (SSL_CTX_check_private_key(context.get()) != 1)
    throw_tls_error("the key in " + options.key_file + " is not the one of", options.certificate_file);
  if (!options.client_ca_file.empty()) ask_clients(context.get(), options);
  return context;
}

}  // namespace

TlsContext::TlsContext(TlsOptions options) : options_(std::move(options)), current_(load(options_)) {}
TlsContext::~TlsContext() = default;

void TlsContext::reload() {
  auto fresh = load(options_);
  const std::lock_guard lock(mutex_);
  current_ = std::move(fresh);
}

std::shared_ptr<SSL_CTX> TlsContext::current() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

std::int64_t certificate_end_ms(const std::string& certificate_file) {
  const std::unique_ptr<BIO, int (*)(BIO*)> file(BIO_new_file(certificate_file.c_str(), "r"), BIO_free);
  X509* const read = file ? PEM_read_bio_X509(file.get(), nullptr, nullptr, nullptr) : nullptr;
  const std::unique_ptr<X509, void (*)(X509*)> certificate(read, X509_free);
  if (!certificate) throw_tls_error("cannot use the certificate", certificate_file);
  const std::unique_ptr<ASN1_TIME, void (*)(ASN1_TIME*)> epoch(ASN1_TIME_set(nullptr, 0), ASN1_TIME_free);
  int days = 0, seconds = 0;
  if (ASN1_TIME_diff(&days, &seconds, epoch.get(), X509_get0_notAfter(certificate.get())) != 1)
    throw_tls_error("cannot tell the end of", certificate_file);
  return (std::int64_t{days} * 86'400 + seconds) * 1'000;
}

}  // namespace taskrunner::net
