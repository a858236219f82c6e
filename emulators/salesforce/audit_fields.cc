// §6.4: who created a record and when, told by whoever creates it; the system's own stamp is never told (§3.2).
#include <fmt/format.h>

#include "emulators/salesforce/org.h"

namespace lockstep::emulators::salesforce {

Outcome<Org::AuditFields> Org::take_audit_fields(Changes& changes, const Writer& writer) const {
  AuditFields given;
  for (const auto& [field, value] : changes) {
    if (!is_audit_field(*field)) continue;
    if (is_null(view(value))) return refuse("REQUIRED_FIELD_MISSING", fmt::format("Required fields are missing: [{}]", field->name), {field->name});
    if (field->type == FieldType::reference) (field->source == Source::created_by ? given.created_by : given.modified_by) = std::string(text_of(view(value)));
    else (field->source == Source::created_date ? given.created : given.modified) = WallTime{std::get<std::int64_t>(value)};
  }
  std::erase_if(changes, [](const auto& change) { return is_audit_field(*change.first); });
  WallTime modified = given.modified.value_or(writer.at);
  if (modified > writer.at || given.created.value_or(modified) > modified)
    return refuse("FIELD_INTEGRITY_EXCEPTION", "a record is created before it is last modified, and neither is to come", {"CreatedDate", "LastModifiedDate"});
  return given;
}

void Org::keep_audit_fields(const ObjectType& object, RowNumber row, AuditFields given, const Writer& writer) {
  if (!given.created && !given.modified && !given.created_by && !given.modified_by) return;
  if (given.created) database_.set_created(*object.table, row, *given.created, writer.context());
  const Record& record = object.table->record(row);
  given.version = record.version;
  audit_fields_[record.id] = std::move(given);
}

const Org::AuditFields* Org::audit_fields_of(const Record& record) const {
  auto known = audit_fields_.empty() ? audit_fields_.end() : audit_fields_.find(record.id);
  return known == audit_fields_.end() ? nullptr : &known->second;
}

WallTime Org::last_modified(const ObjectType& object, RowNumber row) const {
  return {std::get<std::int64_t>(value_of(object, row, object.field("LastModifiedDate")))};
}

}  // namespace lockstep::emulators::salesforce
