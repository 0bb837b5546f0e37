#pragma once

#include "auth/digest.hpp"
#include "base/base64.hpp"

#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <memory>
#include <string>

namespace taskrunner::auth::testing {

/// For tests: makes tokens as an issuer does.
class Issuer {
 public:
  virtual ~Issuer() = default;
  virtual std::string sign(const std::string& text) const = 0;

  std::string token(const std::string& head, const std::string& claims) const {
    const std::string text = base64url_encode(head) + "." + base64url_encode(claims);
    return text + "." + base64url_encode(sign(text));
  }
};

class SecretIssuer final : public Issuer {
 public:
  explicit SecretIssuer(std::string secret) : secret_(std::move(secret)) {}
  std::string sign(const std::string& text) const override { return std::string(bytes_of(hmac_sha256(secret_, text))); }

 private:
  std::string secret_;
};

/// With an RSA key, or one on a named curve.
class KeyIssuer final : public Issuer {
 public:
  explicit KeyIssuer(unsigned rsa_bits) : key_(EVP_RSA_gen(rsa_bits), EVP_PKEY_free) {}
  explicit KeyIssuer(const char* curve) : key_(EVP_EC_gen(curve), EVP_PKEY_free), is_curve_(true) {}

  std::string sign(const std::string& text) const override {
    const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get());
    std::string signature(1'024, '\0');
    std::size_t size = signature.size();
    EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, bytes, text.size());
    signature.resize(size);
    return is_curve_ ? side_by_side(signature) : signature;
  }
  std::string public_pem() const {
    return pem([this](BIO* out) { PEM_write_bio_PUBKEY(out, key_.get()); });
  }
  std::string private_pem() const {
    return pem([this](BIO* out) { PEM_write_bio_PrivateKey(out, key_.get(), nullptr, nullptr, 0, nullptr, nullptr); });
  }

 private:
  template <typename Write>
  static std::string pem(const Write& write) {
    const std::unique_ptr<BIO, int (*)(BIO*)> out(BIO_new(BIO_s_mem()), BIO_free);
    write(out.get());
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(out.get(), &bytes);
    return {bytes, static_cast<std::size_t>(size)};
  }
  static std::string side_by_side(const std::string& der) {
    const auto* at = reinterpret_cast<const unsigned char*>(der.data());
    const std::unique_ptr<ECDSA_SIG, void (*)(ECDSA_SIG*)> pair(
        d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())), ECDSA_SIG_free);
    std::string both(64, '\0');
    auto* into = reinterpret_cast<unsigned char*>(both.data());
    BN_bn2binpad(ECDSA_SIG_get0_r(pair.get()), into, 32);
    BN_bn2binpad(ECDSA_SIG_get0_s(pair.get()), into + 32, 32);
    return both;
  }

  std::shared_ptr<EVP_PKEY> key_;
  bool is_curve_ = false;
};

}  // namespace taskrunner::auth::testing
