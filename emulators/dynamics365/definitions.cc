// The part of the metadata that clients read: which tables there are, and their columns.
#include <fmt/format.h>

#include "base/text.h"
#include "emulators/dynamics365/api_call.h"

namespace lockstep::emulators::dynamics365 {
namespace {

std::string_view attribute_type(ColumnType type) {
  switch (type) {
    case ColumnType::text:
      return "String";
    case ColumnType::memo:
      return "Memo";
    case ColumnType::integer:
      return "Integer";
    case ColumnType::money:
      return "Money";
    case ColumnType::boolean:
      return "Boolean";
    case ColumnType::option:
      return "Picklist";
    case ColumnType::state:
      return "State";
    case ColumnType::status:
      return "Status";
    case ColumnType::date_time:
    case ColumnType::date_only:
      return "DateTime";
    case ColumnType::lookup:
      return "Lookup";
    case ColumnType::unique_id:
      return "Uniqueidentifier";
    case ColumnType::version:
      return "BigInt";
  }
  return "";
}

json::object table_definition(const TableSpec& table) {
  return json::object{{"LogicalName", table.name},
                      {"EntitySetName", table.set},
                      {"PrimaryIdAttribute", table.key},
                      {"PrimaryNameAttribute", table.name_column},
                      {"ChangeTrackingEnabled", table.tracks_changes},
                      {"IsOptimisticConcurrencyEnabled", true}};
}

json::object attribute_definition(const Column& column) {
  json::object attribute{
      {"LogicalName", column.logical_name},
      {"AttributeType", json::string(attribute_type(column.type))},
      {"IsValidForCreate", column.creatable && column.source != Source::version},
      {"IsValidForUpdate", column.updatable},
      {"RequiredLevel", json::object{{"Value", column.required ? "ApplicationRequired" : "None"}}}};
  if (column.type == ColumnType::text || column.type == ColumnType::memo)
    attribute["MaxLength"] = column.maximum;
  if (column.type == ColumnType::date_only) attribute["Format"] = "DateOnly";
  if (!column.targets.empty()) {
    json::array targets;
    for (const std::string& target : column.targets) targets.push_back(json::value(target));
    attribute["Targets"] = std::move(targets);
  }
  if (!column.options.empty()) {
    json::array options;
    for (const Option& each : column.options) {
      options.push_back(json::object{{"Value", each.value}, {"Label", each.label}, {"State", each.state}});
    }
    attribute["OptionSet"] = json::object{{"Options", std::move(options)}};
  }
  return attribute;
}

/// Leaves the members that $select names.
json::object selected(const json::object& all, const std::optional<std::string>& select) {
  if (!select) return all;
  json::object some;
  for (std::string_view name : split(*select, ',')) {
    name = trim(name);
    if (const json::value* member = all.if_contains(json::string_view(name.data(), name.size()))) {
      some[json::string_view(name.data(), name.size())] = *member;
    }
  }
  return some;
}

/// "Name eq value" alone: what clients ask of the metadata.
Outcome<bool> fits(const json::object& definition, const std::optional<std::string>& filter) {
  if (!filter) return true;
  std::size_t at = filter->find(" eq ");
  const json::value* held =
      at == std::string::npos ? nullptr : definition.if_contains(std::string_view(*filter).substr(0, at));
  if (!held)
    return refuse(400, code::kBadRequestUrl, fmt::format("Unsupported metadata filter '{}'.", *filter));
  std::string_view wanted = trim(std::string_view(*filter).substr(at + 4));
  if (wanted.size() >= 2 && wanted.front() == '\'') wanted = wanted.substr(1, wanted.size() - 2);
  return scalar_text(*held) == wanted;
}

}  // namespace

Outcome<http::Response> entity_definitions(ApiCall& api, std::string_view path) {
  auto select = api.call.query_value("$select");
  auto filter = api.call.query_value("$filter");
  json::object body{{"@odata.context", api.base + "/$metadata#EntityDefinitions"}};
  std::size_t open = path.find('(');
  if (open == std::string_view::npos) {
    json::array rows;
    for (const TableSpec& table : api.organisation.metadata.tables()) {
      json::object definition = table_definition(table);
      TRY(bool wanted, fits(definition, filter));
      if (wanted) rows.push_back(selected(definition, select));
    }
    body["value"] = std::move(rows);
    return api_json(200, json::serialize(body));
  }
  std::size_t start = path.find('\''), end = path.find('\'', start + 1);
  std::string_view name = end == std::string_view::npos ? "" : path.substr(start + 1, end - start - 1);
  const TableSpec* table = api.organisation.metadata.by_name(name);
  if (!table)
    return refuse(404, "0x80041102", fmt::format("The entity with a name = '{}' was not found.", name));
  if (!path.ends_with("/Attributes"))
    return api_json(200, json::serialize(selected(table_definition(*table), select)));
  json::array attributes;
  for (const Column& column : table->columns)
    attributes.push_back(selected(attribute_definition(column), select));
  body["value"] = std::move(attributes);
  return api_json(200, json::serialize(body));
}

}  // namespace lockstep::emulators::dynamics365
