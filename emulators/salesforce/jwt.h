#pragma once

#include <optional>
#include <string>

#include "base/time.h"

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
/// The login hosts and the stand-in's own address.
bool audience_is_ours(const std::string& audience, const std::string& base_url);

}  // namespace lockstep::emulators::salesforce
