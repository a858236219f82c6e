// Sign-in, limits, envelopes, errors, doors.
#include <re2/re2.h>

#include <algorithm>

#include "base/text.h"
#include "connector/compiler.h"

namespace lockstep::connector {

using expression::Place;

namespace {

/// Names of the secrets that the texts of a node speak of.
void note_secrets(const Node& node, std::vector<std::string>& names) {
  static const re2::RE2 kNamed(R"(\bsecrets\.(\w+))");
  re2::StringPiece rest(node.scalar);
  std::string name;
  while (re2::RE2::FindAndConsume(&rest, kNamed, &name))
    if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  for (const auto& [key, value] : node.members) note_secrets(value, names);
  for (const Node& item : node.items) note_secrets(item, names);
}

}  // namespace

AuthSpec Compiler::auth(const std::string& name, const Node& node) {
  AuthSpec spec;
  spec.name = name;
  note_secrets(node, spec.secrets);
  const std::string kind = text_at(node, "kind", name);
  spec.kind = kind == "oauth2"    ? AuthSpec::Kind::oauth2
              : kind == "api_key" ? AuthSpec::Kind::api_key
              : kind == "basic"   ? AuthSpec::Kind::basic
                                  : AuthSpec::Kind::bearer;
  if (spec.kind == AuthSpec::Kind::oauth2) {
    spec.token = request(node.find("token"), true);
    // Signing in has limits of its own, if any: a refusal there says nothing about the others.
    if (spec.token.charge.empty()) spec.token.charge = {"sign_in"};
    if (const Node* grants = node.find("grants"))
      for (const auto& [grant, value] : grants->members) spec.grants.push_back(grant);
    spec.form = templates(node.find("form"), Place::plain, true);
    spec.client_in_header = text_at(node, "client_auth", "post") == "basic";
    for (const char* secret : {"client_id", "client_secret"}) spec.secrets.emplace_back(secret);
    if (const Node* take = node.find("take")) {
      spec.access = program(take->find("access"));
      spec.refresh = program(take->find("refresh"));
      spec.expires_in = program(take->find("expires_in"));
      spec.base_url = program(take->find("base_url"));
      spec.facts = programs(take->find("facts"));
    }
    if (!spec.access) error(node, "oauth2 needs 'take: {access: …}'");
    if (const Node* life = node.find("life"); life && life->kind == Node::Kind::map) {
      spec.life_default = duration_at(*life, "default", Duration{1'800'000});
      spec.early = duration_at(*life, "early", Duration{60'000});
    }
    return spec;
  }
  spec.key_in_query = text_at(node, "in", "header") == "query";
  spec.key_name = text_at(node, "name", "Authorization");
  if (spec.kind == AuthSpec::Kind::basic) {
    spec.user = text(node.find("user"), Place::plain, true);
    spec.password = text(node.find("password"), Place::plain, true);
  } else {
    const Node* token = node.find(spec.kind == AuthSpec::Kind::api_key ? "format" : "token");
    spec.token_text = text(token, Place::plain, true);
    if (!spec.token_text) error(node, "'" + name + "' needs the text to send");
  }
  return spec;
}

LimitSpec Compiler::limit(const std::string& name, const Node& node) {
  LimitSpec spec;
  spec.name = name;
  spec.by_default = flag_at(node, "default");
  spec.max = number_at(node, "max", 0);
  spec.window = duration_at(node, "window", duration_at(node, "rolling", Duration{0}));
  if (const Node* resets = node.find("resets")) {
    spec.resets = true;
    spec.window = Duration{24 * 3'600'000};  // while its zone is not known
    spec.reset_zone = program(resets->find("zone"));
    const std::string at = text_at(*resets, "daily");
    int hour = 0, minute = 0;
    if (re2::RE2::FullMatch(at, "([01][0-9]|2[0-3]):([0-5][0-9])", &hour, &minute)) spec.reset_at = Duration{(hour * 60 + minute) * std::int64_t{60'000}};
    else error(node, "limit '" + name + "' resets daily at a time as 00:00, not '" + at + "'");
  }
  spec.concurrent = static_cast<std::size_t>(number_at(node, "concurrent", 0));
  if (text_at(node, "charge") == "elapsed") {
    spec.charge_elapsed_ms = true;
    spec.max = duration_at(node, "max", Duration{0}).count();
  }
  if (const Node* keep = node.find("keep")) {
    const std::string people = text_at(*keep, "people", "0%");
    spec.keep_share = std::clamp(std::atof(people.c_str()) / 100, 0.0, 0.95);
  }
  if (const Node* learn = node.find("learn")) {
    spec.learn_left = program(learn->find("left"));
    spec.learn_used = program(learn->find("used"));
    spec.learn_max = program(learn->find("max"));
  }
  if (spec.max == 0 && spec.concurrent == 0) error(node, "limit '" + name + "' needs 'max' with a window, or 'concurrent'");
  if (spec.max > 0 && spec.window.count() == 0) error(node, "limit '" + name + "' needs 'window', 'rolling' or 'resets' beside 'max'");
  return spec;
}

BundleSpec Compiler::bundle(const std::string& name, const Node& node) {
  BundleSpec spec;
  spec.name = name;
  spec.multipart = text_at(node, "framing") == "multipart_http";
  spec.request = request(node.find("request"));
  spec.max = static_cast<std::size_t>(number_at(node, "max", 1));
  if (const Node* headers = node.find("part_headers"))
    for (const auto& [header, value] : headers->members) spec.part_headers.emplace_back(header, value.scalar);
  spec.parts = program(node.find("parts"));
  if (const Node* part = node.find("part")) {
    spec.part_status = program(part->find("status"));
    spec.part_body = program(part->find("body"));
    spec.part_headers_of = program(part->find("headers"));
  }
  if (!spec.multipart && (!spec.parts || !spec.part_status || !spec.part_body)) error(node, "a JSON bundle needs 'parts' and 'part: {status, body}'");
  return spec;
}

ErrorShape Compiler::error_shape(const Node& node) {
  ErrorShape shape;
  for (const auto& [key, value] : node.members) {
    if (key == "when") shape.when = program(&value);
    else if (key == "at") shape.at = program(&value);
    else shape.names.emplace_back(key, program(&value));
  }
  if (!shape.when || !shape.at) error(node, "an error shape needs 'when' and 'at'");
  return shape;
}

ErrorRule Compiler::error_rule(const Node& node) {
  ErrorRule rule;
  rule.mark = node.mark;
  std::vector<std::string> known_names = {"code", "message", "fields"};
  for (const ErrorShape& shape : definition_.shapes)
    for (const auto& [name, value] : shape.names) known_names.push_back(name);
  for (const auto& [key, value] : node.members) {
    if (key == "status") rule.status = statuses_at(node, key);
    else if (key == "message") {
      auto regex = std::make_shared<re2::RE2>(value.scalar, re2::RE2::Quiet);
      if (!regex->ok()) error(value, "this regular expression does not compile: " + regex->error());
      rule.message = std::move(regex);
    } else if (key == "transport") rule.transports = texts_at(node, key);
    else if (key == "op") rule.operations = texts_at(node, key);
    else if (key == "where") rule.wheres = texts_at(node, key);
    else if (key == "if") rule.condition = program(&value);
    else if (key == "class") {
      const auto parsed = parse_failure_class(value.scalar);
      if (parsed) rule.failure_class = *parsed;
      else error(value, "unknown failure class '" + value.scalar + "'");
    } else if (key == "scope") {
      static constexpr std::pair<std::string_view, FailureScope> kScopes[] = {
          {"record", FailureScope::record},         {"request", FailureScope::request}, {"feed", FailureScope::feed},
          {"object", FailureScope::object},         {"mapping", FailureScope::mapping}, {"limit", FailureScope::limit},
          {"connection", FailureScope::connection}, {"vendor", FailureScope::vendor}};
      for (const auto& [word, scope] : kScopes)
        if (word == value.scalar) rule.scope = scope;
    } else if (key == "act") rule.act = value.scalar;
    else if (key == "tries") rule.tries = static_cast<int>(value.as_int().value_or(3));
    else if (key == "take") {
      rule.take_id = program(value.find("id"));
      rule.take_ids = program(value.find("ids"));
      rule.take_fields = program(value.find("fields"));
    } else if (key == "wait") {
      for (const std::string& text : texts_at(node, key)) {
        ErrorRule::Wait wait;
        std::string low, high, limit;
        if (re2::RE2::FullMatch(text, R"(jitter\(([0-9a-z]+), *([0-9a-z]+)\))", &low, &high))
          wait.jitter = std::pair(parse_duration(low).value_or(Duration{1000}), parse_duration(high).value_or(Duration{60'000}));
        else if (re2::RE2::FullMatch(text, R"(reset\(([a-z_]+)\))", &limit)) wait.reset = limit;
        else if (const auto fixed = parse_duration(text)) wait.jitter = std::pair(*fixed, *fixed);
        else {
          Node source = value;
          source.kind = Node::Kind::scalar;
          source.scalar = text;
          wait.header = program(&source);
        }
        rule.wait.push_back(std::move(wait));
      }
    } else {
      if (std::ranges::find(known_names, key) == known_names.end())
        error(value, "'" + key + "' is neither a word of error rules nor a name of an error shape", nearest_name(key, known_names));
      rule.equals.emplace_back(key, texts_at(node, key));
    }
  }
  if (!node.find("class")) error(node, "an error rule needs 'class'");
  return rule;
}

VerifySpec Compiler::verify(const Node& node) {
  VerifySpec spec;
  if (const Node* shared = node.find("shared")) {
    spec.shared_header = text_at(*shared, "header");
    spec.shared_query = text_at(*shared, "query");
    spec.equals = program(shared->find("equals"), true);
    if (!spec.equals) error(node, "a shared key needs 'equals'");
    return spec;
  }
  const Node* hmac = node.find("hmac");
  if (!hmac) {
    error(node, "a check is 'hmac' or 'shared'");
    return spec;
  }
  spec.kind = VerifySpec::Kind::hmac;
  spec.hash = text_at(*hmac, "hash", "sha256");
  spec.key = program(hmac->find("key"), true);
  if (const Node* over = hmac->find("over"))
    for (const Node& part : over->items) spec.over.push_back(program(&part));
  if (const Node* signature = hmac->find("signature")) {
    spec.signature_header = text_at(*signature, "header");
    spec.signature_encoding = text_at(*signature, "encoding", "hex");
    spec.signature_prefix = text_at(*signature, "prefix");
  }
  if (const Node* timestamp = hmac->find("timestamp")) {
    spec.timestamp = program(timestamp->find("of"));
    spec.timestamp_in_ms = text_at(*timestamp, "unit", "s") == "ms";
    spec.window = duration_at(*timestamp, "window", Duration{300'000});
  }
  if (const Node* uri = hmac->find("uri")) spec.uri_decode = text_at(*uri, "decode");
  if (!spec.key || spec.over.empty() || spec.signature_header.empty()) error(*hmac, "hmac needs 'key', 'over' and 'signature: {header}'");
  return spec;
}

DoorSpec Compiler::door(const std::string& name, const Node& node) {
  DoorSpec spec;
  spec.name = name;
  note_secrets(node, spec.secrets);
  spec.body_max = static_cast<std::size_t>(number_at(node, "max_body", 1 << 20));
  spec.events_max = static_cast<std::size_t>(number_at(node, "max_events", 1000));
  if (const Node* account = node.find("account")) {
    spec.account_at = program(account->find("at"));
    spec.account_equals = program(account->find("equals"));
  }
  if (const Node* let = node.find("let"))
    for (const auto& [bound, value] : let->members) {
      const std::size_t slot = definition_.roots.add(bound);
      spec.let.emplace_back(slot, program(&value));
    }
  if (const Node* checks = node.find("verify"))
    for (const Node& check : checks->items) spec.verify.push_back(verify(check));
  if (spec.verify.empty()) error(node, "door '" + name + "' needs 'verify': anyone could knock");
  spec.events = program(node.find("events"));
  spec.ignore = program(node.find("ignore"));
  const Node* event = node.find("event");
  if (!event) {
    error(node, "door '" + name + "' needs 'event'");
    return spec;
  }
  spec.object = program(event->find("object"));
  spec.id = program(event->find("id"));
  spec.occurred = program(event->find("occurred"));
  if (const Node* merged = event->find("merged")) {
    spec.merged_into = program(merged->find("into"));
    spec.merged_from = program(merged->find("from"));
  }
  if (const Node* dedupe = event->find("dedupe")) {
    if (dedupe->kind == Node::Kind::scalar) spec.dedupe.push_back(program(dedupe));
    for (const Node& part : dedupe->items) spec.dedupe.push_back(program(&part));
  }
  if (const Node* kind = event->find("kind")) {
    spec.kind_of = program(kind->find("of"));
    if (const Node* map = kind->find("map"))
      for (const auto& [wire, word] : map->members) spec.kinds.emplace_back(wire, word.scalar);
    spec.kind_else = text_at(*kind, "else");
    if (kind->kind == Node::Kind::scalar) spec.kind_else = kind->scalar;
  }
  if (!spec.object || !spec.id) error(*event, "an event needs 'object' and 'id'");
  if (const Node* ack = node.find("ack")) spec.ack_status = static_cast<int>(number_at(*ack, "status", 204));
  if (const Node* refuse = node.find("refuse")) spec.refuse_status = static_cast<int>(number_at(*refuse, "status", 401));
  return spec;
}

}  // namespace lockstep::connector
