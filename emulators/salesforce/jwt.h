#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/time.h"
#include "emulators/core/json.h"

namespace lockstep::emulators::salesforce {

/// The claims of a bearer assertion; the signature is not verified yet.
struct Assertion {
  std::string signed_part;
  std::string signature;  // raw bytes
  std::string issuer;
  std::string subject;
  std::string audience;
  WallTime expires;
};

/// Nothing when it is no RS256 token with these claims.
std::optional<Assertion> read_jwt(const std::string& token);
/// `public_key`: PEM, of a key or of a certificate.
bool verify_jwt(const Assertion& assertion, const std::string& public_key);
/// Signs what the org says of its users; the key is made when it is first needed, as that takes long, and is another each time.
class WebTokenSigner {
 public:
  WebTokenSigner();
  ~WebTokenSigner();
  std::string sign(const json::object& claims);
  /// As clients look it up to verify what was signed.
  json::object public_key();

 private:
  struct Key;
  Key& key();
  std::unique_ptr<Key> key_;
};

/// The login hosts and the stand-in's own address.
bool audience_is_ours(const std::string& audience, const std::string& base_url);

}  // namespace lockstep::emulators::salesforce
