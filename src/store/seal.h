#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace lockstep {

/// Seals secrets before they are stored: AES-256-GCM with a random nonce, bound to their name, so that sealed values cannot
/// be swapped. Key: 32 bytes.
class Seal {
 public:
  static Result<Seal> from_base64(std::string_view text);
  /// From environment LOCKSTEP_SEAL_KEY, else from `key_file`. The error says how to make one.
  static Result<Seal> load(const std::string& key_file);
  std::string close(std::string_view name, std::string_view secret) const;
  /// Error when it was made with another key or name, or was changed.
  Result<std::string> open(std::string_view name, std::string_view sealed) const;

 private:
  explicit Seal(std::string key) : key_(std::move(key)) {}
  std::string key_;
};

}  // namespace lockstep
