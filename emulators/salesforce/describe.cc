// §2.8: what an object is made of, with the keys that were recorded.
#include "emulators/salesforce/describe.h"

#include <fmt/format.h>

#include "emulators/salesforce/relations.h"

namespace lockstep::emulators::salesforce {
namespace {

json::array texts(const std::vector<std::string>& values) {
  json::array array;
  for (const std::string& value : values) array.emplace_back(value);
  return array;
}

std::string_view soap_type(FieldType type) {
  switch (type) {
    case FieldType::id:
    case FieldType::reference: return "tns:ID";
    case FieldType::boolean: return "xsd:boolean";
    case FieldType::date: return "xsd:date";
    case FieldType::datetime: return "xsd:dateTime";
    case FieldType::integer: return "xsd:int";
    case FieldType::real:
    case FieldType::currency: return "xsd:double";
    case FieldType::address: return "urn:address";
    default: return "xsd:string";
  }
}

json::array picklist_values(const Field& field) {
  json::array values;
  for (const std::string& value : field.values) {
    bool is_default = text_of(view(field.default_value)) == value;
    values.push_back(json::object{{"active", true}, {"defaultValue", is_default}, {"label", value}, {"validFor", nullptr}, {"value", value}});
  }
  return values;
}

bool holds_number(FieldType type) { return type == FieldType::integer || type == FieldType::real || type == FieldType::currency; }

/// "Name" for the parts of a contact's name, "BillingAddress" for those of an address; null for what stands alone.
json::value compound_of(const ObjectType& object, const Field& field) {
  if (object.name == "Contact" && (field.name == "FirstName" || field.name == "LastName" || field.name == "Salutation" || field.name == "Name")) return "Name";
  if (object.name == "Account" && field.name == "Name") return "Name";
  for (const Field& whole : object.fields) {
    if (!address_part(whole, field).empty()) return json::value(whole.name);
  }
  return nullptr;
}

json::object describe_field(const ObjectType& object, const Field& field) {
  bool filterable = field.filterable && field.type != FieldType::address;
  bool polymorphic = field.references.size() > 1;
  json::object described;
  for (const char* absent : {"calculatedFormula", "controllerName", "defaultValueFormula", "extraTypeInfo", "filteredLookupInfo", "inlineHelpText", "mask",
                             "maskType", "referenceTargetField", "relationshipOrder"})
    described[absent] = nullptr;
  for (const char* no : {"aiPredictionField", "cascadeDelete", "caseSensitive", "dependentPicklist", "deprecatedAndHidden", "displayLocationInDecimal",
                         "encrypted", "formulaTreatNullNumberAsZero", "highScaleNumber", "htmlFormatted", "queryByDistance", "restrictedDelete",
                         "searchPrefilterable", "writeRequiresMasterRead"})
    described[no] = false;
  described["aggregatable"] = filterable && field.type != FieldType::boolean;
  described["autoNumber"] = field.name == "CaseNumber";
  described["byteLength"] = field.type == FieldType::textarea ? field.length : field.length * 3;
  described["calculated"] = field.source == Source::contact_part;
  described["compoundFieldName"] = compound_of(object, field);
  described["createable"] = field.may_create();
  described["custom"] = field.name.ends_with("__c");
  described["defaultValue"] = field.type == FieldType::boolean ? json::value(false) : json::value(nullptr);
  described["defaultedOnCreate"] = field.defaulted;
  described["digits"] = field.type == FieldType::integer ? (field.digits > 0 ? field.digits : 8) : 0;
  described["externalId"] = field.external_id;
  described["filterable"] = filterable;
  described["groupable"] = filterable && !holds_number(field.type) && field.type != FieldType::datetime;
  described["idLookup"] = field.id_lookup || field.type == FieldType::id;
  described["label"] = field.label;
  described["length"] = field.length;
  described["name"] = field.name;
  described["nameField"] = field.name == "Name" || field.name == "CaseNumber";
  described["namePointing"] = polymorphic && field.name != "OwnerId";
  described["nillable"] = field.nillable;
  described["permissionable"] = field.nillable && field.source == Source::stored;
  described["picklistValues"] = picklist_values(field);
  described["polymorphicForeignKey"] = polymorphic;
  described["precision"] = field.type == FieldType::currency || field.type == FieldType::real ? 18 : 0;
  described["referenceTo"] = texts(field.references);
  described["relationshipName"] = field.relationship.empty() ? json::value(nullptr) : json::value(field.relationship);
  described["restrictedPicklist"] = field.restricted;
  described["scale"] = field.type == FieldType::real ? 15 : 0;
  described["soapType"] = soap_type(field.type);
  described["sortable"] = filterable;
  described["type"] = name_of(field.type);
  described["unique"] = field.unique;
  described["updateable"] = field.may_update();
  return described;
}

json::array child_relationships(const ObjectType& object) {
  json::array children;
  for (const ChildRelation& relation : child_relations()) {
    if (relation.parent != object.name) continue;
    json::value name = nullptr;
    if (!relation.name.empty()) name = json::string(relation.name.data(), relation.name.size());
    children.push_back(json::object{{"cascadeDelete", relation.rule == OnDelete::cascade},
                                    {"childSObject", json::string(relation.child.data(), relation.child.size())},
                                    {"deprecatedAndHidden", false},
                                    {"field", relation.field},
                                    {"junctionIdListNames", json::array()},
                                    {"junctionReferenceTo", json::array()},
                                    {"relationshipName", std::move(name)},
                                    {"restrictedDelete", relation.rule == OnDelete::restrict}});
  }
  return children;
}

}  // namespace

std::string_view address_part(const Field& whole, const Field& field) {
  static constexpr std::string_view kParts[] = {"Street", "City", "State", "PostalCode", "Country", "Latitude", "Longitude", "GeocodeAccuracy"};
  std::string_view name = field.name;
  if (whole.source != Source::address || !name.starts_with(whole.source_field)) return "";
  auto part = std::find(std::begin(kParts), std::end(kParts), name.substr(whole.source_field.size()));
  return part == std::end(kParts) ? "" : *part;
}

json::object describe_summary(const ObjectType& object, const std::string& version) {
  std::string url = fmt::format("/services/data/{}/sobjects/{}", version, object.name);
  return json::object{{"name", object.name},
                      {"label", object.label},
                      {"labelPlural", object.plural},
                      {"keyPrefix", object.key_prefix},
                      {"createable", object.deletable},
                      {"updateable", object.deletable},
                      {"deletable", object.deletable},
                      {"undeletable", object.deletable},
                      {"queryable", true},
                      {"retrieveable", true},
                      {"replicateable", !object.setup},
                      {"searchable", !object.setup},
                      {"triggerable", !object.setup},
                      {"layoutable", !object.setup},
                      {"mergeable", object.mergeable},
                      {"activateable", false},
                      {"associateEntityType", nullptr},
                      {"associateParentEntity", nullptr},
                      {"custom", false},
                      {"customSetting", false},
                      {"deepCloneable", false},
                      {"deprecatedAndHidden", false},
                      {"feedEnabled", object.mergeable || object.name == "Case"},
                      {"hasSubtypes", false},
                      {"isInterface", false},
                      {"isSubtype", false},
                      {"mruEnabled", object.mergeable || object.name == "Case"},
                      {"urls", {{"sobject", url}, {"describe", url + "/describe"}, {"rowTemplate", url + "/{ID}"}}}};
}

json::object describe_object(const ObjectType& object, const std::string& version) {
  json::object described = describe_summary(object, version);
  json::array fields;
  for (const Field* field : object.visible()) fields.push_back(describe_field(object, *field));
  described["fields"] = std::move(fields);
  described["childRelationships"] = child_relationships(object);
  for (const char* list : {"actionOverrides", "namedLayoutInfos"}) described[list] = json::array();
  for (const char* absent : {"defaultImplementation", "extendedBy", "extendsInterfaces", "implementedBy", "implementsInterfaces", "listviewable",
                             "lookupLayoutable", "networkScopeFieldName"})
    described[absent] = nullptr;
  for (const char* yes : {"compactLayoutable", "searchLayoutable"}) described[yes] = true;
  json::array scopes{json::object{{"label", "All " + object.plural}, {"name", "everything"}}};
  if (object.find("OwnerId")) scopes.push_back(json::object{{"label", "My " + object.plural}, {"name", "mine"}});
  described["supportedScopes"] = std::move(scopes);
  described["recordTypeInfos"] =
      json::array{json::object{{"active", true},
                               {"available", true},
                               {"defaultRecordTypeMapping", true},
                               {"developerName", "Master"},
                               {"master", true},
                               {"name", "Master"},
                               {"recordTypeId", "012000000000000AAA"},
                               {"urls", {{"layout", fmt::format("/services/data/{}/sobjects/{}/describe/layouts/012000000000000AAA", version, object.name)}}}}};
  return described;
}

}  // namespace lockstep::emulators::salesforce
