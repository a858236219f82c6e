#include "connector/client.h"

#include <algorithm>

#include "base/text.h"
#include "expression/operand.h"

namespace lockstep::connector {

Task<Outcome<AnswerRef>> Client::send(http::Request request, const RequestSpec& spec, Classifier::Question question, Priority priority) {
  const auto unsigned_request = std::make_shared<const http::Request>(std::move(request));
  for (int attempt = 0;; ++attempt) {
    auto ready = co_await credentials_.ensure();
    if (!ready) co_return tl::unexpected(std::move(ready.error()));
    const std::uint64_t generation = credentials_.generation();
    http::Request signed_request = *unsigned_request;
    const Result<void> done = credentials_.sign(signed_request);
    if (!done) co_return tl::unexpected(own_failure(done.error()));
    auto answer = co_await sender_.send(std::move(signed_request), spec, question, priority, unsigned_request);
    if (answer || answer.error().failure_class != FailureClass::auth || attempt > 0) co_return answer;
    auto renewed = co_await credentials_.renew(generation);
    if (!renewed) co_return tl::unexpected(std::move(renewed.error()));
  }
}

Task<Outcome<AnswerRef>> Client::read(http::Request request, const RequestSpec& spec, Classifier::Question question, Priority priority) {
  constexpr int kTries = 5;
  constexpr Duration kPatience{60'000};
  for (int attempt = 0;; ++attempt) {
    auto answer = co_await send(request, spec, question, priority);
    if (answer) co_return answer;
    const Failure& failure = answer.error();
    const bool passes =
        failure.failure_class == FailureClass::transient || failure.failure_class == FailureClass::rate_limit || failure.failure_class == FailureClass::lock;
    const std::int64_t ceiling = std::min<std::int64_t>(30'000, std::int64_t{500} << attempt);
    const Duration wait = failure.wait.value_or(Duration{rng_.between(ceiling / 4, ceiling)});
    if (!passes || attempt + 1 >= failure.tries.value_or(kTries) || wait > kPatience || !sender_.may_retry()) co_return answer;
    const bool awake = co_await sender_.budgets().pause(wait);
    if (!awake) co_return answer;
  }
}

namespace {

std::string text_of_fact(const Value& facts, std::string_view name) {
  const Value* value = facts.member(name);
  const std::string* text = value ? value->get<std::string>() : nullptr;
  return text ? *text : "";
}

/// `known`: the facts as they were, "portal=42;zone=UTC;". Where none of them tells, they are of another kind of system.
bool is_same_account(std::string_view known, const Value& facts, const std::vector<std::string>& telling) {
  bool told = false;
  for (const std::string_view fact : split(known, ';')) {
    const std::string_view name = fact.substr(0, fact.find('='));
    const bool tells = !fact.empty() && (telling.empty() || std::ranges::find(telling, name) != telling.end());
    if (tells && std::string(name) + "=" + text_of_fact(facts, name) != fact) return false;
    told = told || tells;
  }
  return told;
}

}  // namespace

Task<Outcome<void>> Client::open() {
  auto ready = co_await credentials_.ensure();
  if (!ready) co_return ready;
  const Definition& definition = *context_.definition;
  Scope scope = context_.scope();
  auto request = build_request(context_, definition.whoami, scope);
  if (!request) co_return tl::unexpected(own_failure(request.error()));
  const Classifier::Question question{"read", "call"};
  auto answer = co_await read(std::move(*request), definition.whoami, question, Priority::real_time);
  if (!answer) co_return tl::unexpected(std::move(answer.error()));
  (*answer)->enter(scope);
  Map facts = *context_.facts.get<Map>();
  for (const auto& [name, program] : definition.whoami_facts) {
    auto operand = expression::evaluate(*program, scope);
    if (!operand || operand->is_absent()) continue;
    auto value = operand->text();
    if (!value) continue;
    std::erase_if(facts, [&](const auto& fact) { return fact.first == name; });
    facts.emplace_back(name, Value(std::move(*value)));
  }
  make_map(facts);
  context_.facts = Value(std::move(facts));
  // The same credentials must go on speaking for the same account: another one would look like everything deleted.
  std::string account;
  for (const auto& [name, value] : *context_.facts.get<Map>())
    if (const auto* text = value.get<std::string>()) account += name + "=" + *text + ";";
  auto known = co_await context_.environment.secrets.load(context_.config.name + "/account");
  if (!known) co_return tl::unexpected(own_failure(known.error(), FailureClass::transient));
  if (*known && !is_same_account(**known, context_.facts, definition.account_facts)) {
    const std::string& name = context_.config.name;
    co_return tl::unexpected(make_failure(FailureClass::config, FailureScope::connection,
                                          "connection '" + name + "' now signs in to another account than before, or as another user (" + account +
                                              " before: " + **known + "); if it shows the same records, run 'lockstep accept-account " + name +
                                              "', else give the new account a connection of its own"));
  }
  if (!*known) {
    const Result<void> saved = co_await context_.environment.secrets.save(context_.config.name + "/account", account);
    if (!saved) co_return tl::unexpected(own_failure(saved.error(), FailureClass::transient));
  }
  co_return Outcome<void>{};
}

}  // namespace lockstep::connector
