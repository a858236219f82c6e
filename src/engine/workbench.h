#pragma once

#include <string>

#include "hub/hub.h"
#include "store/store.h"

namespace lockstep {

/// What people decide: review items and dead letters. Each call is one store transaction; obligations follow by
/// themselves. Errors: not_found, invalid_input (with what may be chosen), conflict (already closed).
class Workbench {
 public:
  explicit Workbench(Hub& hub) : hub_(hub) {}

  /// `choice`: field conflicts: the number of a candidate; possible duplicates: the number of a candidate, or "new";
  /// deletes: "remove", "keep" or "leave"; mass deletes: "approve"; fields parked on one link: "retry" or "accept";
  /// others: "dismiss".
  Task<Result<ReviewItem>> resolve(Ulid review, std::string choice, std::string by);
  /// The choices that `resolve` takes for this item, for help texts.
  static std::string choices(const ReviewItem& item);

  /// Sends what is owed by now again, with fresh attempts.
  Task<Result<void>> replay(Ulid letter, std::string by);
  /// Keeps the letter, but nothing more is tried until golden changes.
  Task<Result<void>> discard(Ulid letter, std::string by);

 private:
  Result<void> resolve_field(Transaction& transaction, ReviewItem& item, const std::string& choice, const std::string& by);
  Result<void> resolve_candidate(Transaction& transaction, ReviewItem& item, std::size_t candidate, const std::string& by);
  Result<void> resolve_duplicate(Transaction& transaction, ReviewItem& item, const std::string& choice);
  Result<void> link_to(Transaction& transaction, const ReviewItem& item, EntityId entity);
  Result<void> resolve_parked_field(Transaction& transaction, ReviewItem& item, const std::string& choice, const std::string& by);
  Result<void> resolve_delete(Transaction& transaction, ReviewItem& item, const std::string& choice, const std::string& by);
  Result<void> close(Transaction& transaction, ReviewItem& item, const std::string& choice, const std::string& by);
  Hub& hub_;
};

}  // namespace lockstep
