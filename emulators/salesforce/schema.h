#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "emulators/core/stand_in.h"

namespace lockstep::emulators::salesforce {

enum class FieldType {
  id,
  boolean,
  reference,
  string,
  picklist,
  combobox,
  textarea,
  email,
  phone,
  url,
  date,
  datetime,
  integer,
  real,
  currency,
  address,
  id_list
};
std::string_view name_of(FieldType type);  // as describe says it
bool is_text(FieldType type);

/// Where a field's value comes from.
enum class Source {
  stored,
  id,
  is_deleted,
  created_date,
  created_by,
  modified_date,
  modified_by,
  system_modstamp,
  master_record,
  address,      // composed of the parts that start with its prefix
  contact_part  // mirror of a field of the record's contact
};

/// What the profiles let the API do with a field.
enum class Access { none, read, edit };

/// One row of the contract's field tables (§8). Built by the functions below; read-only afterwards.
struct Field {
  std::string name;
  std::string label;
  FieldType type = FieldType::string;
  int length = 0;  // characters (UTF-16 units), or bytes when `counts_bytes`; 0: unbounded
  int digits = 0;  // integers: how many may be written
  bool nillable = true;
  bool createable = true;
  bool updateable = true;
  bool defaulted = false;  // filled at create by the server when it is not given
  bool restricted = false;
  bool external_id = false;
  bool unique = false;
  bool id_lookup = false;
  bool filterable = true;
  bool counts_bytes = false;
  Value default_value;
  std::vector<std::string> values;      // of a picklist
  std::vector<std::string> references;  // object names
  std::string relationship;
  Source source = Source::stored;
  std::string source_field;          // contact_part: the contact's field; address: the prefix
  FieldId column = 0;                // stored only
  Access everybodys = Access::edit;  // what the profiles let everybody do
  Access access = Access::edit;      // the same of whom the org is seen as (Schema::see_as)

  bool may_create() const { return createable && access == Access::edit; }
  bool may_update() const { return updateable && access == Access::edit; }

  Field& required() { return nillable = false, *this; }
  Field& read_only() { return createable = updateable = false, *this; }
  Field& create_only() { return updateable = false, *this; }
  Field& update_only() { return createable = false, *this; }
  Field& with_default(Value value) { return defaulted = true, nillable = false, default_value = std::move(value), *this; }
  Field& only_listed() { return restricted = true, *this; }
  Field& lookup_key() { return id_lookup = true, *this; }
  Field& not_filterable() { return filterable = false, *this; }
  Field& in_bytes() { return counts_bytes = true, *this; }
  Field& labelled(std::string text) { return label = std::move(text), *this; }
  Field& from(Source where, std::string field = "") { return source = where, source_field = std::move(field), createable = updateable = false, *this; }
};

Field text(std::string name, int length, FieldType type = FieldType::string);
Field long_text(std::string name, int length = 32'000);
Field picklist(std::string name, std::vector<std::string> values, int length = 40);
Field reference(std::string name, std::vector<std::string> to);
Field id_list(std::string name, std::vector<std::string> to);  // stored as one text, apart by ';'
Field boolean(std::string name);                               // never null, false by default
Field plain(std::string name, FieldType type);
/// Text 36, unique without case, external id: the key a sync writes its own ids to.
Field sync_key(std::string name);

struct ObjectType {
  std::string name;
  std::string label;
  std::string plural;
  std::string key_prefix;
  bool deletable = true;
  bool mergeable = false;
  std::vector<Field> fields;
  Table* table = nullptr;

  /// Without case; null when there is none that the API may see.
  const Field* find(std::string_view field_name) const;
  /// The visible ones.
  std::vector<const Field*> visible() const;
  /// Precondition: it exists.
  const Field& field(std::string_view field_name) const;
  const Field* find_relationship(std::string_view name) const;

  std::map<std::string, std::size_t, std::less<>> by_name;  // lower case
  bool setup = false;                                       // tells of the org, not of its customers: only to be queried
  bool reified = false;                                     // found by the name of what it is, which has no id of its own
};

/// Fields that say who made a record and wrote it last, and when.
bool is_audit_field(const Field& field);

/// The org's object types with their tables.
class Schema {
 public:
  explicit Schema(Database& database);
  Schema(const Schema&) = delete;
  Schema& operator=(const Schema&) = delete;
  /// Without case; null when there is none.
  const ObjectType* find(std::string_view name) const;
  const ObjectType& object(std::string_view name) const;  // precondition: it exists
  const ObjectType* by_prefix(std::string_view id) const;
  /// The object that a reference of this field leads to, by the id it holds; null when there is none.
  const ObjectType* target_of(const Field& reference, std::string_view id) const;
  const std::vector<ObjectType>& objects() const { return objects_; }
  /// When it last changed; the epoch's first second when it never did.
  WallTime changed_at() const { return changed_at_; }
  /// What everybody may do with a field, or (unless empty) one user, by id. Error: a sentence, when there is no such field, or
  /// one that cannot be taken away.
  Result<void> set_access(std::string_view object, std::string_view field, Access access, const std::string& user, WallTime now);
  /// From now on, fields are as that user may see and write them; by id.
  void see_as(const std::string& user);
  const std::string& seen_as() const { return seen_as_; }
  /// Whether who may have created a record, and when, is written by whoever creates it (§6.4).
  void set_audit_fields_writable(bool writable);
  /// Error: a sentence, when there is no such object, field or list of values.
  Result<void> change(const SchemaChange& change, WallTime now);

 private:
  void add(Database& database, ObjectType object);
  void apply_access();
  std::vector<ObjectType> objects_;
  std::map<std::string, std::map<Field*, Access>> access_;  // by user; fields never move
  std::string seen_as_;
  WallTime changed_at_{1000};
};

std::vector<ObjectType> standard_objects();  // objects.cc

}  // namespace lockstep::emulators::salesforce
