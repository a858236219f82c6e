#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "base/text.h"
#include "emulators/hubspot/associations.h"
#include "emulators/hubspot/errors.h"
#include "emulators/hubspot/events.h"
#include "emulators/hubspot/history.h"
#include "emulators/hubspot/hubspot.h"
#include "emulators/hubspot/pipelines.h"
#include "emulators/hubspot/search_lag.h"
#include "emulators/hubspot/writer.h"

namespace lockstep::emulators::hubspot {

inline constexpr Duration kRecycleBin{90LL * 24 * 3'600'000};

/// Where the platform's behaviour is not certain, or an account can choose. The default is the stricter
/// reading.
struct PortalSettings {
  bool default_lifecycle_stage = true;      // new contacts become leads
  bool merge_keeps_primary_id = false;      // false: a merge mints a new id
  bool engagements_ignore_unknown = false;  // unknown and read-only properties of engagements: passed over, not refused
  bool engagement_unique_properties = false;
  bool null_clears = false;
  bool taken_address_is_invalid = false;  // a create with one is refused by 400 with an id that never was, not by 409
  bool traced_updates_partial = false;    // objectWriteTraceId makes updates and upserts partial, as it does creates
  bool auto_associate = false;            // contacts get the company of their address's domain, seconds later
  bool associations_touch = false;        // a change of associations counts as a change of the record they start from
  bool numeric_association_ids = false;   // ids of associated records: numbers, as the older specifications have it
  bool archive_skips_unknown = false;     // a batch archive with an unknown id; off refuses it whole, no page says
  bool archived_owners_assignable = false;
  bool conventional_required = true;       // hs_email_direction of emails
  bool newer_options = false;              // URGENT of tickets, MISSED of calls
  bool unique_ignores_case = true;         // values of unique properties
  bool merge_deletes_primary = true;       // where a merge mints an id, the primary's old one is told as deleted, too
  bool unequal_finds_empty = false;        // NEQ and NOT_IN find records that have no value
  bool trace_ids_everywhere = false;       // objectWriteTraceId stands in answers of updates and upserts, too
  bool expired_as_invalid = false;         // an expired token is told in the category of an unknown one
  bool merged_ids_writable = false;        // in a batch, a merge or a DELETE, too, a merged id is what it became part of
  bool addresses_keep_case = false;        // as they were written; they are found without case all the same
  bool ticket_dates_writable = false;      // createdate and closed_date of tickets
  bool search_iso_dates = false;           // filters take dates as ISO texts, beside milliseconds
  bool activity_auto_associate = false;    // an engagement of a contact is one of the contact's company, too
  bool lifecycle_sync = false;             // contacts go forward with the lifecycle stage of their primary company
  bool phones_reformatted = false;         // numbers lose their signs when they are written
  bool numbers_as_texts = false;           // associationTypeId and the limit of a search may be texts
  bool numeric_metadata = false;           // of stages: values may be numbers, not texts alone
  bool older_metadata_ignored = false;     // version 1: what an engagement says that its kind does not know is passed over, not refused
  bool filter_values_as_they_are = false;  // values in filters of a search may be numbers, true and false
  bool zoned_instants = false;             // instants may be written in another zone than UTC
  bool plain_webhook_urls = false;         // webhooks may go to http
  std::int64_t association_read_inputs = 100;
  bool boolean_values = false;             // true and false may stand in properties as they are, not as texts alone
  bool numeric_input_ids = false;          // ids in batches, merges and privacy deletes may be numbers
  bool throttling_optional = false;        // settings of webhooks that name no number of requests have the usual one
  bool older_limits_cut = false;           // versions 1 and 2: a limit that is too high is the highest, not refused
  std::int64_t record_limit = 15'000'000;  // of each object type, by the account's subscription
  std::int64_t import_file_bytes = 512LL * 1024 * 1024;
  std::int64_t daily_import_rows = 80'000'000;
  std::int64_t unique_collision_status = 400;
  std::int64_t list_page = 10;              // rows of a list that asks for no number
  std::int64_t history_page = 50;           // rows of a list with histories
  std::int64_t journal_end_status = 204;    // of the journal where nothing is newer
  bool archived_owners_keep_users = false;  // archived owners tell userId as the others do
  std::string key_source_id;                // what service keys write comes from; empty: the id of their app
  Duration index_lag{5'000};
};

/// What a create ties the new record to.
struct NewTie {
  const ObjectType* to_type = nullptr;
  RowNumber to = kNoRow;
  const AssociationType* type = nullptr;
};

/// The records of one account under its rules: validation, uniqueness, derived values, merges, associations.
/// Every call is one unit of work: refused means nothing changed.
class Portal {
 public:
  Portal(Database& database, const HubSpotOptions& options, Rng rng);

  Database& database() { return database_; }
  Catalogue& catalogue() { return catalogue_; }
  const Catalogue& catalogue() const { return catalogue_; }
  Associations& associations() { return associations_; }
  const Associations& associations() const { return associations_; }
  Events& events() { return events_; }
  const Events& events() const { return events_; }
  SearchLag& search_lag() { return search_lag_; }
  const History& history() const { return history_; }
  PortalSettings& settings() { return settings_; }
  const PortalSettings& settings() const { return settings_; }
  Pipelines& pipelines() { return pipelines_; }
  /// Whoever calls may see that there are emails, but not what they say (§1.3).
  void hide_email_contents(bool hidden) { email_contents_hidden_ = hidden; }
  bool shows(const ObjectType& type, const Property& property) const { return !email_contents_hidden_ || type.name != "emails" || !property.content; }
  const std::vector<Owner>& owners() const { return owners_; }

  /// `associations`: null, or what the body says.
  Outcome<RowNumber> create(ObjectType& type, const json::object& properties, const json::value* associations, const Writer& writer);
  Outcome<void> update(ObjectType& type, RowNumber row, const json::object& properties, const Writer& writer);
  void archive(ObjectType& type, RowNumber row, const Writer& writer);
  Outcome<void> restore(ObjectType& type, RowNumber row, const Writer& writer);
  /// Both become one record; returns its row (§2.11).
  Outcome<RowNumber> merge(ObjectType& type, RowNumber primary, RowNumber loser, const Writer& writer);
  /// A secondary address of a contact: made, or taken away (§6).
  Outcome<void> set_secondary(RowNumber row, const std::string& address, bool there, const Writer& writer);
  /// GDPR: for good, with its address blocked.
  void erase(ObjectType& type, RowNumber row, const Writer& writer);
  bool is_blocked(std::string_view address) const;
  /// No contact may have it again.
  void block_address(std::string_view address) { blocked_addresses_.push_back(to_lower_ascii(address)); }

  void tie(const ObjectType& from, RowNumber from_row, const ObjectType& to, RowNumber to_row, const AssociationType& kind, const Writer& writer);
  void untie(const ObjectType& from, RowNumber from_row, const ObjectType& to, RowNumber to_row, const AssociationType& kind, const Writer& writer);
  /// Whether the account's rules let these two be tied.
  Outcome<void> check_room(const ObjectType& from, RowNumber row, const ObjectType& to, RowNumber to_row, const AssociationType& type) const;
  /// As a person sets it: exactly these, the first as the primary one where there is such a thing.
  Outcome<void> set_ties(const ObjectType& from, RowNumber from_row, ObjectType& to, const json::value& ids, const Writer& writer);

  /// What follows from settings that were changed.
  void take_settings();
  /// What the account does by itself by now (auto_associate).
  void associate_by_domain(WallTime now);

  /// A live record that was not merged away; kNoRow.
  RowNumber find_live(const ObjectType& type, std::string_view id) const;
  /// As reading by id does: a merged id leads to the record it became part of.
  RowNumber resolve(const ObjectType& type, std::string_view id) const;
  /// An archived record that can be restored; kNoRow.
  RowNumber find_archived(const ObjectType& type, std::string_view id, WallTime now) const;
  bool is_archived(const Record& record, WallTime now) const;
  /// By a unique property; contacts by email, secondary addresses too. Live records only.
  RowNumber find_by_key(const ObjectType& type, const Property& property, std::string_view value) const;
  /// Whether the property may stand in idProperty.
  static bool is_key(const ObjectType& type, const Property& property);

  /// Ties of a live record to live records.
  std::vector<Associations::Tie> live_ties(const ObjectType& from, RowNumber row, const ObjectType& to) const;

 private:
  friend class UnitOfWork;
  using Changes = std::vector<std::pair<const Property*, Value>>;
  // input.cc
  Outcome<Changes> read_properties(const ObjectType& type, RowNumber row, const json::object& given, const Writer& writer) const;
  Outcome<std::vector<NewTie>> read_ties(const ObjectType& type, const json::value& given) const;
  // write.cc
  std::string next_id(const ObjectType& type);
  /// Whether the account's subscription lets it hold one more.
  Outcome<void> check_room(const ObjectType& type) const;
  Outcome<void> check_required(const ObjectType& type, const Changes& changes, const Writer& writer) const;
  Outcome<void> check_not_blocked(const std::string& address) const;
  Outcome<void> check_unique(const ObjectType& type, RowNumber self, const std::string& self_id, const Changes& changes) const;
  /// What is pinned on a record is an activity of it. `ties`: of a new one.
  Outcome<void> check_pin(const ObjectType& type, RowNumber row, const Changes& changes, const std::vector<NewTie>& ties) const;
  Outcome<void> check_stage(const ObjectType& type, RowNumber row, const Changes& changes) const;
  void derive(const ObjectType& type, RowNumber row, Changes& changes, const Writer& writer) const;
  void write(ObjectType& type, RowNumber row, const Changes& changes, const Writer& writer);
  void before_write(const ObjectType& type, RowNumber row, const Writer& writer);
  void note_ties(const std::vector<TieChange>& changes, const Writer& writer);
  /// After they were written; `before`: the record's fields as they were.
  void tell_properties(const ObjectType& type, RowNumber row, const Changes& changes, const PackedFields& before, const Writer& writer);
  void expect_domain(const ObjectType& type, RowNumber row, const Writer& writer);  // domains.cc
  /// Contacts follow their primary company (lifecycle_sync).
  void sync_stage(const ObjectType& type, RowNumber row, const Writer& writer);
  void associate_activity(const ObjectType& type, RowNumber row, const std::vector<NewTie>& ties, const Writer& writer);
  // merge.cc
  Changes merged_values(const ObjectType& type, RowNumber primary, RowNumber loser) const;

  Database& database_;
  Catalogue catalogue_;
  Associations associations_;
  Events events_;
  SearchLag search_lag_;
  History history_;
  PortalSettings settings_;
  Pipelines pipelines_;
  std::vector<Owner> owners_;
  std::int64_t portal_id_;
  std::vector<std::uint64_t> sequences_;  // by type: ids are unique within a type alone
  std::vector<std::string> blocked_addresses_;
  std::deque<std::pair<WallTime, RowNumber>> to_associate_;  // contacts, when due
  std::size_t open_units_ = 0;
  bool email_contents_hidden_ = false;
};

/// All or nothing over records, associations and webhooks; nestable.
class UnitOfWork {
 public:
  explicit UnitOfWork(Portal& portal);
  ~UnitOfWork();
  UnitOfWork(const UnitOfWork&) = delete;
  UnitOfWork& operator=(const UnitOfWork&) = delete;
  void commit();

 private:
  Portal& portal_;
  Transaction transaction_;
  std::size_t ties_mark_;
  Events::Mark events_mark_;
  std::size_t history_mark_;
  bool committed_ = false;
};

/// Of a contact; of other types there are none.
std::vector<std::string> secondary_addresses_of(const ObjectType& type, RowNumber row);
/// Later than the record's last change or the same: stamps never run backwards.
WallTime stamp_for(const Record& record, WallTime now);

}  // namespace lockstep::emulators::hubspot
