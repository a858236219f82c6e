#include "emulators/dynamics365/definition_rows.h"

#include <fmt/format.h>

#include "emulators/dynamics365/guid.h"
#include "emulators/dynamics365/schema_names.h"

namespace lockstep::emulators::dynamics365 {
namespace {

constexpr int kEnglish = 1033;

std::string_view attribute_type(const Column& column) {
  switch (column.type) {
    case ColumnType::text: return column.several ? "MultiSelectPicklist" : "String";
    case ColumnType::memo: return column.image ? "Image" : "Memo";
    case ColumnType::integer: return "Integer";
    case ColumnType::money: return column.number_type.empty() ? std::string_view("Money") : column.number_type;
    case ColumnType::boolean: return "Boolean";
    case ColumnType::option: return "Picklist";
    case ColumnType::state: return "State";
    case ColumnType::status: return "Status";
    case ColumnType::date_time:
    case ColumnType::date_only: return "DateTime";
    case ColumnType::lookup:
      return column.source == Source::owner                                                     ? "Owner"
             : column.logical_name == "customerid" || column.logical_name == "parentcustomerid" ? "Customer"
                                                                                                : "Lookup";
    case ColumnType::unique_id: return column.file ? "File" : "Uniqueidentifier";
    case ColumnType::version: return "BigInt";
  }
  return "";
}

json::object label_of(std::string_view text) {
  json::object label{{"Label", json::string(text.data(), text.size())}, {"LanguageCode", kEnglish}, {"IsManaged", true}};
  return json::object{{"LocalizedLabels", json::array{label}}, {"UserLocalizedLabel", label}};
}

json::object managed(json::value value) { return json::object{{"Value", std::move(value)}, {"CanBeChanged", true}}; }

std::string metadata_id(std::string_view kind, std::string_view name) { return guid_of_name(fmt::format("{} {}", kind, name)); }

json::object option_set(const TableSpec& table, const Column& column) {
  json::array options;
  for (const Option& each : column.options) {
    json::object option{{"Value", each.value}, {"Label", label_of(each.label)}};
    if (column.type == ColumnType::status) option["State"] = each.state;
    if (column.type == ColumnType::state) option["DefaultStatus"] = table.state(each.value)->default_status;
    options.push_back(std::move(option));
  }
  std::string name = column.choice.empty() ? table.name + "_" + column.logical_name : column.choice;
  return json::object{{"MetadataId", metadata_id("optionset", name)},
                      {"Name", name},
                      {"IsGlobal", !column.choice.empty()},
                      {"OptionSetType", attribute_type(column) == "Boolean" ? "Boolean" : json::string(attribute_type(column))},
                      {"Options", std::move(options)}};
}

json::object boolean_set(const TableSpec& table, const Column& column) {
  std::string name = table.name + "_" + column.logical_name;
  return json::object{{"MetadataId", metadata_id("optionset", name)},
                      {"Name", name},
                      {"IsGlobal", false},
                      {"OptionSetType", "Boolean"},
                      {"TrueOption", json::object{{"Value", 1}, {"Label", label_of("Yes")}}},
                      {"FalseOption", json::object{{"Value", 0}, {"Label", label_of("No")}}}};
}

json::object key_definition(const TableSpec& table, const AlternateKey& key) {
  static constexpr const char* kStatuses[] = {"Active", "Pending", "Failed"};
  json::array columns;
  for (const Column* each : key.columns) columns.push_back(json::value(each->logical_name));
  return json::object{{"MetadataId", metadata_id("key", table.name + " " + key.name)},
                      {"LogicalName", key.name},
                      {"SchemaName", key.name},
                      {"EntityLogicalName", table.name},
                      {"EntityKeyIndexStatus", kStatuses[static_cast<std::size_t>(key.index)]},
                      {"DisplayName", label_of(key.name)},
                      {"IsCustomizable", managed(true)},
                      {"IsManaged", false},
                      {"IntroducedVersion", "1.0.0.0"},
                      {"AsyncJob", nullptr},
                      {"KeyAttributes", std::move(columns)}};
}

/// From 1 on, in the order of the table.
std::size_t column_number(const TableSpec& table, const Column& column) {
  std::size_t number = 1;
  for (const Column& each : table.columns) {
    if (&each == &column) break;
    ++number;
  }
  return number;
}

void add_details(json::object& attribute, const TableSpec& table, const Column& column) {
  if ((column.type == ColumnType::text && !column.several) || column.type == ColumnType::memo) attribute["MaxLength"] = column.maximum;
  if (column.type == ColumnType::integer || column.type == ColumnType::money) {
    attribute["MinValue"] = column.minimum;
    attribute["MaxValue"] = column.maximum;
  }
  if (column.type == ColumnType::money) attribute["Precision"] = column.scale;
  if (column.type == ColumnType::date_time || column.type == ColumnType::date_only) {
    bool date = column.type == ColumnType::date_only;
    attribute["Format"] = date ? "DateOnly" : "DateAndTime";
    attribute["DateTimeBehavior"] = json::object{{"Value", date ? "DateOnly" : column.behavior.empty() ? "UserLocal" : json::string_view(column.behavior)}};
  }
  if (!column.targets.empty()) {
    json::array targets;
    for (const std::string& target : column.targets) targets.push_back(json::value(target));
    attribute["Targets"] = std::move(targets);
  }
  if (column.type == ColumnType::boolean) attribute["OptionSet"] = boolean_set(table, column);
  if (!column.options.empty()) {
    attribute["OptionSet"] = option_set(table, column);
    attribute["GlobalOptionSet"] = column.choice.empty() ? json::value(nullptr) : attribute["OptionSet"];
  }
}

}  // namespace

json::object choice_definition(const GlobalChoice& choice) {
  json::array options;
  for (const Option& each : choice.options) options.push_back(json::object{{"Value", each.value}, {"Label", label_of(each.label)}});
  return json::object{{"@odata.type", "#Microsoft.Dynamics.CRM.OptionSetMetadata"},
                      {"MetadataId", metadata_id("optionset", choice.name)},
                      {"Name", choice.name},
                      {"DisplayName", label_of(choice.label)},
                      {"Description", label_of("")},
                      {"IsGlobal", true},
                      {"IsCustomOptionSet", true},
                      {"IsManaged", false},
                      {"IsCustomizable", managed(true)},
                      {"OptionSetType", "Picklist"},
                      {"Options", std::move(options)}};
}

std::string attribute_class(const Column& column) {
  std::string_view type = attribute_type(column);
  if (type == "Owner" || type == "Customer") type = "Lookup";
  if (type == "Uniqueidentifier") return "UniqueIdentifierAttributeMetadata";
  return std::string(type) + "AttributeMetadata";
}

json::object attribute_definition(const TableSpec& table, const Column& column) {
  std::string_view type = attribute_type(column);
  std::string_view level = column.source == Source::key || column.system_required ? "SystemRequired" : column.required ? "ApplicationRequired" : "None";
  json::object attribute{
      {"@odata.type", "#Microsoft.Dynamics.CRM." + attribute_class(column)},
      {"MetadataId", metadata_id("attribute", table.name + " " + column.logical_name)},
      {"LogicalName", column.logical_name},
      {"SchemaName", column.schema_name.empty() ? schema_name_of(column.logical_name) : column.schema_name},
      {"EntityLogicalName", table.name},
      {"AttributeType", json::string(column.file || column.several || column.image ? "Virtual" : type)},
      {"AttributeTypeName", json::object{{"Value", std::string(type) + "Type"}}},
      {"DisplayName", label_of(column.label.empty() ? column.logical_name : column.label)},
      {"IsPrimaryId", column.source == Source::key},
      {"IsPrimaryName", column.name == table.name_column},
      {"IsCustomAttribute", column.custom || column.name == kExternalKey},
      {"AttributeOf", nullptr},
      {"Description", label_of(column.logical_name)},
      {"IsLogical", false},
      {"IsManaged", !column.custom && column.name != kExternalKey},
      {"IsSecured", false},
      {"IsFilterable", true},
      {"IsSearchable", column.type == ColumnType::text},
      {"IsRetrievable", true},
      {"IsCustomizable", managed(true)},
      {"IsRenameable", managed(true)},
      {"IsAuditEnabled", managed(false)},
      {"IsValidForAdvancedFind", managed(true)},
      {"IsGlobalFilterEnabled", managed(false)},
      {"IsSortableEnabled", managed(true)},
      {"SourceType", 0},
      {"IsValidForRead", true},
      {"IsValidForCreate", column.creatable && column.source != Source::version && (column.type != ColumnType::state || table.state_on_create)},
      {"IsValidForUpdate", column.updatable},
      {"RequiredLevel", managed(json::string(level))}};
  for (const char* absent : {"HasChanged", "DeprecatedVersion", "LinkedAttributeId", "ExternalName", "InheritsFrom"}) attribute[absent] = nullptr;
  bool securable = column.source == Source::stored && column.type != ColumnType::state;
  attribute["CanBeSecuredForRead"] = securable;
  attribute["CanBeSecuredForCreate"] = securable && column.creatable;
  attribute["CanBeSecuredForUpdate"] = securable && column.updatable;
  attribute["CanModifyAdditionalSettings"] = managed(true);
  attribute["ColumnNumber"] = column_number(table, column);
  attribute["IntroducedVersion"] = column.custom ? "1.0.0.0" : "5.0.0.0";
  attribute["IsDataSourceSecret"] = false;
  attribute["IsRequiredForForm"] = column.required;
  for (const char* yes : {"IsValidODataAttribute", "IsValidForForm", "IsValidForGrid"}) attribute[yes] = !column.write_only;
  for (const char* when : {"CreatedOn", "ModifiedOn"}) attribute[when] = "1900-01-01T00:00:00Z";
  if (column.type == ColumnType::text) attribute["AutoNumberFormat"] = "";
  add_details(attribute, table, column);
  return attribute;
}

json::object relationship_definition(const Metadata& metadata, const Relationship& relationship) {
  const TableSpec& from = metadata.require(relationship.referencing_table);
  const TableSpec& to = metadata.require(relationship.referenced_table);
  const Column* column = from.logical(relationship.referencing_column);
  std::string navigation;
  for (const Navigation& each : from.navigations) {
    if (each.column == column && each.targets.front() == to.name) navigation = each.name;
  }
  auto text = [](std::string_view value) { return json::string(value.data(), value.size()); };
  return json::object{{"@odata.type", "#Microsoft.Dynamics.CRM.OneToManyRelationshipMetadata"},
                      {"MetadataId", metadata_id("relationship", relationship.schema_name)},
                      {"SchemaName", text(relationship.schema_name)},
                      {"RelationshipType", "OneToManyRelationship"},
                      {"IsCustomRelationship", relationship.custom},
                      {"IsManaged", !relationship.custom},
                      {"IsValidForAdvancedFind", true},
                      {"IsHierarchical", false},
                      {"SecurityTypes", "Append"},
                      {"IntroducedVersion", "5.0.0.0"},
                      {"IsCustomizable", managed(true)},
                      {"ReferencedEntity", to.name},
                      {"ReferencedAttribute", to.key},
                      {"ReferencingEntity", from.name},
                      {"ReferencingAttribute", text(relationship.referencing_column)},
                      {"ReferencedEntityNavigationPropertyName", text(relationship.schema_name)},
                      {"ReferencingEntityNavigationPropertyName", navigation},
                      {"CascadeConfiguration", json::object{{"Delete", column->cascades_delete    ? "Cascade"
                                                                       : column->restricts_delete ? "Restrict"
                                                                                                  : "RemoveLink"},
                                                            {"Merge", column->follows_merge ? "Cascade" : "NoCascade"}}}};
}

json::object relationship_definition(const Metadata& metadata, const ManyToMany& relationship) {
  json::object definition{{"@odata.type", "#Microsoft.Dynamics.CRM.ManyToManyRelationshipMetadata"},
                          {"MetadataId", metadata_id("relationship", relationship.schema_name)},
                          {"SchemaName", relationship.schema_name},
                          {"RelationshipType", "ManyToManyRelationship"},
                          {"IsCustomRelationship", true},
                          {"IsManaged", false},
                          {"IsValidForAdvancedFind", relationship.advanced_find},
                          {"SecurityTypes", "None"},
                          {"IntroducedVersion", "1.0.0.0"},
                          {"IsCustomizable", managed(true)},
                          {"IntersectEntityName", relationship.intersect}};
  for (std::size_t i = 0; i < 2; ++i) {
    const ManyToMany::Side& side = relationship.sides[i];
    std::string name = i == 0 ? "Entity1" : "Entity2";
    bool to_itself = relationship.sides[0].table == relationship.sides[1].table;
    definition[name + "LogicalName"] = side.table;
    definition[name + "IntersectAttribute"] = metadata.require(side.table).key + (!to_itself ? "" : i == 0 ? "one" : "two");
    definition[name + "NavigationPropertyName"] = side.navigation;
    json::object usual{{"Behavior", "UseCollectionName"}, {"Group", "Details"}, {"Order", 10'000}};
    definition[name + "AssociatedMenuConfiguration"] = side.menu.is_object() ? side.menu : json::value(std::move(usual));
  }
  return definition;
}

namespace {

/// What is the same for all tables here, or nearly so.
json::object entity_flags(const TableSpec& table) {
  static constexpr std::pair<std::string_view, int> kTypeCodes[] = {{"account", 1},
                                                                    {"contact", 2},
                                                                    {"annotation", 5},
                                                                    {"systemuser", 8},
                                                                    {"team", 9},
                                                                    {"incident", 112},
                                                                    {"activityparty", 135},
                                                                    {"activitymimeattachment", 1001},
                                                                    {"savedquery", 1039},
                                                                    {"appointment", 4201},
                                                                    {"email", 4202},
                                                                    {"incidentresolution", 4206},
                                                                    {"phonecall", 4210},
                                                                    {"task", 4212},
                                                                    {"sdkmessageprocessingstep", 4608},
                                                                    {"asyncoperation", 4700},
                                                                    {"transactioncurrency", 9105}};
  json::object flags{{"Description", label_of(table.label)},
                     {"DisplayCollectionName", label_of(table.set)},
                     {"CollectionSchemaName", table.set},
                     {"IsPrivate", false},
                     {"IsIntersect", false},
                     {"IsLogicalEntity", false},
                     {"IsCustomEntity", !table.schema_name.empty()},
                     {"IsManaged", table.schema_name.empty()},
                     {"IsActivityParty", table.name == "account" || table.name == "contact" || table.name == "systemuser"},
                     {"IsChildEntity", false},
                     {"IsAvailableOffline", true},
                     {"IsImportable", table.writable},
                     {"IsValidForAdvancedFind", true},
                     {"IsAuditEnabled", managed(false)},
                     {"IsCustomizable", managed(true)},
                     {"IsRenameable", managed(true)},
                     {"IsValidForQueue", managed(false)},
                     {"IsMappable", managed(true)},
                     {"CanCreateAttributes", managed(false)},
                     {"TableType", "Standard"},
                     {"PrimaryImageAttribute", table.column("entityimage") ? json::value("entityimage") : json::value(nullptr)},
                     {"DataProviderId", nullptr},
                     {"DataSourceId", nullptr},
                     {"ExternalName", nullptr},
                     {"ObjectTypeCode", 10'000}};
  for (const char* absent : {"IconVectorName", "IconSmallName", "IconMediumName", "IconLargeName", "EntityColor", "EntityHelpUrl"}) flags[absent] = nullptr;
  for (const auto& [name, code] : kTypeCodes) {
    if (name == table.name) flags["ObjectTypeCode"] = code;
  }
  return flags;
}

}  // namespace

json::object entity_definition(const Metadata& metadata, const TableSpec& table) {
  json::array attributes, keys, one_to_many, many_to_one;
  for (const Column& column : table.columns) {
    if (!column.removed) attributes.push_back(attribute_definition(table, column));
  }
  for (const AlternateKey& key : table.keys) keys.push_back(key_definition(table, key));
  for (const Relationship& each : metadata.relationships()) {
    if (each.referenced_table == table.name) one_to_many.push_back(relationship_definition(metadata, each));
    if (each.referencing_table == table.name) many_to_one.push_back(relationship_definition(metadata, each));
  }
  json::array many_to_many;
  for (const ManyToMany& each : metadata.many_to_many()) {
    if (each.sides[0].table == table.name || each.sides[1].table == table.name) many_to_many.push_back(relationship_definition(metadata, each));
  }
  json::object definition = entity_flags(table);
  for (json::key_value_pair& member : json::object{{"MetadataId", metadata_id("entity", table.name)},
                                                   {"LogicalName", table.name},
                                                   {"SchemaName", table.schema_name.empty() ? schema_name_of(table.name) : table.schema_name},
                                                   {"EntitySetName", table.set},
                                                   {"LogicalCollectionName", table.set},
                                                   {"PrimaryIdAttribute", table.key},
                                                   {"PrimaryNameAttribute", table.name_column},
                                                   {"DisplayName", label_of(table.label)},
                                                   {"IsActivity", table.activity},
                                                   {"OwnershipType", "UserOwned"},
                                                   {"ChangeTrackingEnabled", table.tracks_changes},
                                                   {"IsOptimisticConcurrencyEnabled", table.compares_versions},
                                                   {"HasNotes", metadata.require("annotation").navigation("objectid_" + table.name) != nullptr},
                                                   {"IsDuplicateDetectionEnabled", managed(table.name == "account" || table.name == "contact")},
                                                   {"Attributes", std::move(attributes)},
                                                   {"Keys", std::move(keys)},
                                                   {"OneToManyRelationships", std::move(one_to_many)},
                                                   {"ManyToOneRelationships", std::move(many_to_one)},
                                                   {"ManyToManyRelationships", std::move(many_to_many)}})
    definition[member.key()] = std::move(member.value());
  return definition;
}

}  // namespace lockstep::emulators::dynamics365
