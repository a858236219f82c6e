#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/policy.h"
#include "model/record.h"
#include "store/rows.h"

/// The heart: pure, no I/O, no clock, no ids made inside. Rule numbers are those of docs/conflicts.md.
namespace lockstep::merge {

/// One remote record as just seen, or seen to be gone, whatever brought it. References in `fields` are resolved to
/// entities (a field whose reference could not be resolved is absent).
struct Observation {
  ConnectionId system;
  RemoteId remote;
  bool present = true;                               // false: deleted, or absent from a read by id
  std::optional<bool> archived;                      // present, but out of use there; absent: the system does not tell
  bool complete = true;                              // false: fields not carried mean nothing (rule 2)
  bool by_id = false;                                // the answer to a read by id
  std::optional<std::uint64_t> fence;                // counter when the read was sent; none for pushed payloads and change logs
  std::string version;                               // empty: the system has none, or the payload does not tell
  WallTime modified;                                 // hub time; {0}: unknown, then `observed_at` is the upper bound
  WallTime observed_at;                              // hub time of this observation
  std::int64_t uncertainty_us = 0;                   // clock offset error + precision
  bool carries_external_id = false;                  // our external id stands in the record and is this entity's
  Fields fields;                                     // by FieldIndex; absent: not carried
  std::vector<FieldIndex> old_names = {};            // of `fields`: references that name a record that was merged away there (rule 14)
  std::vector<std::optional<WallTime>> field_times;  // own change times where the system has history; may be empty
};

/// Everything known of one entity. The merge changes it in place; the caller stores what changed.
struct EntityState {
  Golden golden;
  std::vector<Link> links;
  std::vector<ReviewItem> reviews;  // open items of this entity
  Link* find(ConnectionId connection);
  const Link* find(ConnectionId connection) const;
  /// Of that record, also when it is a second one.
  Link* find(ConnectionId connection, const RemoteId& remote);
  const Link* find(ConnectionId connection, const RemoteId& remote) const;
};

/// `a` and `b` mean the same to a system: equal after normalising and after a trip through its mapping.
class Equivalence {
 public:
  virtual ~Equivalence() = default;
  virtual bool equivalent(ConnectionId system, FieldIndex field, const Value& a, const Value& b) const = 0;
  /// The system's name in notes for people.
  virtual std::string name_of(ConnectionId system) const;
};

struct Context {
  const EntityType& type;
  const TypePolicy& policy;
  const Equivalence& equivalence;
  WallTime now;
  RunId run;
  std::uint64_t fence = 0;         // the counter's value at this commit (rule 1)
  Duration request_life{600'000};  // longest time in which a request without an answer may still land (rule 7)
};

/// What the merge did besides changing the state.
struct Effects {
  bool golden_changed = false;       // a value or the presence: a new version, and whoever is refused reads again
  bool stamp_changed = false;        // a system came to the same value later: to be stored, and no new version
  bool link_changed = false;         // also when only the fence moved
  bool gone = false;                 // it was deleted in the system it was seen in: what referred to it there has lost its reference
  bool revived = false;              // it is present again: references to it that were cleared, or lost, are owed once more
  bool read_by_id = false;           // rule 1: one read of this record by id is owed (link.needs_read is set as well)
  bool other_links_changed = false;  // of other systems than the one observed: they must be read before the delete
  std::vector<RemoteId> unlinked;    // link rows of this system that are no more; to be erased before links are stored
  std::vector<AuditChange> changes;  // per field: taken, agreed, lost, …
  std::vector<ReviewItem> reviews;   // opened or changed (closed ones too); ids are filled by the caller where nil
};

/// Merges one observation of a linked record (rules 1 to 9, 13, 15, 16). Idempotent: the same observation again changes
/// nothing. Precondition: state has a link of observation.system with observation.remote.
Effects observe(EntityState& state, const Observation& observation, const Context& context);

/// What is owed to one link now (rules 7, 8, 12, 14).
struct Plan {
  enum class Kind { nothing, read_first, create, update, remove, archive, restore };
  Kind kind = Kind::nothing;
  std::vector<FieldIndex> fields;     // create: all known fields; update: the changed ones
  bool external_id = false;           // update: our external id is to be written too
  std::vector<FieldIndex> stand_ins;  // of `fields`: references sent as blank (rule 14); filled by the caller before begin_write
  std::string why;                    // for read_first and nothing: reason in words, for `record show`
};
/// What a delete comes to there: the record goes, or goes out of use.
inline bool is_delete(const Plan& plan) { return plan.kind == Plan::Kind::remove || plan.kind == Plan::Kind::archive; }
Plan plan(const EntityState& state, ConnectionId system, const Context& context);
/// Whether it is a delete that is owed, also while the record has to be read first. `plan`: of that state.
bool owes_delete(const EntityState& state, const Plan& plan);

/// Before sending: marks what is sent as unanswered (rule 7). To be committed before the request leaves.
/// `sent` are the golden values as sent, by field.
void begin_write(EntityState& state, ConnectionId system, const Plan& plan, const Context& context);

/// How a write ended.
struct Answer {
  enum class Kind {
    accepted,      // done; `shown` holds what the server says it holds now (absent: not shown)
    refused_lock,  // the remote changed: read and merge again
    gone,          // the record is not there any more
    failed,        // refused for another reason, nothing was written
    unknown        // no answer: it may have landed
  };
  Kind kind = Kind::accepted;
  RemoteId remote;      // create: the record made
  std::string version;  // new version, empty when not told
  bool shows_values = false;
  Fields shown;                            // the record after the write as far as the answer shows it
  std::vector<FieldIndex> old_names = {};  // as in Observation, of `shown`
  WallTime modified, observed_at;
  std::int64_t uncertainty_us = 0;
};
/// Rule 7: the answer acks the value as sent, not golden as it is by now. Fields that the answer shows and that were not
/// sent are observations like any other.
Effects answer(EntityState& state, ConnectionId system, const Plan& plan, const Answer& answer, const Context& context);

/// A person's decision on an open field conflict (rule 6), or on a field parked on one link (kinds rewritten and
/// duplicate_key, rules 7 and 12): golden takes candidate `candidate` (index into the item), the field is sent again.
Effects resolve_field(EntityState& state, ReviewItem& item, std::size_t candidate, const std::string& by, const Context& context);

/// A person's edit on our side: golden takes the values, later than whatever it holds. Error: conflict, when the record is deleted
/// or a field waits for a decision of its own.
Result<Effects> edit_fields(EntityState& state, const std::vector<std::pair<FieldIndex, Value>>& values, const std::string& by, const Context& context);

/// Rule 14: a delete that was not carried out there waits for a person; an item of kind refused_delete, one a system.
Effects refuse_delete(EntityState& state, ConnectionId system, std::string summary, const Context& context);

/// A person's decision on an open item of kind delete_vs_edit or refused_delete (rules 8 and 14). `leave`: a delete seen in one
/// system stays there alone, and a record whose delete was refused stays there alone (detached). `remove` of a refused delete
/// tries it again. Error: conflict, when it does not apply.
enum class DeleteChoice { remove, keep, leave };
Result<Effects> resolve_delete(EntityState& state, ReviewItem& item, DeleteChoice choice, const std::string& by, const Context& context);

/// Parks a field on one link, with a review item (rule 12: a key that another record has there).
Effects park_field(EntityState& state, ConnectionId system, FieldIndex field, ReviewKind kind, std::string summary, const Context& context);

/// Links `remote` of `system` to the entity, with unknown shadows (rule 3): the next observe decides field by field.
Link& add_link(EntityState& state, ConnectionId system, const RemoteId& remote, const Context& context);

/// Joins the entities of two records that were merged in `where` (rule 10): the older id lives on. Returns the joined
/// state; `dead` is the id that becomes an alias. `loser`: the record that was merged away; without it, the primary one of its entity.
struct Joined {
  EntityState state;
  EntityId dead;
  std::vector<ReviewItem> reviews;
  std::vector<AuditChange> changes;  // values of the two records that lost
};
Joined join(EntityState a, EntityState b, ConnectionId where, const RemoteId& survivor, const Context& context, const RemoteId& loser = {});

/// A second record of the entity was merged into `survivor`, which nobody knew: that one is the second record now. Whom to ask about it.
std::vector<ReviewItem> rename_second(EntityState& state, ConnectionId where, const RemoteId& loser, const RemoteId& survivor, const Context& context);

/// Unlinks `remote` and makes it an entity of its own (rule 10), owed its new external id. The caller remembers the two
/// as not the same. Precondition: the state has that link.
EntityState split(EntityState& state, ConnectionId system, const RemoteId& remote, EntityId new_id, const Context& context);

/// Edits in these fields of the link were left standing, and are not any more: where it differs from golden, golden is owed. False: it
/// differs nowhere.
bool leave_no_more(EntityState& state, ConnectionId system, const std::vector<FieldIndex>& fields);
/// A mapping changed: fields of the link become unknown, golden preferred (rule 3).
void forget_shadow(EntityState& state, ConnectionId system, const std::vector<FieldIndex>& fields);

/// A new entity from its first record. Precondition: observation.present.
EntityState create_entity(EntityId id, const Observation& observation, const Context& context, Effects& effects);

}  // namespace lockstep::merge
