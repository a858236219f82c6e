#pragma once

#include "connector/credentials.h"
#include "connector/lock_groups.h"

namespace lockstep::connector {

/// Requests that are signed in: one renewal after a 401, retries of reads.
class Client {
 public:
  explicit Client(Context& context)
      : context_(context),
        sender_(context),
        credentials_(context, sender_),
        lock_groups_(context.environment.executor),
        rng_(context.environment.rng.split("client")) {}

  /// Sent once; sent again only when it was refused for its token, which proves that it was not carried out.
  Task<Outcome<AnswerRef>> send(http::Request request, const RequestSpec& spec, Classifier::Question question, Priority priority);
  /// Retries what passes by itself, as long as the wait is short.
  Task<Outcome<AnswerRef>> read(http::Request request, const RequestSpec& spec, Classifier::Question question, Priority priority);
  /// Signs in and learns who we are. Another account than last time is a failure.
  Task<Outcome<void>> open();
  Context& context() { return context_; }
  Sender& sender() { return sender_; }
  const Sender& sender() const { return sender_; }
  LockGroups& lock_groups() { return lock_groups_; }

 private:
  Context& context_;
  Sender sender_;
  Credentials credentials_;
  LockGroups lock_groups_;
  Rng rng_;
};

}  // namespace lockstep::connector
