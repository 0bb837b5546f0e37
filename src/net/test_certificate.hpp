#pragma once

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

namespace taskrunner::net::testing {

using Key = std::shared_ptr<EVP_PKEY>;
using Certificate = std::shared_ptr<X509>;

struct Identity {
  Key key;
  Certificate certificate;

  void write(const std::filesystem::path& certificate_file, const std::filesystem::path& key_file) const {
    const std::unique_ptr<FILE, int (*)(FILE*)> out(std::fopen(certificate_file.c_str(), "w"), std::fclose);
    PEM_write_X509(out.get(), certificate.get());
    const std::unique_ptr<FILE, int (*)(FILE*)> secret(std::fopen(key_file.c_str(), "w"), std::fclose);
    PEM_write_PrivateKey(secret.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  }
};

/// A certificate for a day, signed by `issuer` or, without one, by itself.
inline Identity make_identity(const std::string& name, const Identity* issuer = nullptr) {
  Identity made;
  made.key = Key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  made.certificate = Certificate(X509_new(), X509_free);
  X509* x509 = made.certificate.get();
  static long serial = 0;
  X509_set_version(x509, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(x509), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(x509), -60);
  X509_gmtime_adj(X509_getm_notAfter(x509), 24 * 3600);
  X509_set_pubkey(x509, made.key.get());
  auto* subject = X509_get_subject_name(x509);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_issuer_name(x509, issuer ? X509_get_subject_name(issuer->certificate.get()) : subject);
  if (!issuer) {
    const std::unique_ptr<X509_EXTENSION, void (*)(X509_EXTENSION*)> authority(
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_basic_constraints, "critical,CA:TRUE"), X509_EXTENSION_free);
    X509_add_ext(x509, authority.get(), -1);
  }
  X509_sign(x509, issuer ? issuer->key.get() : made.key.get(), EVP_sha256());
  return made;
}

}  // namespace taskrunner::net::testing
