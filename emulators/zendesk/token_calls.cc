// API tokens, which end: they are listed and deleted, and made where that is still let (contract A1).
#include <algorithm>

#include "emulators/zendesk/service.h"

namespace lockstep::emulators::zendesk {
namespace {

constexpr std::size_t kMostTokens = 256;

json::object render_token(const ApiToken& token, const std::string& base_url) {
  return json::object{{"url", base_url + "/api/v2/api_tokens/" + std::to_string(token.id) + ".json"},
                      {"id", token.id},
                      {"description", token.description},
                      {"active", true},
                      {"visible_token", token.secret.substr(0, 4)},
                      {"created_at", format_time(token.created)},
                      {"updated_at", format_time(token.created)},
                      {"last_used", format_time(token.used)}};
}

}  // namespace

ApiToken* Zendesk::usable_token(std::string_view secret, WallTime now) {
  constexpr Duration kDay{24 * 3'600'000};
  auto token = std::find_if(token_list_.begin(), token_list_.end(), [&](const ApiToken& each) { return each.secret == secret; });
  if (!api_tokens_ || token == token_list_.end()) return nullptr;
  bool forgotten = api_token_unused_days_ > 0 && token->used + api_token_unused_days_ * kDay <= now;
  return forgotten ? nullptr : &*token;
}

Zendesk::Answer Zendesk::api_tokens(Call& call) {
  json::array rows;
  for (const ApiToken& each : token_list_) rows.push_back(render_token(each, call.base_url));
  return json_answer(200, json::object{{"api_tokens", std::move(rows)}, {"count", token_list_.size()}, {"next_page", nullptr}, {"previous_page", nullptr}});
}

/// Told in full this once.
Zendesk::Answer Zendesk::api_token_create(Call& call) {
  if (!api_tokens_made_) return forbidden();
  JsonDocument document;
  auto given = read_member(call, document, "api_token");
  if (!given) return tl::unexpected(std::move(given.error()));
  if (token_list_.size() >= kMostTokens) return refuse(422, "RecordInvalid", "An account has 256 API tokens at most");
  ApiToken token{next_token_++, std::string(text_member(**given, "description")), tokens().random_text(40), call.now, call.now};
  json::object row = render_token(token, call.base_url);
  row["token"] = token.secret;
  token_list_.push_back(std::move(token));
  return json_answer(201, json::object{{"api_token", std::move(row)}});
}

Zendesk::Answer Zendesk::api_token(Call& call) {
  std::int64_t id = number_in(id_in(call));
  auto token = std::find_if(token_list_.begin(), token_list_.end(), [&](const ApiToken& each) { return each.id == id; });
  if (token == token_list_.end()) return record_not_found();
  if (call.request.method == "GET") return json_answer(200, json::object{{"api_token", render_token(*token, call.base_url)}});
  token_list_.erase(token);
  return http::Response(204, "");
}

}  // namespace lockstep::emulators::zendesk
