#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sim/directory.h"
#include "sim/people.h"
#include "sim/plan.h"

namespace lockstep::sim {

/// A golden record in the words of the simulated company.
struct GoldenRecord {
  EntityId entity;
  std::int64_t number = -1;
  EntityPresence presence = EntityPresence::present;
  std::map<std::string, std::string> fields;       // text fields alone; blanks are left out
  std::map<std::string, std::int64_t> references;  // to what is not deleted
  std::map<std::string, std::int64_t> references_to_deleted;
};

struct Window {
  WallTime from, to;
};

/// What the oracles judge, read once when the world has come to rest.
struct Evidence {
  Evidence(CrmWorld& world_, Directory& directory_, const Plan& plan_, const std::vector<Written>& ledger_)
      : world(world_), directory(directory_), plan(plan_), ledger(ledger_) {}
  CrmWorld& world;
  Directory& directory;
  const Plan& plan;
  const std::vector<Written>& ledger;

  std::map<std::string, std::vector<GoldenRecord>> golden;                       // by type
  std::map<std::string, std::map<std::int64_t, std::vector<EntityId>>> present;  // by type and number
  std::vector<ReviewItem> reviews;                                               // open
  std::vector<DeadLetter> letters;                                               // open
  std::map<EntityId, std::vector<AuditRow>> audit;
  std::map<EntityId, std::vector<Obligation>> obligations;  // what is still owed, parked for the most part
  /// Customer records of which an open review item or dead letter speaks: a person knows, nothing is hidden.
  std::set<std::pair<std::string, std::int64_t>> explained;
  /// Customer records that somebody merged with another: they share one fate.
  std::set<std::pair<std::string, std::int64_t>> merged;
  /// System, type and number of customer records that deletes passed over there.
  std::set<std::tuple<std::string, std::string, std::int64_t>> left_alone;
  std::optional<Window> forgotten;  // what the store knew of it is gone: a backup was restored
  std::size_t writes_at_rest = 0;   // by the hub, while nothing happened any more
  Duration healed_after{0};

  /// The golden records of one customer record, dead ones too.
  const std::vector<const GoldenRecord*>& golden_of(std::string_view type, std::int64_t number) const;
  /// nullptr: there is none.
  const GoldenRecord* find(EntityId entity) const;
  /// What people wrote to one customer record, in order of time.
  const std::vector<const Written*>& history_of(std::string_view type, std::int64_t number) const;
  /// A row of the entity's trail tells how the written value was taken, or why it was not. That a later write of ours replaced it is no reason.
  bool tells_of(EntityId entity, const Written& written, std::string_view value) const;
  bool is_explained(std::string_view type, std::int64_t number) const { return explained.contains({std::string(type), number}); }
  bool is_merged(std::string_view type, std::int64_t number) const { return merged.contains({std::string(type), number}); }
  /// By policy, a delete of the record in that system, or elsewhere, says nothing of the others: it may stand in some and not in others.
  bool is_left_alone(std::string_view crm, std::string_view type, std::int64_t number) const {
    return left_alone.contains({std::string(crm), std::string(type), number});
  }
  /// The record is the subject of an open review item or dead letter, or of a merge: so what refers to it may have to wait, too.
  bool waits_for_a_person(EntityId awaited) const;
  /// The hub once knew of it, perhaps, and forgot: nobody can expect it to say what became of it. A minute more counts on either side,
  /// and what clocks may differ.
  bool is_forgotten(WallTime at) const {
    constexpr Duration kMargin{3 * 60'000};
    return forgotten && at >= forgotten->from - kMargin && at <= forgotten->to + kMargin;
  }
  /// Every customer record that stands anywhere, or ever did.
  std::set<std::int64_t> numbers(std::string_view type);
  Result<void> read();
  /// The audit trail of a customer record, oldest first, one change a line: to see why.
  std::string trail(const std::string& type, std::int64_t number) const;

 private:
  Result<void> read_golden(Transaction& transaction);
  Result<void> read_open_items(Transaction& transaction);
  Result<void> read_audit(Transaction& transaction);
  void read_left_alone();
  void explain(EntityId entity);
  void explain(ConnectionId connection, const RemoteId& remote);

  std::map<std::pair<std::string, std::int64_t>, std::vector<const Written*>> history_;
  std::map<std::pair<std::string, std::int64_t>, std::vector<const GoldenRecord*>> golden_by_number_;
  std::map<EntityId, std::pair<std::string, const GoldenRecord*>> golden_by_entity_;  // with its type
};

/// Journal rows that the hub wrote, over all stand-ins.
std::size_t hub_writes(CrmWorld& world);
bool is_hub(const emulators::StandIn& stand_in, const emulators::JournalEntry& entry);

}  // namespace lockstep::sim
