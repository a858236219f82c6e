#pragma once

#include "connector/breaker.h"
#include "connector/budgets.h"
#include "connector/classify.h"
#include "connector/context.h"

namespace lockstep::connector {

/// Sends one request within the limits and turns the answer into success or a classed failure. Knows nothing of sign-in:
/// `unsigned_request` is what failures and answers may show of it; none: nothing.
class Sender {
 public:
  explicit Sender(Context& context);

  Task<Outcome<AnswerRef>> send(http::Request request, const RequestSpec& spec, Classifier::Question question, Priority priority,
                                std::shared_ptr<const http::Request> unsigned_request = nullptr);
  /// Whether the answer is what the request expects; else what went wrong.
  std::optional<Failure> judge(const Answer& answer, const RequestSpec& spec, Classifier::Question question);
  /// For failures of one record.
  std::shared_ptr<const Exchange> exchange(const http::Request& request, const Answer* answer) const;
  Classifier& classifier() { return classifier_; }
  Budgets& budgets() { return budgets_; }
  Connector::Usage usage() const;
  void count(const Failure& failure) { ++usage_.failures[std::string(to_string(failure.failure_class))]; }
  /// Whether a retry is within the retry budget; counts it.
  bool may_retry();

 private:
  Outcome<AnswerRef> failed(Failure failure);
  std::shared_ptr<Answer> receive(http::Response response, WallTime sent, Instant started, const RequestSpec& spec);

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
