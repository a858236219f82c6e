#pragma once

#include "emulators/dynamics365/rules.h"
#include "emulators/dynamics365/webhooks.h"

namespace lockstep::emulators::dynamics365 {

struct RecordRules {
  bool application_required = true;   // refuse rows without their application-required columns, as forms do
  bool open_activities_block = true;  // a case with open activities is neither resolved nor cancelled
};

struct CaseResolution {
  std::string subject;
  std::string description;
  std::optional<std::int64_t> minutes_spent;
  std::optional<std::int64_t> status;  // the default of Resolved unless told
};

/// All ways in which rows change, with the platform's rules. Each call is one transaction.
class Records {
 public:
  Records(Database& database, const Metadata& metadata, Webhooks& webhooks, Rng rng)
      : database_(database), metadata_(metadata), webhooks_(webhooks), rng_(rng) {}
  RecordRules& rules() { return rules_; }
  Rng& random() { return rng_; }

  /// Fixtures skip the rules of state and of required columns.
  Outcome<RowNumber> create(const TableSpec& table, const Payload& payload, const Writer& writer, bool fixture = false);
  Outcome<void> update(const TableSpec& table, RowNumber row, const Payload& payload, const Writer& writer);
  Outcome<void> remove(const TableSpec& table, RowNumber row, const Writer& writer);
  /// Out of the recycle bin, with the rows that went with it. `row` may be kNoRow.
  Outcome<void> restore(const TableSpec& table, RowNumber row, const Writer& writer);
  /// Whether a deleted row is still in the recycle bin.
  bool in_bin(const TableSpec& table, RowNumber row, WallTime now) const;
  Outcome<void> merge(const TableSpec& table, RowNumber winner, RowNumber loser, const Payload& content, const Writer& writer);
  Outcome<void> close_case(RowNumber row, const CaseResolution& resolution, const Writer& writer);
  Outcome<void> mark_email_sent(RowNumber row, bool deliver, const Writer& writer);
  Outcome<void> replace_parties(const TableSpec& table, RowNumber row, const std::vector<Party>& parties, const Writer& writer);

  /// Tells the steps that a row of `collection` was added to those of a row, or taken away.
  void note_tie(const Collection& collection, RowNumber near, const TableSpec& table, RowNumber far, bool tied, const Writer& writer);
  /// Ties two rows by a row of the table between them, or takes that away. False: it was so already.
  bool tie(const Collection& collection, RowNumber near, const TableSpec& table, RowNumber far, bool tied, const Writer& writer);
  /// The row that ties these two, or kNoRow.
  RowNumber tie_of(const Collection& collection, std::string_view near, std::string_view far) const;

  /// The living row, or kNoRow.
  RowNumber find(const TableSpec& table, std::string_view id) const;
  RowNumber find_by_key(const TableSpec& table, const AlternateKey& key, const std::vector<Value>& values) const;

 private:
  WriteContext context(const Writer& writer) const;
  /// What an update tells beside itself: Assign of another owner, SetState of another state.
  void note_special(const TableSpec& table, RowNumber row, const Payload& payload, PackedFields before, const Writer& writer);
  /// Writes `changes` as they stand, without rules, and tells the steps.
  void force(const TableSpec& table, RowNumber row, std::vector<Change> changes, const Writer& writer, int depth);
  void apply(Draft& draft, const Payload& payload) const;
  void fill_defaults(Draft& draft);
  /// Who wrote under another's name.
  void note_on_behalf(Draft& draft, const Writer& writer) const;
  void take_system_times(Draft& draft, const Payload& payload, WriteContext& context, bool fixture) const;
  Outcome<void> check_draft(Draft& draft, bool fixture);
  void add_parties(const TableSpec& table, std::string_view activity, const std::vector<Party>& parties, const Writer& writer);
  void restore_row(const TableSpec& table, RowNumber row, const Writer& writer);
  Outcome<void> remove_row(const TableSpec& table, RowNumber row, const Writer& writer, int depth);
  void remove_parties(const TableSpec& table, std::string_view activity, const Writer& writer);
  void move_children(const TableSpec& table, RowNumber winner, RowNumber loser, const Writer& writer);
  void cancel_resolutions(std::string_view incident, const Writer& writer);

  /// A line of the organisation's audit log, where it keeps one. `operation`: 1 create, 2 update, 3 delete.
  void audit(const TableSpec& table, RowNumber row, std::int64_t operation, const Writer& writer);

  Database& database_;
  const Metadata& metadata_;
  Webhooks& webhooks_;
  Rng rng_;
  RecordRules rules_;
};

/// Rows and deliveries, all or nothing.
class UnitOfWork {
 public:
  UnitOfWork(Database& database, Webhooks& webhooks) : transaction_(database), webhooks_(webhooks), mark_(webhooks.mark()) {}
  ~UnitOfWork() {
    if (!committed_) webhooks_.roll_back(mark_);
  }
  UnitOfWork(const UnitOfWork&) = delete;
  UnitOfWork& operator=(const UnitOfWork&) = delete;
  void commit() {
    transaction_.commit();
    committed_ = true;
  }

 private:
  Transaction transaction_;
  Webhooks& webhooks_;
  std::size_t mark_;
  bool committed_ = false;
};

}  // namespace lockstep::emulators::dynamics365
