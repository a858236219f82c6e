#include "connector/context.h"

#include <algorithm>

#include "base/text.h"
#include "expression/operand.h"

namespace lockstep::connector {

using expression::Operand;

Scope Context::scope() const {
  Scope scope(definition->roots.all().size());
  scope.set(kParams, Operand::borrow(params));
  scope.set(kFacts, Operand::borrow(facts));
  scope.set(kApi, Operand::borrow(definition->api));
  scope.set(kTables, Operand::borrow(definition->tables));
  scope.set(kSecrets, Operand::borrow(secrets));
  scope.set(kNow, Operand(Value(now())));
  return scope;
}

bool Context::may_reach(const http::Url& url) const {
  return std::ranges::any_of(hosts, [&](const std::string& allowed) {
    if (allowed.starts_with("*.")) return url.host.size() > allowed.size() - 1 && url.host.ends_with(std::string_view(allowed).substr(1));
    return url.host == allowed;
  });
}

namespace {

Result<Value> checked_params(const Definition& definition, const ConnectionConfig& config) {
  std::vector<std::string> known;
  for (const ParamSpec& param : definition.params) known.push_back(param.name);
  for (const auto& [name, value] : config.params)
    if (std::ranges::find(known, name) == known.end()) {
      const std::string nearest = nearest_name(name, known);
      return fail(ErrorCode::invalid_input,
                  "connector " + definition.name + " has no parameter '" + name + "'" + (nearest.empty() ? "" : "; did you mean '" + nearest + "'?"));
    }
  Map map;
  for (const ParamSpec& param : definition.params) {
    const auto given = config.params.find(param.name);
    std::string text;
    if (given != config.params.end()) {
      text = given->second;
    } else if (param.fallback) {
      Scope empty(definition.roots.all().size());
      TRY(auto fallback, expression::render(**param.fallback, empty));
      text = fallback.value_or("");
    } else if (!param.optional) {
      return fail(ErrorCode::invalid_input, "connector " + definition.name + " needs the parameter '" + param.name + "'");
    } else {
      continue;
    }
    if (!param.options.empty() && std::ranges::find(param.options, text) == param.options.end())
      return fail(ErrorCode::invalid_input, "parameter '" + param.name + "' is '" + text + "'; allowed: " + join(param.options, ", "));
    if (param.type == "url" && !http::parse_url(text)) return fail(ErrorCode::invalid_input, "parameter '" + param.name + "' is no URL: '" + text + "'");
    while (param.type == "url" && text.ends_with('/')) text.pop_back();
    map.emplace_back(param.name, Value(std::move(text)));
  }
  make_map(map);
  return Value(std::move(map));
}

/// What is said of secrets, without looking at them.
std::vector<std::string> secret_problems(const Definition& definition, const AuthSpec& chosen, const ConnectionConfig& config) {
  std::vector<std::string> known, problems;
  for (const AuthSpec& spec : definition.auth) {
    known.insert(known.end(), spec.secrets.begin(), spec.secrets.end());
    if (std::ranges::find(spec.grants, "refresh_token") != spec.grants.end()) known.emplace_back("refresh_token");
  }
  for (const DoorSpec& door : definition.doors) known.insert(known.end(), door.secrets.begin(), door.secrets.end());
  std::ranges::sort(known);
  known.erase(std::ranges::unique(known).begin(), known.end());
  for (const auto& [name, value] : config.secrets) {
    if (std::ranges::find(known, name) != known.end()) continue;
    const std::string nearest = nearest_name(name, known);
    problems.push_back("connector " + definition.name + " has no secret '" + name + "'; it has " + (known.empty() ? "none" : join(known, ", ")) +
                       (nearest.empty() ? "" : "; did you mean '" + nearest + "'?"));
  }
  for (const std::string& name : chosen.secrets)
    if (!config.secrets.contains(name)) problems.push_back("sign-in " + chosen.name + " of connector " + definition.name + " needs the secret '" + name + "'");
  return problems;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> settings_problems(const Definition& definition, const ConnectionConfig& config) {
  std::vector<std::pair<std::string, std::string>> problems;
  if (const auto params = checked_params(definition, config); !params) problems.emplace_back("params", params.error().message);
  const auto choose = [&](const char* key, const std::string& word, const std::vector<std::string>& known, const std::string& whose) {
    if (word.empty() || std::ranges::find(known, word) != known.end()) return;
    const std::string nearest = nearest_name(word, known);
    problems.emplace_back(key, whose + " has no " + key + " '" + word + "'; it has " + (known.empty() ? "none" : join(known, ", ")) +
                                   (nearest.empty() ? "" : "; did you mean '" + nearest + "'?"));
  };
  std::vector<std::string> ways;
  for (const AuthSpec& spec : definition.auth) ways.push_back(spec.name);
  std::vector<std::string> limits;
  for (const LimitSpec& limit : definition.limits) limits.push_back(limit.name);
  for (const auto& [name, limit] : config.limits) choose("limits", name, limits, "connector " + definition.name);
  choose("auth", config.auth, ways, "connector " + definition.name);
  for (const AuthSpec& spec : definition.auth)
    if (spec.name == config.auth || (config.auth.empty() && &spec == &definition.auth.front())) {
      choose("grant", config.grant, spec.grants, "sign-in " + spec.name);
      for (std::string& problem : secret_problems(definition, spec, config)) problems.emplace_back("secrets", std::move(problem));
    }
  if (!config.base_url.empty() && !http::parse_url(config.base_url)) problems.emplace_back("base_url", "base_url is no URL: '" + config.base_url + "'");
  return problems;
}

Result<std::unique_ptr<Context>> make_context(DefinitionRef definition, ConnectionConfig config, Environment environment) {
  auto context = std::unique_ptr<Context>(new Context{std::move(definition), std::move(config), environment, {}, Value(Map{}), {}, "", {}, {}, {}});
  TRY(context->params, checked_params(*context->definition, context->config));
  Map secrets;
  for (const auto& [name, value] : context->config.secrets) {
    secrets.emplace_back(name, Value(value));
    // An id is no secret, and messages that name it help.
    if (name != "client_id" && name != "user") context->hidden.push_back(value);
  }
  make_map(secrets);
  context->secrets = Value(std::move(secrets));
  Scope scope = context->scope();
  for (const TemplateRef& host : context->definition->hosts) {
    TRY(auto text, expression::render(*host, scope));
    if (text && !text->empty()) context->hosts.push_back(to_lower_ascii(*text));
  }
  if (!context->config.base_url.empty()) {
    const auto url = http::parse_url(context->config.base_url);
    if (!url) return fail(ErrorCode::invalid_input, "base_url is no URL: '" + context->config.base_url + "'");
    context->base_url = context->config.base_url;
    context->hosts.push_back(url->host);  // a person wrote it: a sandbox, or a stand-in
  } else if (context->definition->base_url) {
    TRY(auto text, expression::render(*context->definition->base_url, scope));
    context->base_url = text.value_or("");
  }
  while (context->base_url.ends_with('/')) context->base_url.pop_back();
  return context;
}

namespace {

Result<std::string> address(const Context& context, const RequestSpec& spec, Scope& scope) {
  TRY(auto path, expression::render(*spec.url, scope));
  if (!path) return fail(ErrorCode::invalid_input, "a part of the URL has no value");
  if (path->starts_with("http://") || path->starts_with("https://")) return *path;
  if (context.base_url.empty()) return fail(ErrorCode::unauthorized, "the address is learnt at sign-in, which has not happened");
  if (path->starts_with("~/")) return context.base_url + path->substr(1);
  std::string prefix;
  if (context.definition->prefix) {
    TRY(auto text, expression::render(*context.definition->prefix, scope));
    prefix = text.value_or("");
  }
  return context.base_url + prefix + *path;
}

Result<void> add_query(const std::vector<std::pair<std::string, TemplateRef>>& from, Scope& scope, std::string& url) {
  for (const auto& [name, value] : from) {
    TRY(const auto text, expression::render(*value, scope));
    if (!text) continue;
    url += (url.find('?') == std::string::npos ? "?" : "&") + percent_encode(name) + "=" + percent_encode(*text);
  }
  return {};
}

Result<void> add_headers(const std::vector<std::pair<std::string, TemplateRef>>& from, Scope& scope, http::Headers& headers) {
  for (const auto& [name, value] : from) {
    TRY(auto text, expression::render(*value, scope));
    if (text) headers.set(name, std::move(*text));
  }
  return {};
}

Result<void> check_host(const Context& context, const std::string& url) {
  const auto parsed = http::parse_url(url);
  if (!parsed) return fail(ErrorCode::invalid_input, "not a URL: '" + url.substr(0, 200) + "'");
  if (!context.may_reach(*parsed))
    return fail(ErrorCode::refused,
                "host '" + parsed->host + "' is not among the hosts of connector " + context.definition->name + ": " + join(context.hosts, ", "));
  return {};
}

}  // namespace

Result<http::Request> build_request(const Context& context, const RequestSpec& spec, Scope& scope, const RowSource* rows, const Extra& extra) {
  TRY(std::string url, address(context, spec, scope));
  if (extra.query) TRY_VOID(add_query(*extra.query, scope, url));
  TRY_VOID(add_query(spec.query, scope, url));
  TRY_VOID(check_host(context, url));
  http::Request request(spec.method, std::move(url));
  request.timeout = spec.timeout;
  request.headers.set("Accept", "application/json");
  if (extra.headers) TRY_VOID(add_headers(*extra.headers, scope, request.headers));
  TRY_VOID(add_headers(spec.headers, scope, request.headers));
  if (extra.guard) TRY_VOID(add_headers(*extra.guard, scope, request.headers));
  if (spec.json) {
    TRY(request.body, render_body(*spec.json, scope, rows));
    request.headers.set("Content-Type", "application/json");
  } else if (!spec.form.empty()) {
    std::vector<std::pair<std::string, std::string>> pairs;
    for (const auto& [name, value] : spec.form) {
      TRY(auto text, expression::render(*value, scope));
      if (text) pairs.emplace_back(name, std::move(*text));
    }
    request.body = http::encode_query(pairs);
    request.headers.set("Content-Type", "application/x-www-form-urlencoded");
  }
  return request;
}

Result<std::string> follow(const Context& context, const std::string& base, const std::string& link) {
  const auto from = http::parse_url(base);
  const auto resolved = from ? http::resolve(*from, link) : std::nullopt;
  if (!resolved) return fail(ErrorCode::invalid_input, "the next link is no URL: '" + link.substr(0, 200) + "'");
  const std::string url = resolved->text();
  TRY_VOID(check_host(context, url));
  return url;
}

}  // namespace lockstep::connector
