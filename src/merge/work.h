#pragma once

#include <optional>
#include <string>
#include <vector>

#include "merge/merge.h"
#include "merge/order.h"

/// What the files of this folder share; not for callers.
namespace lockstep::merge {

/// After so many rewrites in a row a field is parked on its link (rule 7).
inline constexpr std::uint8_t kRewritesMax = 3;
/// Requests without an answer that are kept per field; beyond it the oldest goes.
inline constexpr std::size_t kUnansweredMax = 16;

/// One call of the merge at work: the state it changes and what it has to tell. Call `finish` at the end.
class Work {
 public:
  Work(EntityState& state_, const Context& context_, Effects& effects_) : state(state_), context(context_), effects(effects_) {}

  EntityState& state;
  const Context& context;
  Effects& effects;

  GoldenField& golden(FieldIndex field) { return state.golden.fields[field.value()]; }
  bool same(ConnectionId system, FieldIndex field, const Value& a, const Value& b) const {
    return a == b || context.equivalence.equivalent(system, field, a, b);
  }
  std::string name_of(ConnectionId system) const { return system == kHub ? "the hub" : context.equivalence.name_of(system); }
  const LinkPolicy& policy_of(ConnectionId system) const;
  const FieldPolicy& policy_of(ConnectionId system, FieldIndex field) const;

  /// An audit change; `before` is the value that gave way, `after` the one that stands.
  void note(FieldIndex field, std::optional<Value> before, std::optional<Value> after, std::string text);
  void note(std::string text);  // about the whole record
  /// A value that is not, or no more, golden (rule 4): kept with its stamp and system.
  void note_loser(FieldIndex field, const Value& value, const Stamp& stamp, std::string why);

  /// Asks for one read of the link's record by id (rule 1). Only a read sent after this moment settles it.
  void ask_read(Link& link);

  /// Items are named by their index in state.reviews. A touched item is reported once, as it is in the end.
  void touch(std::size_t item);
  std::size_t open(ReviewItem item);
  void close(std::size_t item, std::string by);
  void finish();

 private:
  std::vector<std::size_t> touched_;
};

/// One value of one field as just seen, with its own time in hub time.
struct Seen {
  const Value& value;
  std::int64_t own_us = 0;
  std::int64_t uncertainty_us = 0;  // of the clock
  std::int64_t width_us = 0;        // how much earlier than its own time the edit may have been made
};

/// Rule 5: the stamp of an observed edit, lifted over what it was made on top of.
Stamp stamp_of(const Work& work, const Link& link, FieldIndex field, const Seen& seen);
Stamp decision_stamp(const Context& context);

/// Rules 3 to 7, 15 and 16 for one field. Precondition: the record is there and the observation was accepted.
void merge_field(Work& work, Link& link, FieldIndex field, const Seen& seen);
/// Rule 14, after a reference was seen: does it name a record that was merged away? `kept`: it does, right after a write of the
/// survivor's name.
void note_name(Work& work, Link& link, FieldIndex field, bool names_loser, bool kept);
/// Rule 16 for one field of an append-only type.
void merge_appended(Work& work, Link& link, FieldIndex field, const Seen& seen);
/// The system is only told of the field: what is edited there counts nowhere.
inline bool is_outward(const FieldPolicy& policy) { return policy.direction == Direction::out || policy.direction == Direction::out_leave; }
/// Golden takes `value`; what it held before is the audit row's `before`.
void set_golden(Work& work, FieldIndex field, const Value& value, const Stamp& stamp, std::string note);
/// shadow := value, and it stands for `acked` (rule 3).
void hold(Work& work, Link& link, FieldIndex field, const Value& shadow, const Value& acked, const Stamp& acked_stamp);
/// What the record shows after it was taken out of use, or back: our doing, and nobody's edit. What golden holds is owed once it is in use.
void hold_all(Work& work, Link& link, const Fields& shown);
/// The server keeps `value` instead of ours (rule 7).
void rewritten(Work& work, Link& link, FieldIndex field, const Value& value);

/// Rule 4.
struct Verdict {
  enum class Kind { golden_stands, observed_wins, merged, review };
  Kind kind = Kind::golden_stands;
  Value merged;
  bool close_call = false;
};
Verdict judge(const Work& work, const Link& link, FieldIndex field, const Value& observed, const Stamp& stamp);
/// Which of two values golden is when the shadow is unknown (rule 3); true: the observed one.
bool initial_winner(const Work& work, const Link& link, FieldIndex field, const Value& observed, const Stamp& stamp);
/// The agree row: true when the observed stamp is the greater one under the field's strategy.
bool outranks(const Work& work, FieldIndex field, const FieldPolicy& policy, const StampedValue& observed);
/// With strategy `owner`: true when somebody else owns the field.
bool owned_elsewhere(const Work& work, const Link& link, FieldIndex field);

/// Rule 6.
void open_conflict(Work& work, const Link& link, FieldIndex field, const Value& observed, const Stamp& stamp, std::string_view why);
void replace_candidate(Work& work, const Link& link, FieldIndex field, const Value& value, const Stamp& stamp);
void drop_candidates(Work& work, ConnectionId system);
std::optional<std::size_t> find_review(const EntityState& state, ReviewKind kind, std::optional<FieldIndex> field, std::optional<ConnectionId> connection);
void open_second_record(Work& work, const Link& link);
void open_parked(Work& work, const Link& link, FieldIndex field, ReviewKind kind, std::string summary);

/// Rules 8 and 9.
void record_gone(Work& work, Link& link, const Stamp& stamp);
void record_back(Work& work, Link& link, const Stamp& stamp);
/// An edit on a link of a deleted entity. True: it counts, the caller merges it on.
bool edit_against_tombstone(Work& work, const Link& link, FieldIndex field, const Value& value, const Stamp& stamp);
/// Whether a delete of the entity takes the record out of use, in that system: by its own wish, or that of the system where the delete was seen.
bool archives(const EntityState& state, const LinkPolicy& policy, const Context& context);
void secondary_gone(Work& work, Link& link);

/// Rule 3: is this field owed to the link? Also what "edited meanwhile" means (rule 8).
enum class Owed { no, yes, unknown_shadow };
Owed owed(const EntityState& state, const Link& link, FieldIndex field, const Context& context);

Unanswered* find_unanswered(const Work& work, Link& link, FieldIndex field, const Value& value);
void prune_unanswered(LinkField& field, WallTime observed, Duration life);
void size_fields(Link& link, const EntityType& type);

}  // namespace lockstep::merge
