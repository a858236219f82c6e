#pragma once

#include "connector/breaker.h"
#include "connector/budgets.h"
#include "connector/classify.h"
#include "connector/context.h"

namespace lockstep::connector {

/// Sends one request within the limits and turns the answer into success or a classed failure. Knows nothing of sign-in.
class Sender {
 public:
  explicit Sender(Context& context);

  Task<Outcome<AnswerRef>> send(http::Request request, const RequestSpec& spec, Classifier::Question question, Priority priority);
  /// Whether the answer is what the request expects; else what went wrong.
  std::optional<Failure> judge(const Answer& answer, const RequestSpec& spec, Classifier::Question question);
  Classifier& classifier() { return classifier_; }
  Budgets& budgets() { return budgets_; }
  Connector::Usage usage() const;
  void count(const Failure& failure) { ++usage_.failures[std::string(to_string(failure.failure_class))]; }
  /// Whether a retry is within the retry budget; counts it.
  bool may_retry();

 private:
  Outcome<AnswerRef> failed(Failure failure);
  AnswerRef receive(http::Response response, WallTime sent, Instant started, const RequestSpec& spec);

  Context& context_;
  Classifier classifier_;
  Budgets budgets_;
  Breaker breaker_;
  RetryBudget retries_;
  Connector::Usage usage_;
};

/// A failure of our own making: a template without value, a host that is not declared.
Failure own_failure(const Error& error, FailureClass failure_class = FailureClass::config);

}  // namespace lockstep::connector
