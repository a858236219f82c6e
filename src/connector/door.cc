#include "connector/door.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>

#include "base/text.h"
#include "expression/operand.h"

namespace lockstep::connector {

using expression::Operand;

namespace {

constexpr std::size_t kEventBodyMax = 16u << 10;

bool equal_in_constant_time(std::string_view a, std::string_view b) { return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0; }

std::string sign(const std::string& hash, const std::string& key, const std::string& text) {
  const EVP_MD* digest = hash == "sha1" ? EVP_sha1() : hash == "sha512" ? EVP_sha512() : EVP_sha256();
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  HMAC(digest, key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()), text.size(), bytes, &length);
  return std::string(reinterpret_cast<const char*>(bytes), length);
}

Connector::DoorAnswer refusal(int status, std::string reason) {
  Connector::DoorAnswer answer;
  answer.refused = true;
  answer.response = http::Response(status, "");
  answer.reason = std::move(reason);
  return answer;
}

/// Not knowing yet whose the events would have to be, nothing can be told to be ours, or not to be: the sender is to try again soon.
Connector::DoorAnswer not_signed_in_yet() {
  Connector::DoorAnswer answer = refusal(503, "not signed in yet");
  answer.response.headers.set("Retry-After", "10");
  return answer;
}

std::optional<EventKind> kind_named(std::string_view word) {
  static constexpr std::pair<std::string_view, EventKind> kKinds[] = {
      {"upsert", EventKind::upsert}, {"deleted", EventKind::deleted},         {"undeleted", EventKind::undeleted}, {"merged", EventKind::merged},
      {"erased", EventKind::erased}, {"association", EventKind::association}, {"reread", EventKind::reread}};
  for (const auto& [name, kind] : kKinds)
    if (name == word) return kind;
  return std::nullopt;
}

}  // namespace

Scope DoorContext::scope() const {
  Scope scope(definition.roots.all().size());
  scope.set(kParams, Operand::borrow(params));
  scope.set(kFacts, Operand::borrow(facts));
  scope.set(kTables, Operand::borrow(definition.tables));
  scope.set(kApi, Operand::borrow(definition.api));
  scope.set(kSecrets, Operand::borrow(secrets));
  return scope;
}

std::string Doorkeeper::signed_uri(const VerifySpec& spec, const http::ServerRequest& request) const {
  std::string base = context_.public_url;
  while (base.ends_with('/')) base.pop_back();
  std::string target = request.target;
  if (spec.uri_decode.empty()) return base + target;
  // Some senders undo certain escapes of the query before they sign.
  const std::size_t query = target.find('?');
  std::string out = base + target.substr(0, query);
  for (std::size_t i = query; i < target.size(); ++i) {
    std::string byte;
    if (target[i] == '%' && i + 2 < target.size() && from_hex(target.substr(i + 1, 2), byte) && spec.uri_decode.find(byte) != std::string::npos) {
      out += byte;
      i += 2;
    } else {
      out += target[i];
    }
  }
  return out;
}

std::string Doorkeeper::check_hmac(const VerifySpec& spec, const http::ServerRequest& request, Scope& scope, WallTime now) const {
  const auto header = request.headers.find(spec.signature_header);
  if (!header) return "unsigned";
  if (spec.timestamp) {
    const std::string text = text_of(spec.timestamp, scope);
    if (text.empty() || text.size() > 15 || text.find_first_not_of("0123456789") != std::string::npos) return "no time stamp";
    const WallTime at{std::atoll(text.c_str()) * (spec.timestamp_in_ms ? 1 : 1000)};
    if (now - at > spec.window || at - now > spec.window) return "stale";
  }
  const Value uri(signed_uri(spec, request));
  scope.set(kUri, Operand::borrow(uri));
  std::string text;
  for (const ProgramRef& part : spec.over) {
    const auto operand = expression::evaluate(*part, scope);
    if (!operand || operand->is_absent()) return "a signed part is missing";
    text += operand->text().value_or("");
  }
  const std::string key = text_of(spec.key, scope);
  if (key.empty()) return "no key is configured for this door";
  const std::string bytes = sign(spec.hash, key, text);
  std::string expected = spec.signature_prefix + (spec.signature_encoding == "base64" ? to_base64(bytes) : to_hex(bytes));
  return equal_in_constant_time(expected, *header) ? "" : "forged";
}

std::string Doorkeeper::check(const VerifySpec& spec, const http::ServerRequest& request, Scope& scope, WallTime now) const {
  if (spec.kind == VerifySpec::Kind::hmac) return check_hmac(spec, request, scope, now);
  std::string given;
  if (!spec.shared_header.empty()) given = std::string(request.headers.find(spec.shared_header).value_or(""));
  if (!spec.shared_query.empty())
    for (const auto& [name, value] : http::parse_query(request.query()))
      if (name == spec.shared_query) given = value;
  const std::string key = text_of(spec.equals, scope);
  if (key.empty()) return "no key is configured for this door";
  if (given.empty()) return "unsigned";
  return equal_in_constant_time(given, key) ? "" : "forged";
}

Result<std::optional<InboxEvent>> Doorkeeper::event_of(const DoorSpec& door, Scope& scope) const {
  for (const auto& [slot, program] : door.let) {
    TRY(Operand bound, expression::evaluate(*program, scope));
    scope.set(slot, std::move(bound));
  }
  if (door.ignore && expression::evaluate_truth(*door.ignore, scope).value_or(false)) return std::optional<InboxEvent>{};
  InboxEvent event;
  event.remote = RemoteId{text_of(door.object, scope), text_of(door.id, scope)};
  // Objects that nothing maps are no news.
  if (!context_.definition.find_object(event.remote.object)) return std::optional<InboxEvent>{};
  std::string word = door.kind_else.empty() ? "upsert" : door.kind_else;
  const std::string of = text_of(door.kind_of, scope);
  for (const auto& [wire, kind] : door.kinds)
    if (wire == of) word = kind;
  const auto kind = kind_named(word);
  if (!kind) return std::optional<InboxEvent>{};
  event.kind = *kind;
  event.merged_into = text_of(door.merged_into, scope);
  if (door.merged_from) {
    TRY(const Operand losers, expression::evaluate(*door.merged_from, scope));
    if (!losers.is_absent() && !losers.is_null()) {
      TRY(const auto elements, losers.elements());
      for (const Operand& loser : elements) {
        TRY(std::string id, loser.text());
        event.merged_from.push_back(std::move(id));
      }
    }
  }
  if (event.remote.id.empty() && event.merged_into.empty() && event.merged_from.empty()) return fail(ErrorCode::invalid_input, "an event names no record");
  if (event.remote.id.empty()) event.remote.id = event.merged_into;
  const std::string occurred = text_of(door.occurred, scope);
  if (const auto time = parse_iso_time(occurred)) event.occurred = *time;
  for (const ProgramRef& part : door.dedupe) event.dedupe += text_of(part, scope) + "|";
  std::string body;
  if (append_json(scope.at(kEvent), body) && body.size() <= kEventBodyMax) event.body = std::move(body);
  if (event.dedupe.empty()) event.dedupe = to_hex(sign("sha256", "dedupe", event.remote.object + event.remote.id + event.body + occurred));
  return std::optional(std::move(event));
}

Connector::DoorAnswer Doorkeeper::knock(const DoorSpec& door, const http::ServerRequest& request, WallTime now) const {
  if (request.body.size() > door.body_max) return refusal(413, "too large");
  Scope scope = context_.scope();
  Map headers;
  for (const auto& [name, value] : request.headers.all()) {
    std::string lower = to_lower_ascii(name);
    if (std::ranges::find(headers, lower, &std::pair<std::string, Value>::first) == headers.end()) headers.emplace_back(std::move(lower), Value(value));
  }
  make_map(headers);
  const Value header_value(std::move(headers)), method(request.method), raw_body(request.body), now_value(now);
  scope.set(kHeader, Operand::borrow(header_value));
  scope.set(kMethod, Operand::borrow(method));
  scope.set(kRawBody, Operand::borrow(raw_body));
  scope.set(kNow, Operand::borrow(now_value));
  for (const VerifySpec& spec : door.verify)
    if (std::string reason = check(spec, request, scope, now); !reason.empty()) return refusal(door.refuse_status, std::move(reason));
  // Parsed only once it is known to be genuine.
  const Answer body(200, http::Headers{}, request.body);
  if (!body.has_json()) return refusal(400, "not JSON");
  scope.set(kBody, Operand(&body.json()));
  const auto events = expression::evaluate_list(*door.events, scope);
  if (!events) return refusal(400, "no events");
  if (events->size() > door.events_max) return refusal(413, "too many events");
  Connector::DoorAnswer answer;
  answer.response = http::Response(door.ack_status, "");
  bool ours = events->empty();
  for (const Operand& event : *events) {
    scope.set(kEvent, event);
    const std::string account = text_of(door.account_at, scope), own = text_of(door.account_equals, scope);
    if (door.account_at && own.empty()) return not_signed_in_yet();
    if (door.account_at && account != own) continue;  // one program may be told of several accounts at once
    ours = true;
    auto read = event_of(door, scope);
    if (!read) return refusal(400, read.error().message);
    if (*read) answer.events.push_back(std::move(**read));
  }
  if (!ours) return refusal(door.refuse_status, "another account");
  return answer;
}

}  // namespace lockstep::connector
