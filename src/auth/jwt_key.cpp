#include "auth/jwt_key.hpp"

#include <taskrunner/error.hpp>

#include "auth/digest.hpp"

#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <algorithm>
#include <array>

namespace taskrunner::auth {
namespace {

constexpr std::array<std::string_view, 3> algorithms = {"HS256", "RS256", "ES256"};
constexpr std::size_t shortest_secret = 32;
constexpr int shortest_rsa_bits = 2048;
constexpr std::size_t es256_bytes = 64;
constexpr std::size_t es256_half = 32;

template <auto free>
struct Free {
  void operator()(auto* held) const { free(held); }
};
using Bio = std::unique_ptr<BIO, Free<BIO_free>>;
using Certificate = std::unique_ptr<X509, Free<X509_free>>;
using PublicKey = std::shared_ptr<EVP_PKEY>;
using Signature = std::unique_ptr<ECDSA_SIG, Free<ECDSA_SIG_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Free<EVP_MD_CTX_free>>;

const unsigned char* data_of(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }

[[noreturn]] void refuse(const std::string& what) { throw Error(ErrorCode::invalid_argument, what); }

std::string secret_from(std::string_view file) {
  if (file.ends_with('\n')) file.remove_suffix(1);
  if (file.ends_with('\r')) file.remove_suffix(1);
  if (file.starts_with("-----BEGIN"))
    refuse("it holds a key in PEM: HS256 wants a secret that the issuer and this host share; a public key is for RS256 or ES256");
  if (file.size() < shortest_secret) refuse("HS256 wants a secret of 32 bytes or more");
  return std::string(file);
}

Bio reader_of(std::string_view text) { return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))); }

PublicKey read_public_key(std::string_view file) {
  EVP_PKEY* key = PEM_read_bio_PUBKEY(reader_of(file).get(), nullptr, nullptr, nullptr);
  if (!key) {
    const Certificate certificate(PEM_read_bio_X509(reader_of(file).get(), nullptr, nullptr, nullptr));
    if (certificate) key = X509_get_pubkey(certificate.get());
  }
  ERR_clear_error();
  if (!key) refuse("it holds neither a public key nor a certificate in PEM");
  return PublicKey(key, EVP_PKEY_free);
}

PublicKey rsa_key_from(std::string_view file) {
  PublicKey key = read_public_key(file);
  if (EVP_PKEY_is_a(key.get(), "RSA") != 1 || EVP_PKEY_get_bits(key.get()) < shortest_rsa_bits)
    refuse("RS256 wants an RSA key of 2048 bits or more");
  return key;
}

PublicKey p256_key_from(std::string_view file) {
  PublicKey key = read_public_key(file);
  std::array<char, 64> group{};
  const bool has_group = EVP_PKEY_is_a(key.get(), "EC") == 1 &&
                         EVP_PKEY_get_group_name(key.get(), group.data(), group.size(), nullptr) == 1;
  if (!has_group || std::string_view(group.data()) != "prime256v1") refuse("ES256 wants a key on the curve P-256");
  return key;
}

/// JWS has r and s side by side, OpenSSL wants them in DER. Empty where they are none.
std::string der_of(std::string_view signature) {
  if (signature.size() != es256_bytes) return {};
  const Signature pair(ECDSA_SIG_new());
  BIGNUM* r = BN_bin2bn(data_of(signature), es256_half, nullptr);
  BIGNUM* s = BN_bin2bn(data_of(signature.substr(es256_half)), es256_half, nullptr);
  if (ECDSA_SIG_set0(pair.get(), r, s) != 1) return {};
  unsigned char* bytes = nullptr;
  const int size = i2d_ECDSA_SIG(pair.get(), &bytes);
  std::string der(reinterpret_cast<const char*>(bytes), size > 0 ? static_cast<std::size_t>(size) : 0);
  OPENSSL_free(bytes);
  return der;
}

bool has_verified(EVP_PKEY* key, std::string_view text, std::string_view signature) {
  const DigestContext context(EVP_MD_CTX_new());
  const bool is_good = EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key) == 1 &&
                       EVP_DigestVerify(context.get(), data_of(signature), signature.size(), data_of(text), text.size()) == 1;
  ERR_clear_error();
  return is_good;
}

}  // namespace

std::string_view to_text(JwtAlgorithm algorithm) { return algorithms.at(static_cast<std::size_t>(algorithm)); }

std::optional<JwtAlgorithm> jwt_algorithm_from(std::string_view text) {
  const auto* found = std::find(algorithms.begin(), algorithms.end(), text);
  if (found == algorithms.end()) return std::nullopt;
  return static_cast<JwtAlgorithm>(found - algorithms.begin());
}

JwtKey::JwtKey(JwtAlgorithm algorithm, std::string_view file) : algorithm_(algorithm) {
  switch (algorithm) {
    case JwtAlgorithm::hs256: secret_ = secret_from(file); break;
    case JwtAlgorithm::rs256: public_key_ = rsa_key_from(file); break;
    case JwtAlgorithm::es256: public_key_ = p256_key_from(file); break;
  }
}

bool JwtKey::has_signed(std::string_view text, std::string_view signature) const {
  switch (algorithm_) {
    case JwtAlgorithm::hs256: return is_equal(bytes_of(hmac_sha256(secret_, text)), signature);
    case JwtAlgorithm::rs256: return has_verified(public_key_.get(), text, signature);
    case JwtAlgorithm::es256: {
      const std::string der = der_of(signature);
      return !der.empty() && has_verified(public_key_.get(), text, der);
    }
  }
  return false;
}

}  // namespace taskrunner::auth
