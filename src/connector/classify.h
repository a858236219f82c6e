#pragma once

#include "connector/answer.h"
#include "connector/definition.h"
#include "runtime/rng.h"

namespace lockstep::connector {

/// "connect": the request was never sent. "timeout", "cut": it may have been carried out.
std::string transport_of(const Error& error);

/// What went wrong, by the connector's error shapes and rules.
class Classifier {
 public:
  /// `hidden`: texts that no failure may show, whatever the other side says. May be null; else it outlives this.
  Classifier(const Definition& definition, Rng rng, const std::vector<std::string>* hidden = nullptr) : definition_(definition), rng_(rng), hidden_(hidden) {}

  struct Question {
    std::string_view operation;                // "create", "read", …
    std::string_view where;                    // "call", "item", "token"
    const expression::Operand* row = nullptr;  // the row it was about, where there is one
  };
  /// `scope` holds the answer's roots and, for one item of a list, `item`. `now` is for waits given as a date.
  Failure classify(Scope& scope, Question question, int status, WallTime now);
  /// No answer came.
  Failure no_answer(const Error& error, Scope& scope, Question question, WallTime now);
  /// Strikes out secrets.
  void redact(std::string& message) const;

 private:
  struct Named {
    std::vector<std::pair<std::string, expression::Operand>> values;
    expression::Operand operator[](std::string_view name) const;
  };
  struct Facts {
    int status = 0;
    std::string transport;
    Question question;
  };
  Failure judge(const Named& named, const Facts& facts, Scope& scope, WallTime now);
  bool matches(const ErrorRule& rule, const Named& named, const Facts& facts, Scope& scope) const;
  std::optional<Duration> wait_of(const ErrorRule& rule, Scope& scope, WallTime now, Failure& failure);

  const Definition& definition_;
  Rng rng_;
  const std::vector<std::string>* hidden_;
};

}  // namespace lockstep::connector
