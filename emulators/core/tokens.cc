#include "emulators/core/tokens.h"

#include "base/text.h"

namespace lockstep::emulators {

void TokenRegistry::register_client(OAuthClient client) {
  std::string id = client.id;
  clients_.insert_or_assign(std::move(id), std::move(client));
}

const OAuthClient* TokenRegistry::client(std::string_view id) const {
  auto known = clients_.find(id);
  return known == clients_.end() ? nullptr : &known->second;
}

std::string TokenRegistry::random_text(std::size_t length) {
  static constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  std::string text;
  while (text.size() < length) text.push_back(kAlphabet[rng_.below(kAlphabet.size())]);
  return text;
}

void TokenRegistry::issue(std::string access_token, std::string client_id, WallTime now, Duration life, std::string scope, std::string refresh) {
  TokenGrant grant{std::move(client_id), now, now + life, std::move(scope), std::move(refresh)};
  access_.insert_or_assign(std::move(access_token), std::move(grant));
}

void TokenRegistry::issue_refresh(std::string refresh_token, std::string client_id) {
  refresh_.insert_or_assign(std::move(refresh_token), std::move(client_id));
}

TokenState TokenRegistry::state(std::string_view access_token, WallTime now) const {
  auto known = access_.find(access_token);
  if (known == access_.end()) return TokenState::unknown;
  return now < known->second.expires ? TokenState::valid : TokenState::expired;
}

const TokenGrant* TokenRegistry::grant(std::string_view access_token) const {
  auto known = access_.find(access_token);
  return known == access_.end() ? nullptr : &known->second;
}

void TokenRegistry::extend(std::string_view access_token, WallTime now, Duration life) {
  auto known = access_.find(access_token);
  if (known != access_.end()) known->second.expires = now + life;
}

std::optional<std::string> TokenRegistry::refresh_client(std::string_view refresh_token) const {
  auto known = refresh_.find(refresh_token);
  if (known == refresh_.end()) return std::nullopt;
  return known->second;
}

void TokenRegistry::revoke(std::string_view token) {
  if (auto access = access_.find(token); access != access_.end()) access_.erase(access);
  if (auto refresh = refresh_.find(token); refresh != refresh_.end()) refresh_.erase(refresh);
}

std::string TokenRegistry::revoke_pair(std::string_view refresh_token) {
  std::string scope;
  std::erase_if(access_, [&](const auto& each) {
    if (each.second.refresh != refresh_token) return false;
    scope = each.second.scope;
    return true;
  });
  revoke(refresh_token);
  return scope;
}

std::string TokenRegistry::issue_code(AuthorizationCode code, std::string_view state) {
  std::string text = random_text(32), back = code.redirect_uri;
  back += back.find('?') == std::string::npos ? '?' : '&';
  back += "code=" + text;
  if (!state.empty()) back += "&state=" + percent_encode(state);
  codes_.insert_or_assign(std::move(text), std::move(code));
  return back;
}

std::optional<AuthorizationCode> TokenRegistry::take_code(std::string_view code, std::string_view client_id, std::string_view redirect_uri, WallTime now) {
  auto known = codes_.find(code);
  if (known == codes_.end()) return std::nullopt;
  AuthorizationCode held = std::move(known->second);
  codes_.erase(known);
  if (held.client_id != client_id || held.redirect_uri != redirect_uri || held.expires <= now) return std::nullopt;
  return held;
}

void TokenRegistry::expire_all(WallTime now) {
  for (auto& [token, grant] : access_) {
    if (now < grant.expires) grant.expires = now;
  }
}

void TokenRegistry::revoke_all() {
  access_.clear();
  refresh_.clear();
}

}  // namespace lockstep::emulators
