#include "emulators/salesforce/schema.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "base/text.h"

namespace lockstep::emulators::salesforce {
namespace {

/// "MailingPostalCode" is labelled "Mailing Postal Code", "AccountId" "Account ID".
std::string label_of(std::string_view name) {
  if (name.ends_with("__c")) name.remove_suffix(3);
  std::string label;
  for (std::size_t i = 0; i < name.size(); ++i) {
    bool upper = name[i] >= 'A' && name[i] <= 'Z';
    bool after_lower = i > 0 && name[i - 1] >= 'a' && name[i - 1] <= 'z';
    if (upper && after_lower) label += ' ';
    label += name[i] == '_' ? ' ' : name[i];
  }
  if (label.ends_with(" Id")) label.back() = 'D';
  return label;
}

void add_system_fields(ObjectType& object) {
  std::vector<Field> system;
  Field id = text("Id", 18, FieldType::id).required();
  system.push_back(object.reified ? id.read_only() : id.from(Source::id));
  if (object.deletable) system.push_back(boolean("IsDeleted").from(Source::is_deleted));
  if (object.mergeable || object.name == "Case") {
    system.push_back(reference("MasterRecordId", {object.name}).from(Source::master_record));
  }
  system.push_back(plain("CreatedDate", FieldType::datetime).required().from(Source::created_date));
  system.push_back(reference("CreatedById", {"User"}).required().from(Source::created_by));
  system.push_back(plain("LastModifiedDate", FieldType::datetime).required().from(Source::modified_date));
  system.push_back(reference("LastModifiedById", {"User"}).required().from(Source::modified_by));
  system.push_back(plain("SystemModstamp", FieldType::datetime).required().from(Source::system_modstamp));
  if (object.mergeable || object.name == "Case") {
    for (const char* name : {"LastViewedDate", "LastReferencedDate"}) system.push_back(plain(name, FieldType::datetime).read_only());
  }
  object.fields.insert(object.fields.begin(), system.begin(), system.end());
}

}  // namespace

std::string_view name_of(FieldType type) {
  switch (type) {
    case FieldType::id: return "id";
    case FieldType::boolean: return "boolean";
    case FieldType::reference: return "reference";
    case FieldType::string: return "string";
    case FieldType::picklist: return "picklist";
    case FieldType::combobox: return "combobox";
    case FieldType::textarea: return "textarea";
    case FieldType::email: return "email";
    case FieldType::phone: return "phone";
    case FieldType::url: return "url";
    case FieldType::date: return "date";
    case FieldType::datetime: return "datetime";
    case FieldType::integer: return "int";
    case FieldType::real: return "double";
    case FieldType::currency: return "currency";
    case FieldType::address: return "address";
    case FieldType::id_list: return "JunctionIdList";
  }
  return "";
}

bool is_text(FieldType type) {
  switch (type) {
    case FieldType::string:
    case FieldType::picklist:
    case FieldType::combobox:
    case FieldType::textarea:
    case FieldType::email:
    case FieldType::phone:
    case FieldType::url: return true;
    default: return false;
  }
}

Field text(std::string name, int length, FieldType type) {
  Field field;
  field.label = label_of(name);
  field.name = std::move(name);
  field.type = type;
  field.length = length;
  return field;
}

Field long_text(std::string name, int length) { return text(std::move(name), length, FieldType::textarea).not_filterable(); }

Field picklist(std::string name, std::vector<std::string> values, int length) {
  Field field = text(std::move(name), length, FieldType::picklist);
  field.values = std::move(values);
  return field;
}

Field reference(std::string name, std::vector<std::string> to) {
  Field field = text(std::move(name), 18, FieldType::reference);
  field.references = std::move(to);
  field.relationship = field.name.ends_with("Id") ? field.name.substr(0, field.name.size() - 2) : "";
  return field;
}

Field id_list(std::string name, std::vector<std::string> to) {
  Field field = text(std::move(name), 0, FieldType::id_list).not_filterable();
  field.references = std::move(to);
  return field;
}

Field boolean(std::string name) { return text(std::move(name), 0, FieldType::boolean).with_default(false); }

Field plain(std::string name, FieldType type) { return text(std::move(name), 0, type); }

Field sync_key(std::string name) {
  Field field = text(std::move(name), 36);
  field.external_id = field.unique = field.id_lookup = true;
  return field;
}

bool is_audit_field(const Field& field) {
  return field.source == Source::created_date || field.source == Source::created_by || field.source == Source::modified_date ||
         field.source == Source::modified_by;
}

const Field* ObjectType::find(std::string_view field_name) const {
  auto known = by_name.find(to_lower_ascii(field_name));
  return known == by_name.end() || fields[known->second].access == Access::none ? nullptr : &fields[known->second];
}

std::vector<const Field*> ObjectType::visible() const {
  std::vector<const Field*> seen;
  for (const Field& each : fields) {
    if (each.access != Access::none) seen.push_back(&each);
  }
  return seen;
}

const Field& ObjectType::field(std::string_view field_name) const {
  auto known = by_name.find(to_lower_ascii(field_name));
  CHECK(known != by_name.end(), field_name);
  return fields[known->second];
}

const Field* ObjectType::find_relationship(std::string_view wanted) const {
  for (const Field& field : fields) {
    if (!field.relationship.empty() && field.access != Access::none && equal_no_case(field.relationship, wanted)) return &field;
  }
  return nullptr;
}

Schema::Schema(Database& database) {
  for (ObjectType& object : standard_objects()) add(database, std::move(object));
}

void Schema::add(Database& database, ObjectType object) {
  add_system_fields(object);
  object.table = &database.table(object.name);
  for (std::size_t i = 0; i < object.fields.size(); ++i) {
    Field& field = object.fields[i];
    object.by_name.emplace(to_lower_ascii(field.name), i);
    if (field.source != Source::stored) continue;
    field.column = object.table->field(field.name);
    bool reference = field.type == FieldType::reference;
    if (reference || field.id_lookup || field.external_id) object.table->add_index(field.column, !reference);
  }
  objects_.push_back(std::move(object));
}

const ObjectType* Schema::find(std::string_view name) const {
  for (const ObjectType& object : objects_) {
    if (equal_no_case(object.name, name)) return &object;
  }
  return nullptr;
}

const ObjectType& Schema::object(std::string_view name) const {
  const ObjectType* found = find(name);
  CHECK(found, name);
  return *found;
}

Result<void> Schema::change(const SchemaChange& change, WallTime now) {
  const ObjectType* known = find(change.object);
  const Field* known_field = known ? known->find(change.field) : nullptr;
  if (!known_field) return fail(ErrorCode::invalid_input, "no field " + change.field + " of an object " + change.object);
  ObjectType& object = objects_[static_cast<std::size_t>(known - objects_.data())];
  Field& field = object.fields[static_cast<std::size_t>(known_field - known->fields.data())];
  bool options = !change.add_option.empty() || !change.remove_option.empty();
  if (options && field.type != FieldType::picklist) return fail(ErrorCode::invalid_input, change.field + " is no picklist");
  auto option = std::find(field.values.begin(), field.values.end(), change.remove_option);
  if (!change.remove_option.empty() && option == field.values.end())
    return fail(ErrorCode::invalid_input, change.field + " has no option " + change.remove_option);
  if (change.required && (field.source != Source::stored || !(field.createable || field.updateable)))
    return fail(ErrorCode::invalid_input, change.field + " cannot be written, so it cannot be required");
  if (!change.remove_option.empty()) field.values.erase(option);
  bool is_new = std::find(field.values.begin(), field.values.end(), change.add_option) == field.values.end();
  if (!change.add_option.empty() && is_new) field.values.push_back(change.add_option);
  if (change.required) field.nillable = !*change.required;
  changed_at_ = now;
  return {};
}

Result<void> Schema::set_access(std::string_view object_name, std::string_view field_name, Access access, const std::string& user, WallTime now) {
  const ObjectType* known = find(object_name);
  auto place = known ? known->by_name.find(to_lower_ascii(field_name)) : decltype(known->by_name.end()){};
  if (!known || place == known->by_name.end()) return fail(ErrorCode::invalid_input, fmt::format("no field {} of an object {}", field_name, object_name));
  ObjectType& object = objects_[static_cast<std::size_t>(known - objects_.data())];
  Field& field = object.fields[place->second];
  if (field.source != Source::stored || (!field.nillable && !field.defaulted))
    return fail(ErrorCode::invalid_input, field.name + " is required or the platform's own: everybody may see it");
  (user.empty() ? field.everybodys : access_[user][&field]) = access;
  apply_access();
  changed_at_ = now;
  return {};
}

void Schema::set_audit_fields_writable(bool writable) {
  for (ObjectType& object : objects_) {
    bool of_customers = object.deletable && object.name != "PushTopic";
    for (Field& field : object.fields) field.createable = of_customers && is_audit_field(field) ? writable : field.createable;
  }
}

void Schema::see_as(const std::string& user) {
  if (user == seen_as_) return;
  seen_as_ = user;
  if (!access_.empty()) apply_access();
}

/// A user may do what everybody may, but for what is taken from that user alone.
void Schema::apply_access() {
  for (ObjectType& object : objects_) {
    for (Field& field : object.fields) field.access = field.everybodys;
  }
  for (const auto& [field, access] : access_[seen_as_]) field->access = std::min(field->everybodys, access);
}

const ObjectType* Schema::target_of(const Field& reference, std::string_view id) const {
  const ObjectType* only = reference.references.size() == 1 ? find(reference.references.front()) : nullptr;
  return only && only->reified ? only : by_prefix(id);
}

const ObjectType* Schema::by_prefix(std::string_view id) const {
  for (const ObjectType& object : objects_) {
    if (id.starts_with(object.key_prefix)) return &object;
  }
  return nullptr;
}

}  // namespace lockstep::emulators::salesforce
