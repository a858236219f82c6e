#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "connector/connector.h"
#include "hub/entities.h"
#include "hub/hub.h"
#include "store/store.h"

namespace lockstep::discover {

/// Where rows come from and what is committed with them.
struct Source {
  Source() {}
  ConnectionId connection;
  TypeIndex type;
  RunId run;
  std::optional<std::uint64_t> fence;  // none for pushed payloads
  WallTime sent;                       // when the read was sent
  bool by_id = false;
  bool complete_listing = false;  // part of a scan: links note that they were seen
  std::string operation = "observe";
  Priority priority = Priority::real_time;  // of what is owed elsewhere by what was seen
  std::optional<Cursor> cursor;             // committed with the rows
  std::vector<std::uint64_t> inbox_done;
};

/// One remote record with its canonical fields (references still remote).
struct Seen {
  Seen() {}
  connector::Row row;
  std::string object;
  Fields fields;
  std::vector<FieldIndex> old_names = {};  // references that name a record that was merged away
  std::vector<mapping::GetProblem> problems;
  bool partial = false;
  bool unmapped = false;  // no variant of the type means it, any more or at all: no fields
};

struct IntakeCount {
  std::int64_t read = 0, created = 0, matched = 0, changed = 0, unchanged = 0, deleted = 0, reviews = 0;
  std::int64_t merged = 0;  // of those read, the ones that were more than a look-up: something may be owed now
  IntakeCount& operator+=(const IntakeCount& other);
};

/// The one way in: observations become merges. Webhook, poll, scan and read by id all end here.
class Intake {
 public:
  explicit Intake(Hub& hub) : hub_(hub) {}

  /// Maps rows to canonical fields; those that belong to no variant of the type have none.
  Task<std::vector<Seen>> map_rows(const System& system, TypeIndex type, std::vector<connector::Row> rows) const;

  /// Merges all of it and moves the cursor in one commit. Rows whose link has a write in flight wait until its answer.
  Task<Result<IntakeCount>> absorb(Source source, std::vector<Seen> seen);
  /// Ids asked for by id that are not there any more, and those that answered as merged.
  Task<Result<IntakeCount>> absorb_reads(Source source, connector::ReadBatch batch, std::string object);

  /// What a hosted system says of a record of its own: all of it, or (`partial`) some fields of one that is linked. The link that it has then;
  /// none: it may be somebody who is known, a person decides, and what was said is held until then.
  Result<std::optional<Link>> absorb_told(Transaction& transaction, HeldRecord told, bool partial, RunId run, IntakeCount& count);
  /// The record that `told` refers to and that is held itself: it waits with it.
  Result<std::optional<RemoteId>> held_reference(Transaction& transaction, const HeldRecord& told) const;
  /// It says that the record is no more.
  Result<void> absorb_withdrawn(Transaction& transaction, ConnectionId connection, TypeIndex type, const RemoteId& remote, RunId run, IntakeCount& count);
  /// Something is sent again under the id of `link`, whose record is no more. A system that deleted it itself has begun a new one, unless what it
  /// sends has one of the keys of the old one.
  Result<void> let_go_of_name(Transaction& transaction, Link link, const Fields& sent);
  /// Whether the delete of a record that is linked waits for a person (rule 8): it is one of `together` that are told of at once. Then it is kept.
  Result<bool> waits_for_approval(Transaction& transaction, ConnectionId connection, TypeIndex type, const RemoteId& remote, std::size_t together);
  /// Records of a hosted connection that are held, and of which something was asked: whom they are is looked at anew.
  Task<Result<IntakeCount>> absorb_held(ConnectionId connection);

  /// Called inside the transaction that took a write's answer: merges what waited for it.
  Result<void> release(Transaction& transaction, EntityId entity, ConnectionId connection);

  Result<void> absorb_one(Transaction& transaction, const Source& source, Seen& seen, IntakeCount& count);
  /// A record that is not there: asked by id.
  Result<void> absorb_gone(Transaction& transaction, const Source& source, const RemoteId& remote, IntakeCount& count);

 private:
  Result<void> absorb_approved(Transaction& transaction, const InboxEvent& event, RunId run, IntakeCount& count);
  Source told_by(ConnectionId connection, TypeIndex type, RunId run) const;
  struct Waiting {
    Source source;
    Seen seen;
  };

  Hub& hub_;
  // Touched only inside transactions, which run one at a time.
  std::map<std::pair<EntityId, ConnectionId>, std::vector<Waiting>> waiting_;
  /// Deletes and merges of records that were not linked when told: an older page must not bring them back.
  std::map<std::pair<ConnectionId, RemoteId>, std::uint64_t> gone_notices_;
};

}  // namespace lockstep::discover
