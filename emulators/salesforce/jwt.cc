#include "emulators/salesforce/jwt.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <charconv>
#include <cmath>
#include <memory>

#include "base/check.h"
#include "base/text.h"
#include "emulators/core/digest.h"
#include "emulators/core/signature.h"

namespace lockstep::emulators::salesforce {
namespace {

using EvpKey = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

/// A number of the key, as it stands in a set of keys.
std::string part_of(const EVP_PKEY* key, const char* name) {
  BIGNUM* read = nullptr;
  CHECK(EVP_PKEY_get_bn_param(key, name, &read) == 1, "a key has its parts");
  std::unique_ptr<BIGNUM, decltype(&BN_free)> number(read, &BN_free);
  std::string bytes(static_cast<std::size_t>(BN_num_bytes(number.get())), '\0');
  BN_bn2bin(number.get(), reinterpret_cast<unsigned char*>(bytes.data()));
  return to_base64url(bytes);
}

}  // namespace

struct WebTokenSigner::Key {
  EvpKey key{EVP_RSA_gen(2048), &EVP_PKEY_free};
  std::string id = to_base64url(sha256(part_of(key.get(), OSSL_PKEY_PARAM_RSA_N))).substr(0, 22);
};

WebTokenSigner::WebTokenSigner() = default;
WebTokenSigner::~WebTokenSigner() = default;

WebTokenSigner::Key& WebTokenSigner::key() {
  if (!key_) key_ = std::make_unique<Key>();
  return *key_;
}

std::string WebTokenSigner::sign(const json::object& claims) {
  json::object header{{"alg", "RS256"}, {"kid", key().id}, {"typ", "JWT"}};
  std::string text = to_base64url(json::serialize(header)) + "." + to_base64url(json::serialize(claims));
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  auto bytes = reinterpret_cast<const unsigned char*>(text.data());
  std::size_t size = 0;
  bool measured = EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key().key.get()) == 1 &&
                  EVP_DigestSign(context.get(), nullptr, &size, bytes, text.size()) == 1;
  std::string signature(size, '\0');
  CHECK(measured && EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, bytes, text.size()) == 1, "a key signs");
  signature.resize(size);
  return text + "." + to_base64url(signature);
}

json::object WebTokenSigner::public_key() {
  const EVP_PKEY* held = key().key.get();
  return {{"kty", "RSA"},
          {"alg", "RS256"},
          {"use", "sig"},
          {"kid", key().id},
          {"n", part_of(held, OSSL_PKEY_PARAM_RSA_N)},
          {"e", part_of(held, OSSL_PKEY_PARAM_RSA_E)}};
}

std::optional<Assertion> read_jwt(const std::string& token) {
  std::size_t first = token.find('.'), second = token.rfind('.');
  if (first == std::string::npos || second == first) return std::nullopt;
  std::string header, claims;
  Assertion assertion;
  assertion.signed_part = token.substr(0, second);
  if (!from_base64(token.substr(0, first), header) || !from_base64(token.substr(first + 1, second - first - 1), claims) ||
      !from_base64(token.substr(second + 1), assertion.signature))
    return std::nullopt;
  JsonDocument head, body;
  if (!head.parse(header) || !body.parse(claims) || !head.root().is_object() || !body.root().is_object()) return std::nullopt;
  if (text_member(head.root().get_object(), "alg") != "RS256") return std::nullopt;
  const json::object& given = body.root().get_object();
  assertion.issuer = std::string(text_member(given, "iss"));
  assertion.subject = std::string(text_member(given, given.contains("prn") ? "prn" : "sub"));  // as it was called at first
  assertion.audience = std::string(text_member(given, "aud"));
  const json::value* expires = given.if_contains("exp");
  std::string seconds = expires ? scalar_text(*expires) : "";  // a number; some clients write it as a text
  double number = 0;
  auto [end, error] = std::from_chars(seconds.data(), seconds.data() + seconds.size(), number);
  if (seconds.empty() || error != std::errc() || end != seconds.data() + seconds.size() || std::abs(number) > 1e14) return std::nullopt;
  assertion.expires = WallTime{static_cast<std::int64_t>(number) * 1000};
  return assertion;
}

bool verify_jwt(const Assertion& assertion, const std::string& public_key) {
  return is_signed("RS256", public_key, assertion.signed_part, assertion.signature);
}

bool audience_is_ours(const std::string& audience, const std::string& base_url) {
  return audience == "https://login.salesforce.com" || audience == "https://test.salesforce.com" || audience == base_url;
}

}  // namespace lockstep::emulators::salesforce
