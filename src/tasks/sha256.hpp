#pragma once

#include <openssl/evp.h>

#include <memory>
#include <new>
#include <string>
#include <string_view>

namespace taskrunner::tasks {

/// SHA-256 of what is given piece by piece. One thread at a time.
class Sha256 {
 public:
  Sha256() : context_(EVP_MD_CTX_new()) { restart(); }
  void restart() {
    if (!context_ || EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) != 1) throw std::bad_alloc();
  }
  void update(std::string_view bytes) { EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()); }
  /// Ends it: restart() before the next.
  std::string hex() {
    unsigned char digest[32];
    EVP_DigestFinal_ex(context_.get(), digest, nullptr);
    std::string text;
    for (const unsigned char byte : digest) {
      text += "0123456789abcdef"[byte >> 4];
      text += "0123456789abcdef"[byte & 15];
    }
    return text;
  }

 private:
  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  std::unique_ptr<EVP_MD_CTX, Free> context_;
};

}  // namespace taskrunner::tasks
