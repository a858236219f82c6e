#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "emulators/salesforce/errors.h"
#include "emulators/salesforce/schema.h"
#include "emulators/salesforce/settings.h"

namespace lockstep::emulators::salesforce {

inline constexpr Duration kRecycleBin{15LL * 24 * 3'600'000};

/// Who writes, when, and in which manner.
struct Writer {
  WallTime at;  // whole seconds
  Actor actor;
  std::string key;                // external key of an upsert
  bool journaled = true;          // false: a loaded fixture
  bool text_values = false;       // CSV
  std::uint64_t call = 0;         // of which one it is: locks of a call do not stop itself
  std::size_t batch = 0;          // the same within a bulk load, whose batches run side by side
  bool holds_locks = false;       // until release_locks()
  bool allow_duplicates = false;  // overrides duplicate rules that only alert
  bool auto_assign = false;       // assignment rules run
  bool truncates = false;         // texts that are too long are cut, as SOAP alone may ask for
  std::string version = "v60.0";  // for links in refusals
  WriteContext context() const { return {at, actor, key, journaled}; }
};

/// The records of one org under its rules: validation, references, derived fields, cascades. Every call is
/// one transaction: refused means nothing changed.
class Org {
 public:
  Org(Database& database, std::function<WallTime()> now, const Settings& settings);

  Database& database() { return database_; }
  const Schema& schema() const { return schema_; }
  void set_audit_fields_writable(bool writable) { schema_.set_audit_fields_writable(writable); }
  Result<void> change_schema(const SchemaChange& change) { return schema_.change(change, now_()); }

  Outcome<RowNumber> create(const ObjectType& object, const json::object& body, const Writer& writer);
  Outcome<void> update(const ObjectType& object, RowNumber row, const json::object& body, const Writer& writer);
  struct Upserted {
    RowNumber row = kNoRow;
    bool created = false;
  };
  /// By the value that `body` gives to an external id, a lookup field or Id (null: create).
  Outcome<Upserted> upsert(const ObjectType& object, std::string_view key_field, const json::object& body, const Writer& writer);
  Outcome<void> remove(const ObjectType& object, RowNumber row, const Writer& writer);
  Outcome<void> restore(const ObjectType& object, RowNumber row, const Writer& writer);
  /// Takes a deleted record out of the recycle bin.
  Outcome<void> empty_bin(const ObjectType& object, RowNumber row, const Writer& writer);
  /// The loser becomes a deleted row that names the winner; its children move. `body`: values for the winner.
  /// The ids of these are told.
  Outcome<std::vector<std::string>> merge(const ObjectType& object, RowNumber winner, RowNumber loser, const json::object& body, const Writer& writer);

  /// Another transaction holds the record, and what hangs on it, until then.
  void lock(const std::string& id, WallTime until) { locks_[id] = {until, 0, 0, false}; }
  /// An approval or a workflow holds the record alone, and its writers are told so.
  void hold(const std::string& id, WallTime until, ApiError told) { held_[id] = {until, std::move(told)}; }
  /// Those that writers hold which say so.
  void release_locks();
  struct DuplicateRule {
    std::vector<std::string> fields;  // all of them equal, without case, make a duplicate
    bool allow_save = true;           // false: it blocks, whatever the caller says
  };
  void set_duplicate_rule(const ObjectType& object, DuplicateRule rule) { duplicate_rules_[object.name] = std::move(rule); }
  void set_assignment(const ObjectType& object, std::string owner_id) { assignment_owners_[object.name] = std::move(owner_id); }

  bool can_own(std::string_view id) const;  // a user or a queue
  /// What automation does in the transaction of a write that touches `when`.
  struct Workflow {
    std::string when;
    std::string set;
    Value to;
  };
  void add_workflow(const ObjectType& object, Workflow rule) { workflows_[object.name].push_back(std::move(rule)); }
  /// Code of an administrator's: what a program writes there is put back in the same transaction, and nobody is told.
  void set_kept(const ObjectType& object, const std::string& field, bool kept) {
    kept ? void(kept_[object.name].insert(field)) : void(kept_[object.name].erase(field));
  }
  /// A rule, or code of an administrator's that throws on such a record.
  struct Validation {
    std::string field;
    Value equals;  // what it may not be; null: it may not be empty
    std::string message;
    std::string code = "FIELD_CUSTOM_VALIDATION_EXCEPTION";
    bool throws = false;
  };
  void add_validation(const ObjectType& object, Validation rule) { validations_[object.name].push_back(std::move(rule)); }
  struct Refusal {
    std::string code;
    std::string message;
    std::int64_t remaining = 0;
  };
  /// A sharing rule lets programs read the record, no more.
  void share_to_read(const std::string& id, bool read_alone);
  /// Whether a user may own what he may not see. Error: a sentence.
  Result<void> set_owner_access(const ObjectType& object, std::string_view user, bool reads);
  /// A reference may lead to such records alone whose field holds that value.
  struct LookupFilter {
    std::string field, parent_field;
    Value equals;
    std::string message;
  };
  void add_lookup_filter(const ObjectType& object, LookupFilter filter) { lookup_filters_[object.name].push_back(std::move(filter)); }
  void refuse_writes(const ObjectType& object, Refusal refusal) { refusals_[object.name] = std::move(refusal); }
  /// `user`: by id or Username; empty: everybody. Error: a sentence.
  Result<void> set_access(std::string_view object, std::string_view field, Access access, std::string_view user);
  /// From now on the org is seen and written as by that one, who is made a user unless it is one.
  void act_as(const Actor& actor, WallTime now) { schema_.see_as(ensure_user(actor, now)); }
  /// The same as by one who may what everybody may.
  void act_as_everybody() { schema_.see_as(""); }
  void act_as_user(const std::string& user) { schema_.see_as(user); }
  /// Hides closed tasks and events that ended before `before` from plain queries; says which.
  std::vector<std::pair<const ObjectType*, std::vector<std::string>>> archive_activities(WallTime before);
  /// The one row of Organization.
  void found(const std::string& organization_id);
  /// The rows of what tells of the org itself. objects_setup.cc
  void describe_itself(const WriteContext& context);

  /// A live record by its 15- or 18-character id. Refusals: MALFORMED_ID, `missing_code`, ENTITY_IS_DELETED.
  Outcome<RowNumber> find_live(const ObjectType& object, std::string_view id, const std::string& missing_code = "NOT_FOUND") const;
  /// Live records with that key, without case. Precondition: field.id_lookup.
  std::vector<RowNumber> find_by_key(const ObjectType& object, const Field& field, std::string_view key) const;

  /// Taken out of the recycle bin, or deleted so long ago that the bin has let go of it: nobody sees it any more.
  bool is_gone(const Record& record) const;
  WallTime last_modified(const ObjectType& object, RowNumber row) const;
  /// Any field but addresses; valid until the next write.
  ValueView value_of(const ObjectType& object, RowNumber row, const Field& field) const;
  /// Makes the user that `actor` writes as, unless it is there. Call it before writing, outside of
  /// transactions.
  const std::string& ensure_user(const Actor& actor, WallTime now);
  /// What the user of `actor` logs in as. Precondition: it was not made yet.
  void set_username(const Actor& actor, std::string username) { usernames_[actor] = std::move(username); }

 private:
  using Changes = std::vector<std::pair<const Field*, Value>>;
  // input (write.cc)
  Outcome<Changes> read_body(const ObjectType& object, const json::object& body, const Writer& writer, bool creating);
  Outcome<void> read_member(const ObjectType& object, std::string_view name, const json::value& given, const Writer& writer, Changes& changes) const;
  Outcome<Value> resolve_parent(const Field& field, const json::object& parent) const;
  Outcome<void> check_required(const ObjectType& object, const Changes& changes, bool creating) const;
  Outcome<void> check_references(const Changes& changes) const;
  Outcome<void> check_reference(const Field& field, std::string_view id) const;
  Outcome<void> check_unique(const ObjectType& object, const Changes& changes, RowNumber self) const;
  // derived fields and automation (derive.cc)
  ValueView effective(const ObjectType& object, RowNumber row, const Changes& changes, const char* field) const;
  void derive_on_create(const ObjectType& object, Changes& changes, const Writer& writer);
  void derive(const ObjectType& object, RowNumber row, Changes& changes, const Writer& writer) const;
  void derive_event(const ObjectType& object, RowNumber row, Changes& changes) const;
  Outcome<void> check_event(const ObjectType& object, RowNumber row, const Changes& changes) const;
  Outcome<void> check_object_rules(const ObjectType& object, RowNumber row, const Changes& changes) const;
  void write_comment(RowNumber case_row, const std::string& text, const Writer& writer);
  void write_email_task(const ObjectType& email, RowNumber row, const Writer& writer);
  // who may do what (org_access.cc)
  Outcome<void> check_access(const ObjectType& object, RowNumber row, const Changes& changes, const Writer& writer) const;
  Outcome<void> check_lookup_filters(const ObjectType& object, const Field& field, std::string_view id) const;
  Outcome<void> check_username(const ObjectType& users, RowNumber row, const Changes& changes) const;
  std::string user_named(std::string_view user) const;  // by id or Username; empty: there is none
  // locks and an administrator's rules (org_rules.cc)
  std::vector<std::string> locked_by_write(const ObjectType& object, RowNumber row, const Changes& changes) const;
  Outcome<void> take_locks(const ObjectType& object, RowNumber row, const Changes& changes, const Writer& writer);
  Outcome<void> check_duplicates(const ObjectType& object, RowNumber row, const Changes& changes, const Writer& writer) const;
  void assign(const ObjectType& object, Changes& changes, const Writer& writer) const;
  void run_workflows(const ObjectType& object, Changes& changes) const;
  void put_back(const ObjectType& object, Changes& changes, const Writer& writer) const;
  Outcome<void> check_validations(const ObjectType& object, RowNumber row, const Changes& changes) const;
  Outcome<void> take_refusal(const ObjectType& object);
  // audit fields as whoever created a record gave them (audit_fields.cc)
  struct AuditFields {
    std::optional<WallTime> created, modified;
    std::optional<std::string> created_by, modified_by;  // users by id
    std::uint64_t version = 0;                           // those of the last change hold as long as the record has this one
  };
  Outcome<AuditFields> take_audit_fields(Changes& changes, const Writer& writer) const;
  void keep_audit_fields(const ObjectType& object, RowNumber row, AuditFields given, const Writer& writer);
  const AuditFields* audit_fields_of(const Record& record) const;
  // deletes and merges (remove.cc)
  Outcome<void> remove_tree(const ObjectType& object, RowNumber row, const Writer& writer);
  std::vector<RowNumber> children(const ObjectType& child, const char* field, std::string_view parent_id) const;

  RowNumber insert(const ObjectType& object, const Changes& changes, const Writer& writer);
  std::string next_id(const ObjectType& object);

  Database& database_;
  std::function<WallTime()> now_;
  const Settings& settings_;
  Schema schema_;
  std::map<std::string, std::uint64_t> sequences_;  // by key prefix
  std::uint64_t last_case_number_ = 1000;
  struct Lock {
    WallTime until;
    std::uint64_t call = 0;
    std::size_t batch = 0;
    bool held = false;  // until it is released
  };
  std::map<std::string, Lock> locks_;  // by record id
  struct Hold {
    WallTime until;
    ApiError told;
  };
  std::map<std::string, Hold> held_;                                 // by record id
  std::set<std::string> read_alone_;                                 // record ids
  std::map<std::string, std::set<std::string>> blind_;               // by object: users who may not see it
  std::map<std::string, std::vector<LookupFilter>> lookup_filters_;  // by object
  std::map<std::string, DuplicateRule> duplicate_rules_;             // by object
  std::map<std::string, std::string> assignment_owners_;             // by object
  std::map<std::string, std::vector<Workflow>> workflows_;           // by object
  std::map<std::string, std::set<std::string>> kept_;                // by object: fields
  std::map<std::string, std::vector<Validation>> validations_;       // by object
  std::map<std::string, Refusal> refusals_;                          // by object
  std::map<std::string, AuditFields> audit_fields_;                  // by record id, of those that were given any
  std::string profile_;                                              // everybody's
  std::map<Actor, std::string> users_;
  std::map<Actor, std::string> usernames_;
};

/// The value `changes` gives to a field, or null.
const Value* changed_value(const std::vector<std::pair<const Field*, Value>>& changes, std::string_view field);
WallTime whole_seconds(WallTime time);

}  // namespace lockstep::emulators::salesforce
