#include "connector/sender.h"

#include <algorithm>

#include "base/text.h"

namespace lockstep::connector {

Failure own_failure(const Error& error, FailureClass failure_class) { return make_failure(failure_class, default_scope(failure_class), error.message); }

Sender::Sender(Context& context)
    : context_(context),
      classifier_(*context.definition, context.environment.rng.split("classify"), &context.hidden),
      budgets_(*context.definition, context.config, context.environment.executor, context.environment.rng.split("budgets")),
      breaker_(context.environment.executor, context.environment.rng.split("breaker")) {}

Outcome<AnswerRef> Sender::failed(Failure failure) {
  count(failure);
  return tl::unexpected(std::move(failure));
}

bool Sender::may_retry() {
  if (!retries_.take()) return false;
  ++usage_.retries;
  return true;
}

std::shared_ptr<Answer> Sender::receive(http::Response response, WallTime sent, Instant started, const RequestSpec& spec) {
  const Duration elapsed = context_.environment.executor.clock().now() - started;
  const auto date = response.headers.find("Date");
  auto answer = std::make_shared<Answer>(response.status, std::move(response.headers), std::move(response.body));
  answer->sent = sent;
  answer->elapsed = elapsed;
  if (const auto header = answer->headers().find("Date"); date && header)
    if (const auto remote = parse_http_date(*header)) {
      // The header is cut to its second: on average half a second later.
      const WallTime middle = sent + Duration{elapsed.count() / 2};
      ClockSample sample;
      sample.offset_ms = remote->ms + 500 - middle.ms;
      sample.error_ms = elapsed.count() / 2 + 500;
      answer->clock = sample;
      context_.clock.note(sample.offset_ms);
    }
  Scope scope = context_.scope();
  answer->enter(scope);
  budgets_.learn(spec.charge, scope);
  return answer;
}

std::optional<Failure> Sender::judge(const Answer& answer, const RequestSpec& spec, Classifier::Question question) {
  const auto among = [&](const std::vector<int>& statuses) { return std::ranges::find(statuses, answer.status()) != statuses.end(); };
  const bool expected = spec.expect.empty() ? answer.status() >= 200 && answer.status() < 300 : among(spec.expect);
  Scope scope = context_.scope();
  answer.enter(scope);
  if (question.row) scope.set(kRow, *question.row);
  if (among(spec.empty)) return std::nullopt;
  if (expected && spec.ok) {
    const auto holds = expression::evaluate_truth(*spec.ok, scope);
    if (holds && *holds) return std::nullopt;
  } else if (expected) {
    return std::nullopt;
  }
  return classifier_.classify(scope, question, answer.status(), context_.now());
}

std::shared_ptr<const Exchange> Sender::exchange(const http::Request& request, const Answer* answer) const {
  auto exchange = std::make_shared<Exchange>();
  exchange->method = request.method;
  exchange->url = request.url;
  exchange->body = request.body;
  if (answer) {
    exchange->status = answer->status();
    exchange->answer = answer->body();
  }
  for (std::string* text : {&exchange->url, &exchange->body, &exchange->answer}) classifier_.redact(*text);
  return exchange;
}

Task<Outcome<AnswerRef>> Sender::send(http::Request request, const RequestSpec& spec, Classifier::Question question, Priority priority,
                                      std::shared_ptr<const http::Request> unsigned_request) {
  if (auto refused = breaker_.would_refuse()) co_return failed(std::move(*refused));
  auto admitted = co_await budgets_.admit(spec.charge, priority);
  if (!admitted) co_return failed(std::move(admitted.error()));
  if (auto refused = breaker_.refuses()) {
    budgets_.release(spec.charge, Duration{0});
    co_return failed(std::move(*refused));
  }
  Clock& clock = context_.environment.executor.clock();
  const WallTime sent = clock.wall();
  const Instant started = clock.now();
  ++usage_.calls;
  retries_.sent();
  Result<http::Response> response = co_await context_.environment.transport.send(std::move(request));
  budgets_.release(spec.charge, clock.now() - started);
  if (!response) {
    Scope scope = context_.scope();
    Failure failure = classifier_.no_answer(response.error(), scope, question, clock.wall());
    breaker_.failed(failure);
    co_return failed(std::move(failure));
  }
  const std::shared_ptr<Answer> answer = receive(std::move(*response), sent, started, spec);
  answer->asked = unsigned_request;
  auto failure = judge(*answer, spec, question);
  if (failure) {
    if (unsigned_request && failure->scope == FailureScope::record) failure->exchange = exchange(*unsigned_request, answer.get());
    breaker_.failed(*failure);
    if (failure->failure_class == FailureClass::rate_limit) budgets_.refused(spec.charge, *failure);
    if (failure->failure_class == FailureClass::quota && !failure->limit.empty()) failure->wait = budgets_.rest_until_reset(failure->limit);
    co_return failed(std::move(*failure));
  }
  breaker_.succeeded();
  budgets_.accepted(spec.charge);
  co_return AnswerRef(answer);
}

Connector::Usage Sender::usage() const {
  Connector::Usage usage = usage_;
  usage.limits = budgets_.use();
  usage.vendor_down = breaker_.is_open();
  return usage;
}

}  // namespace lockstep::connector
