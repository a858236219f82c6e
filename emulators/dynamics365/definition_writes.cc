// Writing the metadata: what an integration sets up for itself, columns of its own and alternate keys.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "emulators/dynamics365/api_call.h"
#include "emulators/dynamics365/definition_rows.h"
#include "emulators/dynamics365/fetch_condition.h"
#include "emulators/dynamics365/table_builder.h"
#include "emulators/dynamics365/values.h"

namespace lockstep::emulators::dynamics365 {
namespace {

constexpr std::size_t kMostKeys = 10;

tl::unexpected<ApiError> bad_parameters(std::string message) { return refuse(400, code::kInvalidArgument, std::move(message)); }

/// 204 with the address of the last of the table's `link`.
http::Response made(const ApiCall& api, const TableSpec& table, const char* link) {
  const json::object definition = entity_definition(api.organisation.metadata, table);
  http::Response response(204, "");
  response.headers.add("OData-Version", "4.0");
  response.headers.add("OData-EntityId", fmt::format("{}/EntityDefinitions({})/{}({})", api.base, scalar_text(definition.at("MetadataId")), link,
                                                     scalar_text(definition.at(link).as_array().back().at("MetadataId"))));
  return response;
}

/// The logical name of what is made: the schema name in lower case, with the prefix of a publisher.
Outcome<std::string> new_name(const json::object& body) {
  std::string name = to_lower_ascii(text_member(body, "SchemaName"));
  std::size_t prefix = name.find('_');
  if (prefix == std::string::npos || prefix < 2 || prefix + 1 == name.size())
    return bad_parameters("SchemaName must begin with the customization prefix of a publisher.");
  return name;
}

/// {"SchemaName","KeyAttributes":["accountnumber"]}
Outcome<http::Response> create_key(ApiCall& api, const TableSpec& table, const json::object& body) {
  TRY(std::string name, new_name(body));
  const json::value* columns = body.if_contains("KeyAttributes");
  if (!columns || !columns->is_array()) return bad_parameters("Required parameter 'KeyAttributes' is missing or not valid.");
  bool taken = std::any_of(table.keys.begin(), table.keys.end(), [&](const AlternateKey& key) { return key.name == name; });
  if (taken) return refuse(400, "0x80060894", fmt::format("Entity key with the name {} already exists.", name));
  if (table.keys.size() >= kMostKeys) return refuse(400, "0x80060895", fmt::format("The maximum number of keys of an entity is {}.", kMostKeys));
  std::vector<std::string> names;
  for (const json::value& each : columns->get_array()) {
    TRY(const Column* column, fetch_column(table, scalar_text(each)));
    names.push_back(column->name);
  }
  Metadata& metadata = api.organisation.metadata;
  WallTime built_at = api.call.now + metadata.quirks().key_index;
  if (!metadata.add_key(table.name, name, names, built_at)) return refuse(400, "0x80060896", "A key is made of stored columns.");
  metadata.build_keys(api.call.now);
  return made(api, table, "Keys");
}

/// {"OptionSet":{"Options":[{"Value":1,"Label":{"LocalizedLabels":[{"Label":"One"}]}}]}}; values are given out where none is named.
Outcome<std::vector<Option>> read_options(const json::object& body) {
  std::vector<Option> options;
  const json::value* set = body.if_contains("OptionSet");
  const json::value* list = set && set->is_object() ? set->get_object().if_contains("Options") : nullptr;
  if (!list || !list->is_array() || list->get_array().empty()) return bad_parameters("A choice needs an OptionSet with Options of its own.");
  std::int64_t next = 100'000'000;
  for (const json::value& each : list->get_array()) {
    boost::system::error_code none;
    const json::value* value = each.find_pointer("/Value", none);
    const json::value* label = each.find_pointer("/Label/LocalizedLabels/0/Label", none);
    if (!label || !label->is_string()) return bad_parameters("An option needs a label.");
    options.push_back({value && value->is_int64() ? value->get_int64() : next++, std::string(label->get_string()), 0});
  }
  return options;
}

/// Money and other numbers with a fraction, which are held in ten-thousandths.
Outcome<Column> read_number(Column column, const json::object& body, std::string_view type) {
  constexpr std::int64_t kMostDigits = 4, kFarthest = 100'000'000'000;
  if (!type.starts_with("Money")) column.number_type = type.starts_with("Decimal") ? "Decimal" : "Double";
  auto bound = [&](const char* name, std::int64_t otherwise) -> std::optional<std::int64_t> {
    const json::value* given = body.if_contains(name);
    if (!given || given->is_null()) return otherwise;
    auto amount = parse_money(json::serialize(*given));
    return amount ? std::optional(*amount / kMoneyUnits) : std::nullopt;
  };
  auto least = bound("MinValue", column.number_type.empty() ? 0 : -kFarthest), most = bound("MaxValue", kFarthest);
  const json::value* precision = body.if_contains("Precision");
  column.scale = precision && precision->is_int64() ? precision->get_int64() : 2;
  if (!least || !most || *least > *most || column.scale < 0) return bad_parameters("MinValue, MaxValue or Precision is out of range.");
  if (column.scale > kMostDigits) return refuse(501, code::kNotImplemented, "Numbers have no more than four digits behind the point in this stand-in.");
  column.minimum = *least;
  column.maximum = *most;
  return column;
}

/// The options of a column: its own, or those of a choice of all tables that "GlobalOptionSet@odata.bind" names.
Outcome<void> take_options(const Metadata& metadata, const json::object& body, Column& column) {
  std::string_view bound = text_member(body, "GlobalOptionSet@odata.bind");
  if (bound.empty()) {
    TRY(column.options, read_options(body));
    return {};
  }
  for (const GlobalChoice& each : metadata.choices()) {
    std::string id = scalar_text(choice_definition(each).at("MetadataId"));
    if (!bound.ends_with("(" + id + ")") && !bound.ends_with("(Name='" + each.name + "')")) continue;
    column.choice = each.name;
    column.options = each.options;
    return {};
  }
  return refuse(404, "0x80041102", fmt::format("There is no choice '{}'.", bound));
}

Outcome<Column> read_column(const Metadata& metadata, const json::object& body) {
  static constexpr std::pair<std::string_view, ColumnType> kTypes[] = {{"StringAttributeMetadata", ColumnType::text},
                                                                       {"MemoAttributeMetadata", ColumnType::memo},
                                                                       {"IntegerAttributeMetadata", ColumnType::integer},
                                                                       {"DecimalAttributeMetadata", ColumnType::money},
                                                                       {"DoubleAttributeMetadata", ColumnType::money},
                                                                       {"MoneyAttributeMetadata", ColumnType::money},
                                                                       {"MultiSelectPicklistAttributeMetadata", ColumnType::text},
                                                                       {"BooleanAttributeMetadata", ColumnType::boolean},
                                                                       {"DateTimeAttributeMetadata", ColumnType::date_time},
                                                                       {"PicklistAttributeMetadata", ColumnType::option}};
  std::string_view type = text_member(body, "@odata.type");
  type = type.substr(type.rfind('.') + 1);
  auto known = std::find_if(std::begin(kTypes), std::end(kTypes), [&](const auto& each) { return each.first == type; });
  if (known == std::end(kTypes)) return refuse(501, code::kNotImplemented, fmt::format("Columns of the type '{}' are not made in this stand-in.", type));
  Column column;
  TRY(column.logical_name, new_name(body));
  column.name = column.logical_name;
  column.schema_name = std::string(text_member(body, "SchemaName"));
  column.label = label_in(body, "DisplayName", "");
  column.type = known->second;
  column.custom = true;
  auto number = [&](const char* name, std::int64_t otherwise) {
    const json::value* given = body.if_contains(name);
    return given && given->is_int64() ? given->get_int64() : otherwise;
  };
  bool memo = column.type == ColumnType::memo, text = memo || column.type == ColumnType::text;
  column.several = type.starts_with("MultiSelect");
  if (column.type == ColumnType::money) return read_number(std::move(column), body, type);
  column.minimum = text ? 0 : number("MinValue", -2'147'483'648LL);
  column.maximum = text ? number("MaxLength", memo ? 2'000 : 100) : number("MaxValue", 2'147'483'647);
  if (text && (column.maximum < 1 || column.maximum > (memo ? 1'048'576 : 4'000))) return bad_parameters("MaxLength is out of range.");
  const json::value* behavior = body.if_contains("DateTimeBehavior");
  std::string_view named = behavior && behavior->is_object() ? text_member(behavior->get_object(), "Value") : std::string_view();
  if (column.type == ColumnType::date_time && named == "DateOnly") column.type = ColumnType::date_only;  // a format alone changes how it is shown
  if (named == "TimeZoneIndependent") column.behavior = named;
  if (column.type == ColumnType::option || column.several) {
    TRY_VOID(take_options(metadata, body, column));
  }
  const json::value* level = body.if_contains("RequiredLevel");
  column.required = level && level->is_object() && text_member(level->get_object(), "Value") == "ApplicationRequired";
  return column;
}

/// As the platform makes one out of many: "new_box", "new_boxes".
std::string plural_of(const std::string& name) {
  if (name.ends_with('y')) return name.substr(0, name.size() - 1) + "ies";
  bool hisses = name.ends_with('s') || name.ends_with('x') || name.ends_with("ch") || name.ends_with("sh");
  return name + (hisses ? "es" : "s");
}

/// Money has a twin in the base currency, which nobody writes.
void add_with_twin(Metadata& metadata, const TableSpec& table, Column column) {
  if (column.type == ColumnType::money && column.number_type.empty()) {
    Column twin = column;
    twin.name = twin.logical_name = column.name + "_base";
    twin.schema_name = column.schema_name + "_Base";
    twin.creatable = twin.updatable = twin.required = false;
    metadata.add_column(table.name, std::move(twin));
  }
  metadata.add_column(table.name, std::move(column));
}

http::Response made_at(const ApiCall& api, const char* root, const json::object& definition) {
  http::Response response(204, "");
  response.headers.add("OData-Version", "4.0");
  response.headers.add("OData-EntityId", fmt::format("{}/{}({})", api.base, root, scalar_text(definition.at("MetadataId"))));
  return response;
}

}  // namespace

/// {"SchemaName","Attributes":[{"SchemaName","IsPrimaryName":true,…}]}
Outcome<http::Response> create_table(ApiCall& api) {
  Metadata& metadata = api.organisation.metadata;
  TRY_VOID(api.allowed(metadata.require("account"), "Customize"));
  JsonDocument document;
  TRY_VOID(api.parse_body(document));
  const json::object& body = document.root().get_object();
  TRY(std::string name, new_name(body));
  if (metadata.by_name(name) || metadata.by_set(plural_of(name)))
    return refuse(400, "0x80044363", fmt::format("An entity with the specified name {} already exists.", name));
  const json::value* attributes = body.if_contains("Attributes");
  std::optional<Column> primary;
  std::deque<Column> others;
  for (const json::value& each : attributes && attributes->is_array() ? attributes->get_array() : json::array()) {
    if (!each.is_object()) return bad_parameters("Attributes is not a list of definitions.");
    TRY(Column column, read_column(metadata, each.get_object()));
    const json::value* first = each.get_object().if_contains("IsPrimaryName");
    bool names = first && first->is_bool() && first->get_bool();
    if (names && column.type == ColumnType::text && !primary) primary = std::move(column);
    else others.push_back(std::move(column));
  }
  if (!primary) return bad_parameters("Required field 'PrimaryAttribute' is missing: one text column must be the primary name.");
  TableBuilder table(name, plural_of(name), name + "id", primary->logical_name, label_in(body, "DisplayName", name));
  table.spec.schema_name = std::string(text_member(body, "SchemaName"));
  table.spec.columns.push_back(std::move(*primary));
  for (Column& column : others) table.spec.columns.push_back(std::move(column));
  table.states({{0, "Active", 1}, {1, "Inactive", 2}}, {{1, "Active", 0}, {2, "Inactive", 1}}).owned_columns();
  const json::value* tracked = body.if_contains("ChangeTrackingEnabled");
  table.spec.tracks_changes = tracked && tracked->is_bool() && tracked->get_bool();
  metadata.add_table(std::move(table.spec));
  return made_at(api, "EntityDefinitions", entity_definition(metadata, metadata.require(name)));
}

/// {"Name","DisplayName","Options":[…]}
Outcome<http::Response> create_choice(ApiCall& api) {
  Metadata& metadata = api.organisation.metadata;
  TRY_VOID(api.allowed(metadata.require("account"), "Customize"));
  JsonDocument document;
  TRY_VOID(api.parse_body(document));
  const json::object& body = document.root().get_object();
  GlobalChoice choice;
  choice.name = std::string(text_member(body, "Name"));
  choice.label = label_in(body, "DisplayName", choice.name);
  if (choice.name.find('_') < 2 || choice.name.find('_') == std::string::npos)
    return bad_parameters("Name must begin with the customization prefix of a publisher.");
  for (const GlobalChoice& each : metadata.choices()) {
    if (equal_no_case(each.name, choice.name)) return refuse(400, "0x80048403", fmt::format("An OptionSet with the name {} already exists.", choice.name));
  }
  TRY(choice.options, read_options(json::object{{"OptionSet", body}}));
  metadata.choices().push_back(std::move(choice));
  return made_at(api, "GlobalOptionSetDefinitions", choice_definition(metadata.choices().back()));
}

Outcome<void> check_relationship_name(const Metadata& metadata, std::string_view name) {
  auto taken = [&](std::string_view known) { return equal_no_case(known, name); };
  bool one = std::any_of(metadata.relationships().begin(), metadata.relationships().end(), [&](const Relationship& each) { return taken(each.schema_name); });
  bool many = std::any_of(metadata.many_to_many().begin(), metadata.many_to_many().end(), [&](const ManyToMany& each) { return taken(each.schema_name); });
  if (one || many) return refuse(400, "0x80047017", fmt::format("The specified relationship name {} already exists.", name));
  return {};
}

/// What leads from the rows of each side: as it is told, else as the relationship is called; two of one table do not share a name.
Outcome<void> name_sides(const Metadata& metadata, const json::object& body, ManyToMany& made) {
  bool to_itself = made.sides[0].table == made.sides[1].table;
  for (ManyToMany::Side& side : made.sides) {
    bool first = &side == &made.sides[0];
    side.navigation = std::string(text_member(body, first ? "Entity1NavigationPropertyName" : "Entity2NavigationPropertyName"));
    if (!side.navigation.empty()) continue;
    if (to_itself && !metadata.quirks().self_ties_named)
      return bad_parameters("Entity1NavigationPropertyName and Entity2NavigationPropertyName are needed where a table is tied to itself.");
    side.navigation = (to_itself && first ? "Referencing" : "") + made.schema_name;
  }
  bool taken = to_itself && made.sides[0].navigation == made.sides[1].navigation;
  for (const ManyToMany::Side& side : made.sides) {
    const TableSpec& table = metadata.require(side.table);
    taken = taken || table.collection(side.navigation) || table.navigation(side.navigation) || table.column(side.navigation);
  }
  if (taken) return refuse(400, "0x80047017", "The name of a navigation property of the relationship is already in use.");
  return {};
}

/// {"@odata.type":"…ManyToManyRelationshipMetadata","SchemaName","Entity1LogicalName","Entity2LogicalName","IntersectEntityName"}
Outcome<http::Response> create_many_to_many(ApiCall& api, const json::object& body) {
  Metadata& metadata = api.organisation.metadata;
  TRY(std::string name, new_name(body));
  ManyToMany made;
  made.schema_name = std::string(text_member(body, "SchemaName"));
  made.intersect = to_lower_ascii(text_member(body, "IntersectEntityName"));
  if (made.intersect.empty()) made.intersect = name;
  for (ManyToMany::Side& side : made.sides) {
    side.table = std::string(text_member(body, &side == &made.sides[0] ? "Entity1LogicalName" : "Entity2LogicalName"));
    if (!metadata.by_name(side.table))
      return refuse(404, "0x80041102", fmt::format("The entity with a name = '{}' was not found in the MetadataCache.", side.table));
  }
  TRY_VOID(api.allowed(metadata.require(made.sides[0].table), "Customize"));
  TRY_VOID(check_relationship_name(metadata, made.schema_name));
  TRY_VOID(name_sides(metadata, body, made));
  take_presentation(body, made);
  if (metadata.by_name(made.intersect)) return refuse(400, "0x80044363", fmt::format("An entity with the specified name {} already exists.", made.intersect));
  metadata.add_many_to_many(std::move(made));
  return made_at(api, "RelationshipDefinitions", relationship_definition(metadata, metadata.many_to_many().back()));
}

/// {"@odata.type":"…OneToManyRelationshipMetadata","SchemaName","ReferencedEntity","ReferencingEntity","Lookup":{"SchemaName"},"CascadeConfiguration":{"Delete"}}
Outcome<http::Response> create_relationship(ApiCall& api) {
  Metadata& metadata = api.organisation.metadata;
  JsonDocument document;
  TRY_VOID(api.parse_body(document));
  const json::object& body = document.root().get_object();
  if (text_member(body, "@odata.type").ends_with(".ManyToManyRelationshipMetadata")) return create_many_to_many(api, body);
  if (!text_member(body, "@odata.type").ends_with(".OneToManyRelationshipMetadata")) return bad_parameters("@odata.type names no relationship.");
  TRY_VOID(new_name(body));
  std::string schema_name(text_member(body, "SchemaName"));
  for (const char* side : {"ReferencedEntity", "ReferencingEntity"}) {
    if (!metadata.by_name(text_member(body, side)))
      return refuse(404, "0x80041102", fmt::format("The entity with a name = '{}' was not found in the MetadataCache.", text_member(body, side)));
  }
  const TableSpec &from = metadata.require(text_member(body, "ReferencingEntity")), &to = metadata.require(text_member(body, "ReferencedEntity"));
  TRY_VOID(api.allowed(from, "Customize"));
  TRY_VOID(check_relationship_name(metadata, schema_name));
  const json::value *lookup = body.if_contains("Lookup"), *cascades = body.if_contains("CascadeConfiguration");
  if (!lookup || !lookup->is_object()) return bad_parameters("Required parameter 'Lookup' is missing or not valid.");
  std::string_view on_delete = cascades && cascades->is_object() ? text_member(cascades->get_object(), "Delete") : std::string_view();
  Column column;
  TRY(column.logical_name, new_name(lookup->get_object()));
  if (from.logical(column.logical_name))
    return refuse(400, "0x80047013", fmt::format("An attribute with the specified name {} already exists", column.logical_name));
  column.name = "_" + column.logical_name + "_value";
  column.schema_name = std::string(text_member(lookup->get_object(), "SchemaName"));
  column.type = ColumnType::lookup;
  column.targets = {to.name};
  column.custom = true;
  column.cascades_delete = on_delete == "Cascade";
  column.restricts_delete = on_delete == "Restrict";
  std::string navigation = column.schema_name;
  metadata.add_lookup(from.name, std::move(column), std::move(navigation), schema_name);
  return made_at(api, "RelationshipDefinitions", relationship_definition(metadata, metadata.relationships().back()));
}

Outcome<http::Response> write_definition(ApiCall& api, const json::object& entity, std::string_view segment, const json::object* part) {
  Metadata& metadata = api.organisation.metadata;
  const TableSpec& table = metadata.require(text_member(entity, "LogicalName"));
  TRY_VOID(api.allowed(table, "Customize"));
  const std::string& method = api.call.request.method;
  if (part && segment == "Attributes") return change_column(api, table, text_member(*part, "LogicalName"));
  if (part && method == "DELETE") {
    metadata.remove_key(table.name, text_member(*part, "LogicalName"));
    return api_json(204, "");
  }
  if (part || method != "POST") return refuse(405, code::kBadRequestUrl, "Definitions are made, columns changed and deleted, keys deleted.");
  JsonDocument document;
  TRY_VOID(api.parse_body(document));
  const json::object& body = document.root().get_object();
  if (segment == "Keys") return create_key(api, table, body);
  TRY(Column column, read_column(metadata, body));
  if (table.logical(column.logical_name))
    return refuse(400, "0x80047013", fmt::format("An attribute with the specified name {} already exists", column.logical_name));
  add_with_twin(metadata, table, std::move(column));
  return made(api, table, "Attributes");
}

}  // namespace lockstep::emulators::dynamics365
