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
  std::string scope;    // where a dialect keeps it
  std::string refresh;  // the refresh token that came with it, where both turn over
};

/// What a person's consent gives an application, to be exchanged for tokens.
struct AuthorizationCode {
  std::string client_id;
  std::string redirect_uri;
  std::string scope;
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

  void issue(std::string access_token, std::string client_id, WallTime now, Duration life, std::string scope = "", std::string refresh = "");
  void issue_refresh(std::string refresh_token, std::string client_id);
  TokenState state(std::string_view access_token, WallTime now) const;
  /// Precondition for a value: state() is not unknown.
  const TokenGrant* grant(std::string_view access_token) const;
  /// Moves the expiry of a token that is in use: sliding sessions.
  void extend(std::string_view access_token, WallTime now, Duration life);
  /// The client of a refresh token, or nothing.
  std::optional<std::string> refresh_client(std::string_view refresh_token) const;
  void revoke(std::string_view token);
  /// A refresh token with the access tokens that came with it; their scope.
  std::string revoke_pair(std::string_view refresh_token);
  /// The address that takes the code and `state` (may be empty) back to the application.
  std::string issue_code(AuthorizationCode code, std::string_view state);
  /// Good once, whatever comes of it. Nothing: it was given to another client or address, is used or too old.
  std::optional<AuthorizationCode> take_code(std::string_view code, std::string_view client_id, std::string_view redirect_uri, WallTime now);
  void expire_all(WallTime now);
  /// Access and refresh tokens: only who signs in anew gets on.
  void revoke_all();
  void forget_refresh_tokens() { refresh_.clear(); }

 private:
  Rng rng_;
  std::map<std::string, OAuthClient, std::less<>> clients_;
  std::map<std::string, TokenGrant, std::less<>> access_;
  std::map<std::string, std::string, std::less<>> refresh_;  // token to client id
  std::map<std::string, AuthorizationCode, std::less<>> codes_;
};

}  // namespace lockstep::emulators
