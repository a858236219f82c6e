// §3.6: what the events of an object are made of.
#include "base/text.h"
#include "emulators/core/digest.h"
#include "emulators/salesforce/describe.h"
#include "emulators/salesforce/events.h"

namespace lockstep::emulators::salesforce {
namespace {

json::array nullable(json::value type) { return json::array{"null", std::move(type)}; }

std::string_view avro_type(const Field& field) {
  switch (field.type) {
    case FieldType::boolean: return "boolean";
    case FieldType::integer: return "int";
    case FieldType::real:
    case FieldType::currency: return "double";
    case FieldType::datetime: return "long";
    default: return "string";
  }
}

json::object field_of(std::string_view name, json::value type) { return {{"name", name}, {"type", std::move(type)}, {"default", nullptr}}; }

json::object header_schema() {
  json::array fields;
  for (const char* text : {"entityName", "changeType", "changeOrigin", "transactionKey", "commitUser"}) fields.push_back(field_of(text, "string"));
  for (const char* number : {"commitTimestamp", "commitNumber"}) fields.push_back(field_of(number, "long"));
  fields.push_back(field_of("sequenceNumber", "int"));
  for (const char* list : {"recordIds", "changedFields"}) fields.push_back(field_of(list, json::object{{"type", "array"}, {"items", "string"}}));
  return {{"type", "record"}, {"name", "ChangeEventHeader"}, {"fields", std::move(fields)}};
}

/// The parts of a name or an address stand in one field.
json::object compound_schema(const ObjectType& object, const Field& whole) {
  json::array fields;
  for (const Field* field : object.visible()) {
    auto [compound, part] = event_compound_of(object, *field);
    if (compound == whole.name) fields.push_back(field_of(part, nullable(json::value(avro_type(*field)))));
  }
  return {{"type", "record"}, {"name", whole.source == Source::address ? "Address" : "PersonName"}, {"fields", std::move(fields)}};
}

/// What a header names came and went with versions.
void keep_to_version(json::object& header, int version) {
  constexpr int kFirstWithEnds = 44, kFirstWithChangedFields = 47;
  if (version < kFirstWithChangedFields) header.erase("changedFields");
  if (version < kFirstWithEnds || version >= kFirstWithChangedFields) header.erase("isTransactionEnd");
}

}  // namespace

std::string event_schema_id(const ObjectType& object) {
  std::string names = object.name;
  for (const Field* field : object.visible()) names += " " + field->name;
  return to_base64url(sha256(names)).substr(0, 22);
}

json::object event_schema(const ObjectType& object) {
  json::array fields{field_of("ChangeEventHeader", header_schema())};
  for (const Field* field : object.visible()) {
    bool whole = field->source == Source::address || (object.name == "Contact" && field->name == "Name");
    bool hidden = field->source == Source::id || field->name == "IsDeleted" || field->name == "SystemModstamp" || field->source == Source::contact_part ||
                  field->type == FieldType::id_list;
    if (hidden || !event_compound_of(object, *field).first.empty()) continue;
    fields.push_back(field_of(field->name, nullable(whole ? json::value(compound_schema(object, *field)) : json::value(avro_type(*field)))));
  }
  return {{"type", "record"},
          {"name", object.name + "ChangeEvent"},
          {"namespace", "com.sforce.eventbus"},
          {"fields", std::move(fields)},
          {"uuid", event_schema_id(object)}};
}

json::object event_as_seen(const Schema& schema, const StreamEvent& event, int version, bool dotted) {
  json::object data = event.data;
  bool topic = data.contains("sobject");
  if (!topic) keep_to_version(data["payload"].as_object()["ChangeEventHeader"].as_object(), version);
  json::object& fields = (topic ? data["sobject"] : data["payload"]).as_object();
  const ObjectType* object =
      topic ? schema.by_prefix(text_member(fields, "Id")) : schema.find(text_member(fields["ChangeEventHeader"].as_object(), "entityName"));
  json::value* changed = topic ? nullptr : fields["ChangeEventHeader"].as_object().if_contains("changedFields");
  for (const Field& field : object ? object->fields : std::vector<Field>()) {
    if (field.access != Access::none && (dotted || !changed)) continue;
    auto [whole, part] = topic ? std::pair<std::string, std::string>() : event_compound_of(*object, field);
    const json::value name(whole.empty() ? field.name : whole + "." + part);
    if (changed && !dotted) std::replace(changed->as_array().begin(), changed->as_array().end(), name, json::value(field.name));
    if (field.access != Access::none) continue;
    json::value* compound = whole.empty() ? nullptr : fields.if_contains(whole);
    if (compound && compound->is_object()) compound->get_object().erase(part);
    if (whole.empty() || (compound && compound->is_object() && compound->get_object().empty())) fields.erase(whole.empty() ? field.name : whole);
    if (!changed) continue;
    json::array& names = changed->as_array();
    names.erase(std::remove(names.begin(), names.end(), dotted ? name : json::value(field.name)), names.end());
  }
  return data;
}

}  // namespace lockstep::emulators::salesforce
