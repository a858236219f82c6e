#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/ids.h"

namespace lockstep {

/// Conflict strategies (merge rule 4). Survivorship rules are the ones of `field_level_merge`.
enum class Strategy : std::uint8_t {
  last_write_wins,
  manual_review,
  // field_level_merge with a survivorship rule:
  owner,     // only `order[0]` may set it; others' edits are recorded losers and overwritten
  prefer,    // the system earlier in `order` wins
  union_of,  // sets: additions and removals of both sides
  maximum,
  minimum,
  longest,
  newest_nonblank
};

enum class DeletePolicy : std::uint8_t { propagate, archive, ignore, review };
enum class DeleteVersusEdit : std::uint8_t { edit_wins, delete_wins, review };
/// Who may set a field in one system. out: observed changes are no news. out_leave: and are not overwritten either.
enum class Direction : std::uint8_t { both, in, out, out_leave };

/// What holds for one field of one type in one system, looked up field → type and connection → type → default when the
/// configuration is loaded.
struct FieldPolicy {
  Strategy strategy = Strategy::last_write_wins;
  std::vector<ConnectionId> order;  // owner, prefer; systems not named come last
  bool blank_never_overwrites = false;
  bool review_close_calls = false;
  Direction direction = Direction::both;
  bool mapped = false;  // this system knows the field at all
  bool operator==(const FieldPolicy&) const = default;
};

/// Policy of one entity type towards one connection.
struct LinkPolicy {
  ConnectionId connection;
  bool writable = true;                                     // the connection may be written to at all
  bool creates = true;                                      // records are created there
  bool keeps_entity_id = false;                             // files records under our own id (hosted): a create there waits for no external id
  DeletePolicy deletes = DeletePolicy::propagate;           // a delete seen there
  DeletePolicy incoming_deletes = DeletePolicy::propagate;  // a delete owed to it
  bool archives_in_place = false;                           // archived records stay there, out of use; false: `archive` is the delete itself
  DeleteVersusEdit delete_versus_edit = DeleteVersusEdit::edit_wins;
  bool has_lock = false;                       // optimistic lock: an update needs a known version
  bool delete_has_lock = false;                // a delete carries the version too; without: the record is read between the decision and the delete
  bool version_is_ordered = false;             // versions compare (modstamp, row version number as text of equal form)
  std::int64_t read_before_write_ms = 60'000;  // no lock: read first when `seen` is older; 0: never, before deletes neither
  std::vector<FieldPolicy> fields;             // by FieldIndex
};

/// Policy of one entity type: over all connections, in the order of systems that breaks ties.
struct TypePolicy {
  TypeIndex type;
  bool append_only = false;
  std::vector<LinkPolicy> links;            // one per connection that maps the type
  std::vector<ConnectionId> initial_order;  // unknown shadow: order of systems; empty: last write wins
  /// Whether a delete may take records out of use there, in place of the delete.
  bool may_archive_in(ConnectionId connection) const {
    const LinkPolicy* there = find(connection);
    if (!there || !there->archives_in_place) return false;
    if (there->incoming_deletes == DeletePolicy::archive) return true;
    for (const auto& link : links)
      if (link.connection != connection && link.deletes == DeletePolicy::archive) return true;
    return false;
  }
  const LinkPolicy* find(ConnectionId connection) const {
    for (const auto& link : links)
      if (link.connection == connection) return &link;
    return nullptr;
  }
};

}  // namespace lockstep
