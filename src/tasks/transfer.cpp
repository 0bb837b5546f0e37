#include "tasks/transfer.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <new>
#include <utility>

namespace taskrunner::tasks {
namespace {

// Proxies included: what is not named here is not spoken, whatever a URL or a redirect says.
constexpr const char* protocols = "http,https,ftp";

// libcurl reads up to 100 buffers before it looks at the rate: such a burst is to be a tenth of a second's.
long buffer_bytes_for(std::int64_t bytes_per_second) {
  constexpr std::int64_t least = 1024;  // libcurl's own
  constexpr std::int64_t most = 256 * 1024;
  return bytes_per_second > 0 ? static_cast<long>(std::clamp(bytes_per_second / 1000, least, most)) : most;
}

bool is_ftp(CURL* easy) {
  char* scheme = nullptr;
  curl_easy_getinfo(easy, CURLINFO_SCHEME, &scheme);
  return scheme && (std::string_view(scheme) == "FTP" || std::string_view(scheme) == "ftp");
}

TransferEnd::Kind kind_of(CURLcode result) {
  switch (result) {
    case CURLE_OK: return TransferEnd::Kind::complete;
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
    case CURLE_TOO_MANY_REDIRECTS:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_LOGIN_DENIED:
    case CURLE_REMOTE_ACCESS_DENIED:
    case CURLE_REMOTE_FILE_NOT_FOUND:
    case CURLE_FTP_COULDNT_RETR_FILE: return TransferEnd::Kind::forbidden;
    default: return TransferEnd::Kind::failed;
  }
}

}  // namespace

TransferLoop::Transfer::Transfer(TransferRequest request, TransferSink& sink, const AddressPolicy& allow,
                                 const TransferOptions& options)
    : request_(std::move(request)), sink_(sink), allow_(allow), easy_(curl_easy_init()) {
  if (!easy_) throw std::bad_alloc();
  set_target();
  set_options(options);
  set_callbacks();
}

TransferLoop::Transfer::~Transfer() {
  curl_easy_cleanup(easy_);
  curl_slist_free_all(headers_);
}

void TransferLoop::Transfer::set_target() {
  curl_easy_setopt(easy_, CURLOPT_URL, request_.url.c_str());
  curl_easy_setopt(easy_, CURLOPT_PROTOCOLS_STR, protocols);
  curl_easy_setopt(easy_, CURLOPT_REDIR_PROTOCOLS_STR, protocols);
  curl_easy_setopt(easy_, CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(easy_, CURLOPT_USERAGENT, "task-runner");
  if (!allow_.allows_everything()) curl_easy_setopt(easy_, CURLOPT_NOPROXY, "*");
  if (request_.from == 0) return;
  const std::string range = std::to_string(request_.from) + "-";
  curl_easy_setopt(easy_, CURLOPT_RANGE, range.c_str());
  if (request_.if_range.empty()) return;
  headers_ = curl_slist_append(nullptr, ("If-Range: " + request_.if_range).c_str());
  curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, headers_);
}

void TransferLoop::Transfer::set_options(const TransferOptions& options) {
  curl_easy_setopt(easy_, CURLOPT_NOSIGNAL, 1L);
  // A cancelled transfer does not wait for the name that is being looked up.
  curl_easy_setopt(easy_, CURLOPT_QUICK_EXIT, 1L);
  if (!options.ca_file.empty()) curl_easy_setopt(easy_, CURLOPT_CAINFO, options.ca_file.c_str());
  curl_easy_setopt(easy_, CURLOPT_MAXREDIRS, options.redirects);
  curl_easy_setopt(easy_, CURLOPT_CONNECTTIMEOUT, static_cast<long>(options.connect.count()));
  curl_easy_setopt(easy_, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(easy_, CURLOPT_LOW_SPEED_TIME, static_cast<long>(options.stalled.count()));
  curl_easy_setopt(easy_, CURLOPT_BUFFERSIZE, buffer_bytes_for(request_.bytes_per_second));
  if (request_.bytes_per_second > 0)
    curl_easy_setopt(easy_, CURLOPT_MAX_RECV_SPEED_LARGE, static_cast<curl_off_t>(request_.bytes_per_second));
}

void TransferLoop::Transfer::set_callbacks() {
  curl_easy_setopt(easy_, CURLOPT_HEADERFUNCTION, take_header);
  curl_easy_setopt(easy_, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy_, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(easy_, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(easy_, CURLOPT_OPENSOCKETFUNCTION, open_socket);
  curl_easy_setopt(easy_, CURLOPT_OPENSOCKETDATA, this);
  curl_easy_setopt(easy_, CURLOPT_ERRORBUFFER, error_);
}

std::size_t TransferLoop::Transfer::take_header(char* data, std::size_t size, std::size_t count, void* self) {
  static_cast<Transfer*>(self)->head_.take_line({data, size * count});
  return size * count;
}

std::size_t TransferLoop::Transfer::take_body(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  if (transfer.paused_) return CURL_WRITEFUNC_PAUSE;
  const std::string_view bytes(data, size * count);
  if (!transfer.tell_head()) return CURL_WRITEFUNC_ERROR;
  transfer.refused_ = !transfer.sink_.on_body(bytes);
  return transfer.refused_ ? CURL_WRITEFUNC_ERROR : bytes.size();
}

curl_socket_t TransferLoop::Transfer::open_socket(void* self, curlsocktype, curl_sockaddr* address) {
  auto& transfer = *static_cast<Transfer*>(self);
  const auto ip = IpAddress::of(address->addr);
  if (!ip || !transfer.allow_.allows(*ip)) {
    transfer.refused_address_ = ip;
    return CURL_SOCKET_BAD;
  }
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

void TransferLoop::Transfer::resume() {
  paused_ = false;
  curl_easy_pause(easy_, CURLPAUSE_CONT);
}

// FTP has no such head: what was asked for is what comes.
void TransferLoop::Transfer::complete_head() {
  if (!is_ftp(easy_)) return;
  head_ = {};
  head_.is_ftp = true;
  head_.status = request_.from > 0 ? 206 : 200;
  head_.first_byte = request_.from;
  curl_off_t length = -1;
  curl_easy_getinfo(easy_, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
  if (length >= 0) head_.total = request_.from + static_cast<std::uint64_t>(length);
}

bool TransferLoop::Transfer::tell_head() {
  if (std::exchange(head_told_, true)) return !refused_;
  complete_head();
  refused_ = !sink_.on_head(head_);
  return !refused_;
}

void TransferLoop::Transfer::end(CURLcode result) {
  if (result == CURLE_OK) tell_head();
  sink_.on_end(end_of(result));
}

TransferEnd TransferLoop::Transfer::end_of(CURLcode result) const {
  TransferEnd end;
  if (refused_) {
    end.kind = TransferEnd::Kind::refused;
  } else if (result != CURLE_OK && refused_address_) {
    end.kind = TransferEnd::Kind::forbidden;
    end.error = "downloads may not connect to " + refused_address_->text() + " (see --download-allow)";
  } else if (result != CURLE_OK) {
    end.kind = kind_of(result);
    end.error = error_[0] ? error_ : curl_easy_strerror(result);
    if (result == CURLE_PEER_FAILED_VERIFICATION) end.error += " (SSL_CERT_FILE can name a file of further authorities)";
  }
  return end;
}

}  // namespace taskrunner::tasks
