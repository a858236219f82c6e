#include "emulators/core/signature.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <memory>

namespace lockstep::emulators {
namespace {

using EvpKey = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

EvpKey read_key(const std::string& pem) {
  std::unique_ptr<BIO, decltype(&BIO_free)> source(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free);
  if (pem.find("BEGIN CERTIFICATE") == std::string::npos) return EvpKey(PEM_read_bio_PUBKEY(source.get(), nullptr, nullptr, nullptr), &EVP_PKEY_free);
  std::unique_ptr<X509, decltype(&X509_free)> certificate(PEM_read_bio_X509(source.get(), nullptr, nullptr, nullptr), &X509_free);
  return EvpKey(certificate ? X509_get_pubkey(certificate.get()) : nullptr, &EVP_PKEY_free);
}

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

}  // namespace

bool is_public_key(const std::string& pem) { return read_key(pem) != nullptr; }

bool is_signed(std::string_view algorithm, const std::string& public_key, std::string_view text, std::string_view signature) {
  EvpKey key = read_key(public_key);
  if (!key || (algorithm != "RS256" && algorithm != "PS256")) return false;
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  EVP_PKEY_CTX* how = nullptr;  // the context's own
  if (EVP_DigestVerifyInit(context.get(), &how, EVP_sha256(), nullptr, key.get()) != 1) return false;
  if (algorithm == "PS256" && EVP_PKEY_CTX_set_rsa_padding(how, RSA_PKCS1_PSS_PADDING) != 1) return false;
  return EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(text), text.size()) == 1;
}

}  // namespace lockstep::emulators
