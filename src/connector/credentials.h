#pragma once

#include "connector/context.h"
#include "connector/classify.h"
#include "connector/sender.h"

namespace lockstep::connector {

/// Signs requests in. One renewal at a time; a rotated token is stored before it is used.
class Credentials {
 public:
  Credentials(Context& context, Sender& sender);

  /// A usable token is at hand: loaded, or renewed when it is missing or about to expire.
  Task<Outcome<void>> ensure();
  /// After a 401: renews unless somebody did since `generation`.
  Task<Outcome<void>> renew(std::uint64_t generation);
  std::uint64_t generation() const { return generation_; }
  /// Adds what proves who we are.
  Result<void> sign(http::Request& request) const;

 private:
  struct Token {
    std::string access, refresh;
    WallTime expires{0};  // zero: unknown
  };
  Task<Outcome<void>> renew_locked();
  /// Asks for a token; a refusal that named a wait is not asked again before that has passed.
  Task<Outcome<AnswerRef>> ask(http::Request request);
  /// After a refusal: whether somebody else renewed meanwhile (another process of ours, a person who signed in anew).
  Task<bool> adopt_stored();
  Task<Outcome<void>> load();
  Task<Result<void>> save();
  Outcome<void> take(const Answer& answer, Scope& scope);
  void hide_tokens();
  std::vector<std::pair<std::string, std::string>> form_of(Scope& scope, std::string& problem) const;
  const AuthSpec* choose() const;
  std::string slot() const { return context_.config.name + "/token"; }

  Context& context_;
  Sender& sender_;
  const AuthSpec* spec_;
  Token token_;
  bool loaded_ = false;
  std::uint64_t generation_ = 0;
  Semaphore one_at_a_time_;
  std::optional<Failure> refusal_;  // the last one that named a wait
  Instant refused_until_{0};
};

}  // namespace lockstep::connector
