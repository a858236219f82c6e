#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

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

  // Dead letters (mend.cc). What names several is done in their order of delivery, parents first, a bounded number in one
  // commit; one that fails undoes its commit and stops what follows, while earlier commits stand. Of several, those closed in the
  // meantime are left alone. All give back how many they dealt with.

  /// Sends what is owed by now again, with fresh attempts.
  Task<Result<std::size_t>> replay(std::vector<Ulid> letters, std::string by);
  /// Keeps the letters, but nothing more is tried until golden changes.
  Task<Result<std::size_t>> discard(std::vector<Ulid> letters, std::string by);
  /// Edits golden on our side: `values` are fields, or a group's member as "address.city", and what they shall hold as text
  /// (empty: blank; a set's words parted by commas; a reference as entity id). Every system is owed the edit; a letter closes by itself
  /// when it is delivered. A letter whose record holds the values already is tried again.
  Task<Result<std::size_t>> edit(std::vector<Ulid> letters, std::vector<std::pair<std::string, std::string>> values, std::string by);
  /// The letter's entity is that record of its system: linked at once, read, then brought in step.
  Task<Result<void>> choose_link(Ulid letter, std::string remote_id, std::string by);

 private:
  Result<DeadLetter> open_letter(Transaction& transaction, Ulid id) const;
  Result<void> close_letter(Transaction& transaction, DeadLetter& letter, DeadLetterState state, RunId run, const std::string& by);
  Result<void> try_again(Transaction& transaction, const DeadLetter& letter);
  Result<void> edit_one(Transaction& transaction, const DeadLetter& letter, const std::vector<std::pair<std::string, std::string>>& values, RunId run,
                        const std::string& by);
  Result<void> audit_letter(Transaction& transaction, const DeadLetter& letter, RunId run, std::string operation, std::string note);
  using LetterWork = std::function<Result<void>(Transaction&, DeadLetter&, RunId)>;
  Task<Result<std::size_t>> for_each(std::vector<Ulid> letters, LetterWork work);
  Result<void> resolve_field(Transaction& transaction, ReviewItem& item, const std::string& choice, const std::string& by);
  Result<void> resolve_candidate(Transaction& transaction, ReviewItem& item, std::size_t candidate, const std::string& by);
  Result<void> resolve_duplicate(Transaction& transaction, ReviewItem& item, const std::string& choice);
  Result<merge::EntityState> load_candidate(Transaction& transaction, const ReviewItem& item, EntityId entity);
  Result<void> link_to(Transaction& transaction, const ReviewItem& item, EntityId entity);
  Result<void> resolve_parked_field(Transaction& transaction, ReviewItem& item, const std::string& choice, const std::string& by);
  Result<void> resolve_delete(Transaction& transaction, ReviewItem& item, const std::string& choice, const std::string& by);
  Result<void> close(Transaction& transaction, ReviewItem& item, const std::string& choice, const std::string& by);
  Hub& hub_;
};

}  // namespace lockstep
