// What an org says of itself in rows: its objects and fields (reified: named, not numbered), which objects queues may own, the one
// profile of its users, and that there are no record types.
#include <fmt/format.h>

#include "emulators/salesforce/describe.h"
#include "emulators/salesforce/objects.h"
#include "emulators/salesforce/org.h"

namespace lockstep::emulators::salesforce {
namespace {

constexpr std::string_view kNoId = "000000000000000AAA";  // the Id of whatever is found by its DurableId

ObjectType setup_object(const char* name, const char* label, const char* plural, const char* prefix, bool reified) {
  ObjectType object{name, label, plural, prefix, false, false, {}, nullptr, {}};
  object.setup = true;
  object.reified = reified;
  return object;
}

/// "Text(255)", "Lookup(Account)": as the setup pages write a field's type.
std::string data_type(const ObjectType& object, const Field& field) {
  if (field.name == "CaseNumber") return "Auto Number";
  switch (field.type) {
    case FieldType::id: return "ID";
    case FieldType::boolean: return "Checkbox";
    case FieldType::reference: {
      std::string to;
      for (const std::string& each : field.references) to += (to.empty() ? "" : ",") + each;
      return fmt::format("Lookup({})", to);
    }
    case FieldType::picklist: return "Picklist";
    case FieldType::combobox: return fmt::format("Combobox({})", field.length);
    case FieldType::textarea: return fmt::format("{}({})", field.length > 255 ? "Long Text Area" : "Text Area", field.length);
    case FieldType::email: return "Email";
    case FieldType::phone: return "Phone";
    case FieldType::url: return fmt::format("URL({})", field.length);
    case FieldType::date: return "Date";
    case FieldType::datetime: return "Date/Time";
    case FieldType::integer: return "Number(8, 0)";
    case FieldType::real: return "Number(18, 15)";
    case FieldType::currency: return "Currency(18, 0)";
    case FieldType::address: return "Address";
    case FieldType::id_list: return "JunctionIdList";
    case FieldType::string: break;
  }
  std::string words = field.name == "Name" && object.mergeable ? "Name" : fmt::format("Text({})", field.length);
  if (field.external_id) words += " (External ID)";
  return field.unique ? words + " (Unique Case Insensitive)" : words;
}

}  // namespace

ObjectType entity_definition_object() {
  ObjectType object = setup_object("EntityDefinition", "Entity Definition", "Entity Definitions", "4ie", true);
  for (const char* name : {"DurableId", "QualifiedApiName", "DeveloperName", "NamespacePrefix", "MasterLabel", "Label", "PluralLabel", "KeyPrefix"})
    object.fields.push_back(text(name, 255));
  for (const char* name : {"IsCustomSetting", "IsQueryable", "IsSearchable", "IsLayoutable", "IsReplicateable", "IsRetrieveable", "IsTriggerable",
                           "IsEverCreatable", "IsEverUpdatable", "IsEverDeletable", "IsDeprecatedAndHidden", "IsFeedEnabled"})
    object.fields.push_back(boolean(name));
  return object;
}

ObjectType field_definition_object() {
  ObjectType object = setup_object("FieldDefinition", "Field Definition", "Field Definitions", "4fe", true);
  object.fields.push_back(reference("EntityDefinitionId", {"EntityDefinition"}));
  for (const char* name :
       {"DurableId", "QualifiedApiName", "DeveloperName", "NamespacePrefix", "MasterLabel", "Label", "DataType", "ValueTypeId", "RelationshipName"})
    object.fields.push_back(text(name, 255));
  object.fields.push_back(plain("Length", FieldType::integer));
  for (const char* name : {"IsCompound", "IsNillable", "IsCalculated", "IsNameField", "IsApiFilterable", "IsApiSortable", "IsIndexed"})
    object.fields.push_back(boolean(name));
  return object;
}

ObjectType queue_sobject_object() {
  ObjectType object = setup_object("QueueSobject", "Queue Sobject", "Queue Sobjects", "03g", false);
  object.fields = {reference("QueueId", {"Group"}), picklist("SobjectType", {"Case", "Task"})};
  return object;
}

ObjectType profile_object() {
  ObjectType object = setup_object("Profile", "Profile", "Profiles", "00e", false);
  object.fields = {text("Name", 255), picklist("UserType", {"Standard", "Guest"}), text("Description", 255)};
  return object;
}

ObjectType record_type_object() {
  ObjectType object = setup_object("RecordType", "Record Type", "Record Types", "012", false);
  object.fields = {text("Name", 80),
                   text("DeveloperName", 80),
                   text("NamespacePrefix", 15),
                   text("Description", 255),
                   picklist("SobjectType", {"Account", "Case", "Contact", "Event", "Task"}),
                   boolean("IsActive")};
  return object;
}

void Org::describe_itself(const WriteContext& context) {
  auto add = [&](const char* name, const std::string& id, std::initializer_list<std::pair<const char*, Value>> values) {
    const ObjectType& object = schema_.object(name);
    FieldChanges fields;
    for (const auto& [field, value] : values) fields.emplace_back(object.field(field).column, value);
    if (object.reified) fields.emplace_back(object.field("Id").column, Value(std::string(kNoId)));
    database_.create(*object.table, id, fields, context);
  };
  for (const ObjectType& object : schema_.objects()) {
    json::object said = describe_summary(object, "v60.0");
    auto flag = [&](const char* name) { return Value(said.at(name).as_bool()); };
    add("EntityDefinition", object.name,
        {{"DurableId", object.name},
         {"QualifiedApiName", object.name},
         {"DeveloperName", object.name},
         {"MasterLabel", object.label},
         {"Label", object.label},
         {"PluralLabel", object.plural},
         {"KeyPrefix", object.key_prefix},
         {"IsQueryable", flag("queryable")},
         {"IsSearchable", flag("searchable")},
         {"IsLayoutable", flag("layoutable")},
         {"IsReplicateable", flag("replicateable")},
         {"IsRetrieveable", flag("retrieveable")},
         {"IsTriggerable", flag("triggerable")},
         {"IsEverCreatable", flag("createable")},
         {"IsEverUpdatable", flag("updateable")},
         {"IsEverDeletable", flag("deletable")},
         {"IsFeedEnabled", flag("feedEnabled")}});
    for (const Field& field : object.fields) {
      bool custom = field.name.ends_with("__c");
      std::string durable = object.name + "." + field.name, plain_name = custom ? field.name.substr(0, field.name.size() - 3) : field.name;
      Value relationship = field.relationship.empty() ? Value{} : Value(field.relationship);
      add("FieldDefinition", durable,
          {{"DurableId", durable},
           {"EntityDefinitionId", object.name},
           {"QualifiedApiName", field.name},
           {"DeveloperName", plain_name},
           {"MasterLabel", field.label},
           {"Label", field.label},
           {"DataType", data_type(object, field)},
           {"ValueTypeId", std::string(name_of(field.type))},
           {"RelationshipName", relationship},
           {"Length", std::int64_t{field.length}},
           {"IsCompound", field.type == FieldType::address},
           {"IsNillable", field.nillable},
           {"IsCalculated", field.source == Source::contact_part},
           {"IsNameField", field.name == "Name" || field.name == "CaseNumber"},
           {"IsApiFilterable", field.filterable},
           {"IsApiSortable", field.filterable},
           {"IsIndexed", field.id_lookup || field.external_id}});
    }
  }
  const ObjectType& queues = schema_.object("QueueSobject");
  const Table& groups = *schema_.object("Group").table;
  for (RowNumber row = 0; row < groups.row_count(); ++row) {
    for (const char* type : {"Case", "Task"}) add("QueueSobject", next_id(queues), {{"QueueId", groups.record(row).id}, {"SobjectType", std::string(type)}});
  }
}

}  // namespace lockstep::emulators::salesforce
