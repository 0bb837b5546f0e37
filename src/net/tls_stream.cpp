#include "net/tls_stream.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <cstdint>

#include "net/tls_context.hpp"

namespace taskrunner::net {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr std::size_t record_bytes = 16 * 1024;

int note_retry(BIO* bio, ssize_t count, int retry) {
  BIO_clear_retry_flags(bio);
  if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) BIO_set_flags(bio, retry | BIO_FLAGS_SHOULD_RETRY);
  return static_cast<int>(count);
}

int descriptor_of(BIO* bio) { return static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio))); }

/// As OpenSSL's own for sockets, but a peer that is gone raises no signal.
const BIO_METHOD* quiet_socket() {
  static const std::unique_ptr<BIO_METHOD, void (*)(BIO_METHOD*)> method = [] {
    auto* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "quiet socket");
    BIO_meth_set_read(made, [](BIO* bio, char* into, int size) {
      const auto count = recv(descriptor_of(bio), into, static_cast<std::size_t>(size), 0);
      if (count == 0) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
      return note_retry(bio, count, BIO_FLAGS_READ);
    });
    BIO_meth_set_write(made, [](BIO* bio, const char* from, int size) {
      const auto count = send(descriptor_of(bio), from, static_cast<std::size_t>(size), MSG_NOSIGNAL);
      return note_retry(bio, count, BIO_FLAGS_WRITE);
    });
    BIO_meth_set_ctrl(made, [](BIO* bio, int command, long, void*) -> long {
      return command == BIO_CTRL_FLUSH || (command == BIO_CTRL_EOF && BIO_test_flags(bio, BIO_FLAGS_IN_EOF));
    });
    return std::unique_ptr<BIO_METHOD, void (*)(BIO_METHOD*)>(made, BIO_meth_free);
  }();
  return method.get();
}

}  // namespace

TlsStream::TlsStream(asio::io_context& io, int fd, const TlsContext& context)
    : TlsStream(io, fd, Tls(SSL_new(context.current().get()), SSL_free)) {
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  BIO* const bio = BIO_new(quiet_socket());
  BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(fd)));
  BIO_set_init(bio, 1);
  SSL_set_bio(tls_.get(), bio, bio);
  SSL_set_accept_state(tls_.get());
}

TlsStream::TlsStream(asio::io_context& io, int fd, Tls tls)
    : io_(io), poller_(Poller::of(io)), tls_(std::move(tls)) {
  watch_.fd = fd;
}

TlsStream::~TlsStream() { close(); }

/// What is decrypted already makes no descriptor readable.
void TlsStream::wait_readable(Ready ready) {
  if (watch_.fd >= 0 && SSL_pending(tls_.get()) > 0)
    return asio::post(io_, [ready = std::move(ready)] { ready({}); });
  watch_.on_readable = std::move(ready);
  wait();
}

void TlsStream::wait_writable(Ready ready) {
  if (watch_.fd >= 0 && !unsent_.empty()) {
    ready_ = std::move(ready);
    return;
  }
  watch_.on_writable = std::move(ready);
  wait();
}

void TlsStream::wait() {
  if (watch_.fd >= 0)
    poller_.wait(watch_);
  else
    poller_.remove(watch_);
}

error_code TlsStream::error_of(int result) {
  switch (SSL_get_error(tls_.get(), result)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE: return asio::error::would_block;
    case SSL_ERROR_ZERO_RETURN: return asio::error::eof;
    default: broken_ = true; return asio::error::connection_reset;
  }
}

std::size_t TlsStream::read_some(asio::mutable_buffer into, error_code& ec) {
  ec = {};
  ERR_clear_error();
  const int count = SSL_read(tls_.get(), into.data(), static_cast<int>(into.size()));
  if (count > 0) return static_cast<std::size_t>(count);
  ec = error_of(count);
  return 0;
}

std::size_t TlsStream::write_some(std::span<const asio::const_buffer> from, error_code& ec) {
  ec = {};
  if (!unsent_.empty()) ec = asio::error::would_block;
  std::size_t taken = 0;
  for (const auto& buffer : from) {
    const std::string_view bytes(static_cast<const char*>(buffer.data()), buffer.size());
    for (std::size_t at = 0; at < bytes.size() && !ec;) {
      const auto record = bytes.substr(at, record_bytes);
      ERR_clear_error();
      const int count = SSL_write(tls_.get(), record.data(), static_cast<int>(record.size()));
      if (count <= 0) ec = error_of(count);
      if (ec == asio::error::would_block) keep(record);
      const auto done = count > 0 ? static_cast<std::size_t>(count) : ec == asio::error::would_block ? record.size() : 0;
      at += done;
      taken += done;
    }
  }
  return taken;
}

void TlsStream::keep(std::string_view bytes) {
  unsent_ = bytes;
  wait_unsent();
}

void TlsStream::wait_unsent() {
  watch_.on_writable = [this, alive = std::weak_ptr<int>(alive_)](error_code error) {
    if (!error && !alive.expired()) send_unsent();
  };
  poller_.wait(watch_);
}

void TlsStream::send_unsent() {
  ERR_clear_error();
  const int count = SSL_write(tls_.get(), unsent_.data(), static_cast<int>(unsent_.size()));
  const auto error = count > 0 ? error_code() : error_of(count);
  if (count > 0) unsent_.erase(0, static_cast<std::size_t>(count));
  if (!unsent_.empty() && (!error || error == asio::error::would_block)) return wait_unsent();
  std::string().swap(unsent_);
  if (shut_) shutdown_write();
  if (const auto ready = std::exchange(ready_, nullptr)) ready(error);  // this may be gone after it
}

std::string TlsStream::peer_certificate() const {
  const std::unique_ptr<X509, void (*)(X509*)> certificate(SSL_get1_peer_certificate(tls_.get()), X509_free);
  if (!certificate || SSL_get_verify_result(tls_.get()) != X509_V_OK) return {};
  const std::unique_ptr<BIO, int (*)(BIO*)> text(BIO_new(BIO_s_mem()), BIO_free);
  X509_NAME_print_ex(text.get(), X509_get_subject_name(certificate.get()), 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(text.get(), &bytes);
  return size > 0 ? std::string(bytes, static_cast<std::size_t>(size)) : std::string();
}

void TlsStream::shutdown_write() {
  shut_ = true;
  if (!unsent_.empty() && !broken_) return;
  ERR_clear_error();
  if (!broken_) SSL_shutdown(tls_.get());
  shutdown(watch_.fd, SHUT_WR);
}

std::unique_ptr<ByteStream> TlsStream::move_to(asio::io_context& io) {
  poller_.remove(watch_);
  return std::unique_ptr<ByteStream>(new TlsStream(io, std::exchange(watch_.fd, -1), std::move(tls_)));
}

void TlsStream::close() {
  if (watch_.fd < 0) return;
  if (ready_) watch_.on_writable = std::exchange(ready_, nullptr);
  poller_.remove(watch_);
  ::close(std::exchange(watch_.fd, -1));
}

}  // namespace taskrunner::net
