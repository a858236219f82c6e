#pragma once

#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "emulators/core/database.h"
#include "emulators/core/json.h"
#include "emulators/dynamics365/quirks.h"
#include "emulators/dynamics365/relationships.h"

namespace lockstep::emulators::dynamics365 {

/// How values are held: option, state, status and integer as integers, money in ten-thousandths (values.h),
/// date_time as milliseconds since 1970, date_only as "yyyy-MM-dd", lookup and unique_id as lower-case GUIDs.
enum class ColumnType { text, memo, integer, money, boolean, option, state, status, date_time, date_only, lookup, unique_id, version };

/// Where a column's value comes from.
enum class Source { stored, key, created_on, modified_on, version, created_by, modified_by, owner, owning_user, owning_team, owning_unit };

struct Option {
  std::int64_t value = 0;
  std::string label;
  std::int64_t state = 0;  // of a status: the state it belongs to
};

struct Column {
  std::string name;          // as read: "telephone1", "_customerid_value"
  std::string logical_name;  // "customerid"
  std::string schema_name;   // as it was typed by who made it; empty: the platform's own
  std::string label;         // as people read it; empty: the logical name
  bool removed = false;      // its place in the list stays taken
  ColumnType type = ColumnType::text;
  std::int64_t minimum = 0;
  std::int64_t maximum = 0;  // of a text: UTF-16 units
  std::vector<Option> options;
  std::vector<std::string> targets;  // tables a lookup may point to
  std::optional<Value> default_value;
  bool required = false;
  bool system_required = false;  // and whoever may leave out what applications ask for may not leave this out
  bool creatable = true;
  bool updatable = true;
  bool write_only = false;        // never shown
  bool custom = false;            // an integration made it
  bool file = false;              // holds the id of a file, whose name is in the column behind it ("x_name")
  bool cascades_delete = false;   // of a lookup: the row goes when the row it points to goes
  bool restricts_delete = false;  // of a lookup: the row it points to stays as long as this one
  bool several = false;           // of a text: values of options, joined by commas
  std::string number_type;        // of money: "Decimal" or "Double" where it is no amount of a currency
  std::int64_t scale = 2;         // of money: digits behind the point
  std::string choice;             // of an option: the choice of all tables that it is, or empty
  std::string behavior;           // of date_time: "TimeZoneIndependent", or empty
  bool image = false;             // a picture in base64, shown where it is selected alone
  bool follows_merge = true;      // of a lookup: moves to the winner
  Source source = Source::stored;
  FieldId field = 0;
  std::optional<FieldId> target_field;  // of a polymorphic lookup: holds the target's table

  bool polymorphic() const { return targets.size() > 1; }
  bool holds_id() const { return type == ColumnType::lookup || type == ColumnType::unique_id; }
  const Option* option(std::int64_t value) const;
};

/// A single-valued navigation property: what `x@odata.bind` and $expand name.
struct Navigation {
  std::string name;
  const Column* column = nullptr;
  std::vector<std::string> targets;  // tables reached by this name
};

class TableSpec;

/// A collection-valued navigation property: the rows of `from` whose lookup `column` points here; of many to many those that
/// the rows of `through` tie here: its lookup `column` points here, `far` to the row of `from`.
struct Collection {
  std::string name;
  const TableSpec* from = nullptr;
  const Column* column = nullptr;
  const TableSpec* through = nullptr;
  const Column* far = nullptr;
};

/// A relationship of many to many that an integration made.
struct ManyToMany {
  struct Side {
    std::string table;
    std::string navigation;  // the property that leads from its rows to those of the other side
    json::value menu;        // AssociatedMenuConfiguration: kept as it is told
  };
  std::string schema_name;
  std::string intersect;  // the table that holds the ties
  Side sides[2];          // both of one table where it is tied to itself
  bool advanced_find = true;
};

/// A choice that columns of all tables may share.
struct GlobalChoice {
  std::string name, label;
  std::vector<Option> options;
};

/// Columns whose values together address a row.
struct AlternateKey {
  enum class Index { active, pending, failed };  // only an active one addresses rows and holds off a second of them
  std::string name;
  std::vector<const Column*> columns;
  Index index = Index::active;
  WallTime built_at{};  // when a pending one is
};

struct State {
  std::int64_t value = 0;
  std::string label;
  std::int64_t default_status = 0;
};

/// One table of the organisation.
class TableSpec {
 public:
  TableSpec() = default;
  TableSpec(TableSpec&&) = default;  // keeps the addresses of columns; a copy would not
  std::string name;                  // "contact"
  std::string set;                   // "contacts"
  std::string key;                   // "contactid"
  std::string name_column;           // "fullname"
  std::string label;                 // "Contact"
  std::string schema_name;           // as it was typed by who made it; empty: the platform's own
  std::deque<Column> columns;
  std::deque<Navigation> navigations;
  std::deque<Collection> collections;
  std::deque<AlternateKey> keys;
  std::vector<State> states;  // empty: the table has no state
  std::string parties;        // collection of activity parties: "email_activity_parties"; or empty
  bool writable = true;       // through the API
  bool bulk = true;           // CreateMultiple and its kin
  bool mergeable = false;
  bool activity = false;
  bool state_on_create = false;
  bool tracks_changes = true;
  bool compares_versions = true;  // rows are written by If-Match with a version
  Table* rows = nullptr;

  const Column* column(std::string_view read_name) const;
  /// By logical name: "customerid" for "_customerid_value".
  const Column* logical(std::string_view logical_name) const;
  const Navigation* navigation(std::string_view name) const;  // case-sensitive
  const Collection* collection(std::string_view name) const;  // case-sensitive
  /// The active key of exactly these columns, in any order; by read names.
  const AlternateKey* alternate_key(const std::vector<std::string>& columns) const;
  /// Whether rows share the values of `key`.
  bool repeats(const AlternateKey& key) const;
  /// Precondition: the column exists.
  const Column& require(std::string_view read_name) const;
  const State* state(std::int64_t value) const;
  const Column* state_column() const { return state_column_; }
  const Column* status_column() const { return status_column_; }
  const Column* external_key() const { return external_key_; }

 private:
  friend class Metadata;
  void index();
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  using Columns = std::unordered_map<std::string, const Column*, TextHash, std::equal_to<>>;  // looked up, never walked
  Columns by_name_;
  Columns by_logical_name_;
  const Column* state_column_ = nullptr;
  const Column* status_column_ = nullptr;
  const Column* external_key_ = nullptr;
};

/// The column with a unique alternate key that an integration adds to every table it writes.
inline constexpr std::string_view kExternalKey = "lockstep_id";

/// The id of the one row of transactioncurrency: the organisation's base currency.
inline constexpr std::string_view kBaseCurrency = "5f2d6c1e-9f0b-4c8a-8d5e-000000000001";

/// The team that every organisation has: that of its root business unit.
inline constexpr std::string_view kDefaultTeam = "5f2d6c1e-9f0b-4c8a-8d5e-000000000002";

class Metadata {
 public:
  /// Creates the database tables, their fields and indexes.
  explicit Metadata(Database& database);
  /// Choices of all tables, as they were made.
  std::deque<GlobalChoice>& choices() { return choices_; }
  const std::deque<GlobalChoice>& choices() const { return choices_; }
  Quirks& quirks() { return quirks_; }
  const Quirks& quirks() const { return quirks_; }
  const TableSpec* by_set(std::string_view set) const;
  const TableSpec* by_name(std::string_view name) const;
  const TableSpec& require(std::string_view name) const;
  /// A further alternate key; `columns` by read names; with `built_at` a pending one. False when the table or a column is not known.
  bool add_key(std::string_view table, std::string name, const std::vector<std::string>& columns, std::optional<WallTime> built_at = std::nullopt);
  /// Pending keys whose time has come are active from here on, or have failed.
  void build_keys(WallTime now);
  void remove_key(std::string_view table, std::string_view name);
  /// Precondition: the table has none of that name, and the column is stored.
  const Column& add_column(std::string_view table, Column column);
  /// Precondition: there is one that an integration made, and no key holds it.
  void remove_column(std::string_view table, std::string_view logical_name);
  /// A lookup of a table, and what it is called from both sides: `relationship` from that of the one it points to.
  /// Precondition: both tables are there, the column is new and has one target.
  void add_lookup(std::string_view table, Column column, std::string navigation, std::string relationship);
  /// Precondition: neither the relationship nor its table nor its navigation properties are there.
  void add_many_to_many(ManyToMany relationship);
  /// Of one to many; null: there is none.
  const Relationship* relationship(std::string_view schema_name) const;
  /// With its lookup. Precondition: an integration made it.
  void remove_relationship(std::string_view schema_name);
  /// Null: there is none.
  ManyToMany* many_to_many(std::string_view schema_name);
  /// With the table of its ties. Precondition: there is one.
  void remove_many_to_many(std::string_view schema_name, WallTime now);
  const std::deque<ManyToMany>& many_to_many() const { return many_to_many_; }
  /// Precondition: there is none of that name.
  void add_table(TableSpec spec);
  /// The platform's, and those that were made.
  const std::vector<Relationship>& relationships() const { return relationships_; }
  /// What the control plane changes in a table: nothing when there is none.
  TableSpec* editable(std::string_view table) { return own(table); }
  /// What the control plane changes in a column: nothing when there is none.
  Column* editable(std::string_view table, std::string_view column);
  const std::list<TableSpec>& tables() const { return tables_; }
  /// Lookups that may point to rows of `table`.
  struct Reference {
    const TableSpec* from;
    const Column* column;
  };
  const std::vector<Reference>& references_to(const TableSpec& table) const;

 private:
  void connect();
  TableSpec* own(std::string_view name);
  Quirks quirks_;
  std::deque<GlobalChoice> choices_;
  std::deque<ManyToMany> many_to_many_;
  Database& database_;
  std::list<TableSpec> tables_;
  bool keys_pending_ = false;
  std::vector<Relationship> relationships_;
  std::deque<std::string> made_names_;  // what relationships that were made point to
  std::map<std::string, const TableSpec*, std::less<>> by_set_;
  std::map<std::string, const TableSpec*, std::less<>> by_name_;
  std::map<const TableSpec*, std::vector<Reference>> references_;  // looked up, never walked
};

}  // namespace lockstep::emulators::dynamics365
