#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/entity_type.h"
#include "model/ids.h"
#include "model/value.h"

namespace lockstep {

/// When and where a golden value came from. Compared by (lifted, own, system order, value hash); see merge/order.h.
/// Microseconds UTC, so that a lift by one tick (1 µs) never reaches a neighbouring millisecond.
struct Stamp {
  std::int64_t lifted_us = INT64_MIN;  // own time, lifted over what the edit was made on top of
  std::int64_t own_us = INT64_MIN;     // the system's time, turned into hub time
  std::int64_t uncertainty_us = 0;     // estimation error + precision + width of the bounds
  ConnectionId system = kHub;
  RunId run;
  bool operator==(const Stamp&) const = default;
};

struct GoldenField {
  Value value;  // Null until a system first sets it
  Stamp stamp;
  bool frozen = false;  // under review: keeps its value and is sent nowhere
  bool operator==(const GoldenField&) const = default;
  /// No system has set it yet, not even to nothing.
  bool never_set() const { return value.is_blank() && stamp.lifted_us == INT64_MIN; }
};

enum class EntityPresence : std::uint8_t { present, deleted };

/// The hub's best current value of one entity.
struct Golden {
  EntityId id;
  TypeIndex type;
  EntityPresence presence = EntityPresence::present;
  std::string deleted_cause;  // tombstone: "propagated from crm_a", "resolved by ada"
  Stamp deleted_stamp;
  std::uint64_t version = 0;  // rises with every change; the API's ETag
  WallTime created;
  std::vector<GoldenField> fields;  // by FieldIndex
};

enum class LinkPresence : std::uint8_t {
  absent,  // never there, or only an unanswered create
  present,
  deleted,
  detached  // deleted there under policy `ignore`: never created again there
};

/// A value that was sent and whose answer never came: the remote may hold it, now or later.
struct Unanswered {
  Value value;
  Stamp stamp;
  WallTime sent;
  /// What was sent in the value's place: blank for a reference to what is deleted, or detached there (rule 14).
  std::optional<Value> stand_in;
  bool operator==(const Unanswered&) const = default;
};

struct LinkField {
  std::optional<Value> shadow;  // what the system was last known to hold; empty is *unknown*
  std::optional<Value> acked;   // the golden value that `shadow` stands for; differs only after an equivalent rewrite
  Stamp acked_stamp;
  std::vector<Unanswered> unanswered;
  std::optional<Value> before;  // set while `unverified`: the shadow before the write
  std::uint8_t rewrites = 0;    // how often in a row the server turned our value into something else
  bool unverified = false;      // the write's answer showed no values
  bool frozen = false;          // parked on this link (rewritten three times, key taken there)
  bool new_mapping = false;     // shadow unknown because the mapping is new: golden is preferred
  bool names_loser = false;     // the reference names a record that was merged away: the survivor's name is owed
  WallTime missed;              // when the reference was first not seen any more, while its target seemed to be there; {0}: it was seen
  bool operator==(const LinkField&) const = default;
};

/// A create whose intent was committed before it was sent.
struct CreateIntent {
  std::string client_id;  // id chosen by us, equal on each retry; empty when the remote chooses
  std::string key;        // external id as sent
  std::string object;     // which object it was to become
  WallTime sent;
  bool unknown_outcome = false;  // sent, never answered: look it up before it is sent again
  bool operator==(const CreateIntent&) const = default;
};

/// Golden record ↔ remote record in one connection.
struct Link {
  std::uint64_t number = 0;  // under which the store keeps it; 0: not stored yet
  EntityId entity;
  ConnectionId connection;
  TypeIndex type;
  RemoteId remote;  // empty while presence is absent
  LinkPresence presence = LinkPresence::absent;
  std::string version;           // remote version as opaque text; empty is unknown, comparable with nothing
  bool version_is_read = false;  // it came with a complete read: not with the answer to a write, beside which others may have edited
  std::uint64_t fence = 0;
  bool external_id_confirmed = false;  // our external id was seen in, or answered for, the record
  bool needs_read = false;             // a read by id is owed; nothing is sent until it is merged
  std::uint64_t read_asked = 0;        // counter when that read was asked for: only one sent later settles it
  bool delete_unanswered = false;      // or an archive
  WallTime delete_sent;                // when that delete was sent: until it can no longer land, an absence is its answer
  bool archived = false;               // present, but we took it out of use there, in place of a delete: to be taken back when the entity is present again
  bool secondary = false;              // a second live record of the entity there: under review, never written
  WallTime seen;                       // last complete read
  WallTime modified;                   // the record's modified time at that read (hub time)
  std::optional<CreateIntent> intent;
  std::vector<LinkField> fields;  // by FieldIndex
};

}  // namespace lockstep
