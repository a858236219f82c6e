#include "connector/classify.h"

#include <re2/re2.h>

#include <algorithm>

#include "base/cut_text.h"
#include "base/text.h"
#include "expression/operand.h"

namespace lockstep::connector {

using expression::Operand;

namespace {

constexpr std::size_t kMessageMax = 2048;

std::vector<std::string> texts_of(const Operand& operand) {
  std::vector<std::string> texts;
  if (operand.is_absent() || operand.is_null()) return texts;
  const auto elements = operand.elements();
  if (!elements) return texts;
  for (const Operand& element : *elements)
    if (auto text = element.text()) texts.push_back(std::move(*text));
  return texts;
}

std::string text_of(const Operand& operand) {
  const auto texts = texts_of(operand);
  return texts.empty() ? std::string() : texts.front();
}

Operand value_of(const ProgramRef& program, Scope& scope) {
  if (!program) return Operand();
  auto value = expression::evaluate(*program, scope);
  return value ? std::move(*value) : Operand();
}

}  // namespace

Operand Classifier::Named::operator[](std::string_view name) const {
  const auto found = std::ranges::find(values, name, &std::pair<std::string, Operand>::first);
  return found == values.end() ? Operand() : found->second;
}

bool Classifier::matches(const ErrorRule& rule, const Named& named, const Facts& facts, Scope& scope) const {
  const auto among = [](const auto& allowed, const auto& value) { return allowed.empty() || std::ranges::find(allowed, value) != allowed.end(); };
  if (!among(rule.status, facts.status)) return false;
  // A rule about one place (token, job) speaks of no other; one that names none speaks of calls and their items alike.
  if (!among(rule.wheres, facts.question.where)) return false;
  if (!among(rule.operations, facts.question.operation)) return false;
  if (!rule.transports.empty() && std::ranges::find(rule.transports, facts.transport) == rule.transports.end()) return false;
  for (const auto& [name, allowed] : rule.equals) {
    const auto texts = texts_of(named[name]);
    const bool hit = std::ranges::any_of(texts, [&](const std::string& text) { return std::ranges::find(allowed, text) != allowed.end(); });
    if (!hit) return false;
  }
  if (rule.message && !re2::RE2::PartialMatch(text_of(named["message"]), *rule.message)) return false;
  if (rule.condition) {
    const auto holds = expression::evaluate_truth(*rule.condition, scope);
    if (!holds || !*holds) return false;
  }
  return true;
}

std::optional<Duration> Classifier::wait_of(const ErrorRule& rule, Scope& scope, WallTime now, Failure& failure) {
  for (const ErrorRule::Wait& wait : rule.wait) {
    if (!wait.reset.empty()) {
      failure.limit = wait.reset;
      continue;
    }
    if (wait.jitter) return Duration{rng_.between(wait.jitter->first.count(), wait.jitter->second.count())};
    const std::string text = text_of(value_of(wait.header, scope));
    if (text.empty()) continue;
    constexpr Duration kMost{7 * 86'400'000};  // longer than any vendor means
    if (const auto date = parse_http_date(text)) return std::clamp(*date - now, Duration{0}, kMost);
    char* end = nullptr;
    const double seconds = std::strtod(text.c_str(), &end);
    if (end != text.c_str() && seconds >= 0) return Duration{static_cast<std::int64_t>(std::min(seconds * 1000, static_cast<double>(kMost.count())))};
  }
  return std::nullopt;
}

void Classifier::redact(std::string& message) const {
  constexpr std::size_t kShortest = 6;  // shorter ones are words that stand anywhere
  if (!hidden_) return;
  for (const std::string& secret : *hidden_) {
    if (secret.size() < kShortest) continue;
    for (std::size_t at = message.find(secret); at != std::string::npos; at = message.find(secret, at)) message.replace(at, secret.size(), "***");
  }
}

Failure Classifier::judge(const Named& named, const Facts& facts, Scope& scope, WallTime now) {
  Failure failure;
  failure.status = facts.status;
  failure.code = text_of(named["code"]);
  failure.message = text_of(named["message"]);
  redact(failure.message);
  failure.message = cut_text(failure.message, kMessageMax);
  if (failure.message.empty()) failure.message = facts.transport.empty() ? "status " + std::to_string(facts.status) : facts.transport;
  failure.fields = texts_of(named["fields"]);
  scope.set(kCode, named["code"]);
  scope.set(kMessage, named["message"]);
  scope.set(kOperation, Operand(Value(std::string(facts.question.operation))));
  scope.set(kWhere, Operand(Value(std::string(facts.question.where))));
  scope.set(kTransport, Operand(Value(facts.transport)));
  for (const ErrorRule& rule : definition_.rules) {
    if (!matches(rule, named, facts, scope)) continue;
    failure.failure_class = rule.failure_class;
    failure.scope = rule.scope.value_or(default_scope(rule.failure_class));
    failure.act = rule.act;
    failure.tries = rule.tries;
    failure.wait = wait_of(rule, scope, now, failure);
    if (const std::string id = text_of(value_of(rule.take_id, scope)); !id.empty()) failure.ids.push_back(id);
    for (std::string& id : texts_of(value_of(rule.take_ids, scope))) failure.ids.push_back(std::move(id));
    if (rule.take_fields) failure.fields = texts_of(value_of(rule.take_fields, scope));
    return failure;
  }
  failure.failure_class = FailureClass::unclassified;
  failure.scope = default_scope(failure.failure_class);
  return failure;
}

Failure Classifier::classify(Scope& scope, Question question, int status, WallTime now) {
  Facts facts{status, "", question};
  std::optional<Failure> worst;
  for (const ErrorShape& shape : definition_.shapes) {
    const auto holds = expression::evaluate_truth(*shape.when, scope);
    if (!holds || !*holds) continue;
    auto errors = expression::evaluate_list(*shape.at, scope);
    if (!errors) continue;
    for (const Operand& error : *errors) {
      scope.set(kError, error);
      Named named;
      for (const auto& [name, program] : shape.names) named.values.emplace_back(name, value_of(program, scope));
      Failure failure = judge(named, facts, scope, now);
      if (!worst || failure.failure_class < worst->failure_class) worst = std::move(failure);
    }
    scope.clear(kError);
    if (worst) return *worst;
  }
  return judge(Named{}, facts, scope, now);
}

std::string transport_of(const Error& error) {
  if (error.message.starts_with("not connected")) return "connect";
  return error.message.find("time") != std::string::npos ? "timeout" : "cut";
}

Failure Classifier::no_answer(const Error& error, Scope& scope, Question question, WallTime now) {
  Facts facts{0, transport_of(error), question};
  Failure failure = judge(Named{}, facts, scope, now);
  failure.message = error.message;
  redact(failure.message);
  failure.message = cut_text(failure.message, kMessageMax);
  failure.unsent = facts.transport == "connect";
  if (failure.failure_class == FailureClass::unclassified) {
    failure.failure_class = FailureClass::transient;
    failure.scope = FailureScope::vendor;
  }
  return failure;
}

}  // namespace lockstep::connector
