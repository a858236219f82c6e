#pragma once

#include <string>
#include <string_view>

namespace lockstep::emulators {

/// Whether `signature` (raw bytes) over `text` is by the holder of the RSA key: of the JWT algorithms RS256 and PS256. `public_key`: PEM, of a key or of a
/// certificate; what cannot be read signs nothing.
bool is_signed(std::string_view algorithm, const std::string& public_key, std::string_view text, std::string_view signature);
/// Whether that is a public key, or a certificate.
bool is_public_key(const std::string& pem);

}  // namespace lockstep::emulators
