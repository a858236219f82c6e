#include "emulators/salesforce/columns.h"

#include <fmt/format.h>

#include <algorithm>

namespace lockstep::emulators::salesforce {
namespace {

std::string_view apex_type(FieldType type) {
  switch (type) {
    case FieldType::id:
    case FieldType::reference: return "Id";
    case FieldType::boolean: return "Boolean";
    case FieldType::date: return "Date";
    case FieldType::datetime: return "Datetime";
    case FieldType::integer: return "Integer";
    case FieldType::real:
    case FieldType::currency: return "Double";
    case FieldType::address: return "Address";
    default: return "String";
  }
}

bool is_number(FieldType type) { return type == FieldType::integer || type == FieldType::real || type == FieldType::currency; }

json::object column(std::string_view name, std::string_view display) {
  return {{"aggregate", false},     {"apexType", nullptr},       {"booleanType", false}, {"columnName", name},           {"custom", name.ends_with("__c")},
          {"displayName", display}, {"foreignKeyName", nullptr}, {"insertable", false},  {"joinColumns", json::array()}, {"numberType", false},
          {"textType", false},      {"updatable", false}};
}

json::object column(const FieldPath& path) {
  const Field& field = *path.field;
  json::object one = column(path.alias.empty() ? field.name : path.alias, field.name);
  one["apexType"] = apex_type(field.type);
  one["booleanType"] = field.type == FieldType::boolean;
  one["numberType"] = is_number(field.type);
  one["textType"] = apex_type(field.type) == "String";
  one["insertable"] = field.may_create();
  one["updatable"] = field.may_update();
  return one;
}

/// The column of a relationship, once however many fields of the parent are selected.
json::array& joined(json::array& columns, const Field& hop) {
  auto known = std::find_if(columns.begin(), columns.end(), [&](const json::value& each) { return each.at("columnName").as_string() == hop.relationship; });
  if (known == columns.end()) {
    json::object parent = column(hop.relationship, hop.relationship);
    parent["foreignKeyName"] = hop.name;
    columns.push_back(std::move(parent));
    known = columns.end() - 1;
  }
  return known->as_object()["joinColumns"].as_array();
}

std::string_view word_of(Function function) {
  switch (function) {
    case Function::count: return "count";
    case Function::count_distinct: return "count_distinct";
    case Function::min: return "min";
    case Function::max: return "max";
    case Function::sum: return "sum";
    case Function::avg: return "avg";
    case Function::grouping: return "grouping";
  }
  return "";
}

json::object column(const Aggregate& aggregate) {
  bool of_field = aggregate.function == Function::min || aggregate.function == Function::max;
  json::object one = column(aggregate.name, fmt::format("{}({})", word_of(aggregate.function), aggregate.path.field ? aggregate.path.field->name : "Id"));
  one["aggregate"] = true;
  one["numberType"] = !of_field || is_number(aggregate.path.field->type);
  return one;
}

json::array columns(const Query& query) {
  json::array all;
  for (const FieldPath& path : query.select) {
    json::array* place = &all;
    for (const Field* hop : path.hops) place = &joined(*place, *hop);
    place->push_back(column(path));
  }
  for (const TypeOf& type_of : query.type_ofs) joined(all, *type_of.reference);
  for (const Aggregate& aggregate : query.aggregates) {
    if (!aggregate.name.empty()) all.push_back(column(aggregate));
  }
  for (const auto& child : query.children) {
    json::object one = column(child->relation->name, child->relation->name);
    one["aggregate"] = true;
    one["joinColumns"] = columns(*child);
    all.push_back(std::move(one));
  }
  return all;
}

}  // namespace

json::object columns_of(const Query& query) {
  bool selects_id =
      std::any_of(query.select.begin(), query.select.end(), [](const FieldPath& path) { return path.hops.empty() && path.field->type == FieldType::id; });
  return {{"columnMetadata", columns(query)},
          {"entityName", query.object->name},
          {"groupBy", !query.group.empty()},
          {"idSelected", selects_id},
          {"keyPrefix", query.object->key_prefix}};
}

}  // namespace lockstep::emulators::salesforce
