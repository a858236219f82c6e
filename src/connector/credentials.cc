#include "connector/credentials.h"

#include <boost/json.hpp>

#include <algorithm>
#include <cstdlib>

#include "base/probe.h"
#include "base/text.h"
#include "expression/operand.h"

namespace lockstep::connector {

using expression::Operand;

namespace {

/// A token's life as the sign-in answer tells it. What no clock can hold is a life without an end in practice.
Duration life_of(const std::string& seconds) {
  constexpr std::int64_t kLifeMax = 10LL * 365 * 24 * 3600;
  return Duration{std::clamp<std::int64_t>(std::strtoll(seconds.c_str(), nullptr, 10), 0, kLifeMax) * 1000};
}

}  // namespace

Credentials::Credentials(Context& context, Sender& sender)
    : context_(context), sender_(sender), spec_(choose()), one_at_a_time_(context.environment.executor, 1) {}

const AuthSpec* Credentials::choose() const {
  const auto& all = context_.definition->auth;
  for (const AuthSpec& spec : all)
    if (spec.name == context_.config.auth) return &spec;
  return context_.config.auth.empty() && !all.empty() ? &all.front() : nullptr;
}

Task<Outcome<void>> Credentials::ensure() {
  if (!spec_) {
    co_return tl::unexpected(make_failure(FailureClass::config, FailureScope::connection,
                                          "connector " + context_.definition->name + " has no way to sign in called '" + context_.config.auth + "'"));
  }
  if (spec_->kind != AuthSpec::Kind::oauth2) co_return Outcome<void>{};
  const auto usable = [this] { return !token_.access.empty() && (token_.expires.ms == 0 || context_.now() + spec_->early < token_.expires); };
  if (usable()) co_return Outcome<void>{};
  co_await one_at_a_time_.acquire();
  Outcome<void> done;
  if (!loaded_) done = co_await load();
  if (done && !usable()) done = co_await renew_locked();
  one_at_a_time_.release();
  co_return done;
}

Task<Outcome<void>> Credentials::renew(std::uint64_t generation) {
  if (spec_->kind != AuthSpec::Kind::oauth2) {
    co_return tl::unexpected(
        make_failure(FailureClass::auth_revoked, FailureScope::connection, "the key of connection '" + context_.config.name + "' is refused; replace it"));
  }
  const bool alone = !planted("refresh_race");
  if (alone) co_await one_at_a_time_.acquire();
  Outcome<void> done;
  if (generation == generation_) done = co_await renew_locked();
  if (alone) one_at_a_time_.release();
  co_return done;
}

std::vector<std::pair<std::string, std::string>> Credentials::form_of(Scope& scope, std::string& problem) const {
  std::vector<std::pair<std::string, std::string>> form;
  const auto secret = [&](const char* name) {
    const auto found = context_.config.secrets.find(name);
    if (found != context_.config.secrets.end()) return found->second;
    problem = std::string("connection '") + context_.config.name + "' needs the secret '" + name + "' for this grant";
    return std::string();
  };
  const bool has_refresh = !token_.refresh.empty() || context_.config.secrets.contains("refresh_token");
  std::string grant = context_.config.grant;
  if (grant.empty()) grant = has_refresh && std::ranges::find(spec_->grants, "refresh_token") != spec_->grants.end() ? "refresh_token" : "client_credentials";
  form.emplace_back("grant_type", grant);
  if (grant == "refresh_token") form.emplace_back("refresh_token", token_.refresh.empty() ? secret("refresh_token") : token_.refresh);
  if (!spec_->client_in_header) {
    form.emplace_back("client_id", secret("client_id"));
    form.emplace_back("client_secret", secret("client_secret"));
  }
  for (const auto& [name, value] : spec_->form) {
    auto text = expression::render(*value, scope);
    if (!text) problem = text.error().message;
    else if (*text) form.emplace_back(name, std::move(**text));
  }
  return form;
}

Task<Outcome<void>> Credentials::renew_locked() {
  reached("credentials.renewed");
  Scope scope = context_.scope();
  std::string problem;
  const auto form = form_of(scope, problem);
  if (!problem.empty()) {
    Failure failure = own_failure(Error{ErrorCode::invalid_input, problem});
    failure.scope = FailureScope::connection;
    co_return tl::unexpected(failure);
  }
  auto built = build_request(context_, spec_->token, scope);
  if (!built) co_return tl::unexpected(own_failure(built.error()));
  http::Request request = std::move(*built);
  request.body = http::encode_query(form);
  request.headers.set("Content-Type", "application/x-www-form-urlencoded");
  if (spec_->client_in_header) {
    const auto& secrets = context_.config.secrets;
    const auto id = secrets.find("client_id"), key = secrets.find("client_secret");
    if (id != secrets.end() && key != secrets.end()) request.headers.set("Authorization", "Basic " + to_base64(id->second + ":" + key->second));
  }
  auto answer = co_await ask(std::move(request));
  if (!answer) {
    Failure failure = std::move(answer.error());
    failure.unsent = true;  // what wanted the token never left
    const bool refused = failure.failure_class == FailureClass::auth || failure.failure_class == FailureClass::auth_revoked;
    if (refused) {
      const bool adopted = co_await adopt_stored();
      if (adopted) co_return Outcome<void>{};
    }
    failure.scope = failure.failure_class == FailureClass::transient ? FailureScope::vendor : FailureScope::connection;
    if (failure.failure_class == FailureClass::auth) failure.failure_class = FailureClass::auth_revoked;
    co_return tl::unexpected(std::move(failure));
  }
  (*answer)->enter(scope);
  auto taken = take(**answer, scope);
  if (!taken) co_return taken;
  const Result<void> saved = co_await save();
  if (!saved) {
    // A rotated token that is not durable would lock us out after a crash: do not use it.
    token_.access.clear();
    co_return tl::unexpected(own_failure(saved.error(), FailureClass::transient));
  }
  ++generation_;
  hide_tokens();
  co_return Outcome<void>{};
}

Task<Outcome<AnswerRef>> Credentials::ask(http::Request request) {
  const Clock& clock = context_.environment.executor.clock();
  if (refusal_ && clock.now() < refused_until_) {
    Failure again = *refusal_;
    again.wait = refused_until_ - clock.now();
    co_return tl::unexpected(std::move(again));
  }
  const Classifier::Question question{"token", "token"};
  auto answer = co_await sender_.send(std::move(request), spec_->token, question, Priority::real_time);
  refusal_.reset();
  if (!answer && answer.error().wait) {
    refusal_ = answer.error();
    refused_until_ = clock.now() + *answer.error().wait;
  }
  co_return answer;
}

Task<bool> Credentials::adopt_stored() {
  const Token ours = token_;
  const auto loaded = co_await load();
  const bool newer = loaded && !token_.access.empty() && token_.access != ours.access && (token_.expires.ms == 0 || context_.now() < token_.expires);
  if (newer) ++generation_;
  else token_ = ours;
  co_return newer;
}

/// Old tokens stay hidden for long: a late answer may still speak of them.
void Credentials::hide_tokens() {
  constexpr std::size_t kHiddenMax = 64;
  std::vector<std::string>& hidden = context_.hidden;
  if (hidden.size() > kHiddenMax) hidden.erase(hidden.end() - kHiddenMax / 2);  // secrets stand first, recent tokens last
  for (const std::string* token : {&token_.access, &token_.refresh})
    if (!token->empty() && std::ranges::find(hidden, *token) == hidden.end()) hidden.push_back(*token);
}

Outcome<void> Credentials::take(const Answer& answer, Scope& scope) {
  const auto text = [&](const ProgramRef& program) -> std::string {
    if (!program) return "";
    const auto operand = expression::evaluate(*program, scope);
    if (!operand || operand->is_absent() || operand->is_null()) return "";
    return operand->text().value_or("");
  };
  const std::string access = text(spec_->access);
  if (access.empty())
    return tl::unexpected(own_failure(
        Error{ErrorCode::unauthorized, "the sign-in answer (status " + std::to_string(answer.status()) + ") holds no access token"}, FailureClass::shape));
  token_.access = access;
  if (const std::string refresh = text(spec_->refresh); !refresh.empty()) token_.refresh = refresh;
  token_.expires = WallTime{0};
  if (const std::string seconds = text(spec_->expires_in); !seconds.empty()) {
    token_.expires = context_.now() + life_of(seconds);
  } else if (spec_->life_default) {
    token_.expires = context_.now() + *spec_->life_default;
  }
  if (const std::string base = text(spec_->base_url); !base.empty() && context_.config.base_url.empty()) {
    const auto url = http::parse_url(base);
    if (!url || !context_.may_reach(*url))
      return tl::unexpected(
          own_failure(Error{ErrorCode::refused, "the sign-in answer names an address outside the declared hosts: '" + base.substr(0, 200) + "'"}));
    context_.base_url = base.ends_with('/') ? base.substr(0, base.size() - 1) : base;
  }
  Map facts = *context_.facts.get<Map>();
  for (const auto& [name, program] : spec_->facts) {
    std::erase_if(facts, [&](const auto& fact) { return fact.first == name; });
    facts.emplace_back(name, Value(text(program)));
  }
  make_map(facts);
  context_.facts = Value(std::move(facts));
  return {};
}

Task<Result<void>> Credentials::save() {
  boost::json::object json;
  json["access"] = token_.access;
  json["refresh"] = token_.refresh;
  json["expires_ms"] = token_.expires.ms;
  json["base_url"] = context_.base_url;
  boost::json::object facts;
  for (const auto& [name, value] : *context_.facts.get<Map>())
    if (const auto* text = value.get<std::string>()) facts[name] = *text;
  json["facts"] = std::move(facts);
  co_return co_await context_.environment.secrets.save(slot(), boost::json::serialize(json));
}

Task<Outcome<void>> Credentials::load() {
  auto stored = co_await context_.environment.secrets.load(slot());
  if (!stored) co_return tl::unexpected(own_failure(stored.error(), FailureClass::transient));
  loaded_ = true;
  if (!*stored) co_return Outcome<void>{};
  boost::system::error_code error;
  const boost::json::value json = boost::json::parse(**stored, error);
  if (error || !json.is_object()) co_return Outcome<void>{};
  const auto& object = json.as_object();
  const auto text = [&](const char* name) {
    const auto* found = object.if_contains(name);
    return found && found->is_string() ? std::string(found->as_string()) : std::string();
  };
  token_.access = text("access");
  token_.refresh = text("refresh");
  hide_tokens();
  if (const auto* expires = object.if_contains("expires_ms"); expires && expires->is_int64()) token_.expires = WallTime{expires->as_int64()};
  const std::string base = text("base_url");
  const auto url = http::parse_url(base);
  if (context_.config.base_url.empty() && spec_->base_url && url && context_.may_reach(*url)) context_.base_url = base;
  if (context_.base_url.empty()) token_.access.clear();
  if (const auto* facts = object.if_contains("facts"); facts && facts->is_object()) {
    Map map;
    for (const auto& [name, value] : facts->as_object())
      if (value.is_string()) map.emplace_back(std::string(name), Value(std::string(value.as_string())));
    make_map(map);
    context_.facts = Value(std::move(map));
  }
  co_return Outcome<void>{};
}

Result<void> Credentials::sign(http::Request& request) const {
  if (!spec_) return fail(ErrorCode::unauthorized, "no way to sign in is configured");
  if (spec_->kind == AuthSpec::Kind::oauth2) {
    request.headers.set("Authorization", "Bearer " + token_.access);
    return {};
  }
  const Scope scope = context_.scope();
  const auto text = [&](const TemplateRef& source) -> Result<std::string> {
    TRY(auto rendered, expression::render(*source, scope));
    if (!rendered) return fail(ErrorCode::unauthorized, "connection '" + context_.config.name + "' lacks a secret for '" + spec_->name + "'");
    return *rendered;
  };
  if (spec_->kind == AuthSpec::Kind::basic) {
    TRY(const std::string user, text(spec_->user));
    TRY(const std::string password, text(spec_->password));
    request.headers.set("Authorization", "Basic " + to_base64(user + ":" + password));
    return {};
  }
  TRY(std::string token, text(spec_->token_text));
  if (spec_->kind == AuthSpec::Kind::bearer) request.headers.set("Authorization", "Bearer " + token);
  else if (spec_->key_in_query)
    request.url += (request.url.find('?') == std::string::npos ? "?" : "&") + percent_encode(spec_->key_name) + "=" + percent_encode(token);
  else request.headers.set(spec_->key_name, token);
  return {};
}

}  // namespace lockstep::connector
