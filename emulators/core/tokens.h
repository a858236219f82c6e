#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "runtime/rng.h"

namespace lockstep::emulators {

/// A registered application. Writes with its tokens are journaled under `name`.
struct OAuthClient {
  std::string id;
  std::string secret;
  std::string name;
};

struct TokenGrant {
  std::string client_id;
  WallTime issued;
  WallTime expires;
};

enum class TokenState { valid, expired, unknown };

/// Who may ask for tokens, and which ones are good. Dialects give tokens their shape.
class TokenRegistry {
 public:
  explicit TokenRegistry(Rng rng) : rng_(rng) {}
  void register_client(OAuthClient client);
  const OAuthClient* client(std::string_view id) const;
  /// `length` random letters and digits, to build tokens from.
  std::string random_text(std::size_t length);

  void issue(std::string access_token, std::string client_id, WallTime now, Duration life);
  void issue_refresh(std::string refresh_token, std::string client_id);
  TokenState state(std::string_view access_token, WallTime now) const;
  /// Precondition for a value: state() is not unknown.
  const TokenGrant* grant(std::string_view access_token) const;
  /// Moves the expiry of a token that is in use: sliding sessions.
  void extend(std::string_view access_token, WallTime now, Duration life);
  /// The client of a refresh token, or nothing.
  std::optional<std::string> refresh_client(std::string_view refresh_token) const;
  void revoke(std::string_view token);
  void expire_all(WallTime now);
  /// Access and refresh tokens: only who signs in anew gets on.
  void revoke_all();
  void forget_refresh_tokens() { refresh_.clear(); }

 private:
  Rng rng_;
  std::map<std::string, OAuthClient, std::less<>> clients_;
  std::map<std::string, TokenGrant, std::less<>> access_;
  std::map<std::string, std::string, std::less<>> refresh_;  // token to client id
};

}  // namespace lockstep::emulators
