// Changing and deleting what an integration added to the metadata; of the platform's own the labels change.
#include <fmt/format.h>

#include <algorithm>

#include "emulators/dynamics365/api_call.h"
#include "emulators/dynamics365/definition_rows.h"

namespace lockstep::emulators::dynamics365 {
namespace {

Outcome<void> in_no_key(const TableSpec& table, const Column& column) {
  for (const AlternateKey& key : table.keys) {
    if (std::find(key.columns.begin(), key.columns.end(), &column) != key.columns.end())
      return refuse(400, "0x8004f01f",
                    fmt::format("The {} component cannot be deleted because it is referenced by the key {}.", column.logical_name, key.name));
  }
  return {};
}

tl::unexpected<ApiError> put_alone(std::string_view what) { return refuse(405, code::kBadRequestUrl, fmt::format("{} is changed by PUT.", what)); }

}  // namespace

std::string label_in(const json::object& body, const char* name, const std::string& otherwise) {
  boost::system::error_code none;
  const json::value* label = body.if_contains(name);
  const json::value* text = label ? label->find_pointer("/LocalizedLabels/0/Label", none) : nullptr;
  return text && text->is_string() ? std::string(text->get_string()) : otherwise;
}

/// PUT and DELETE of a column that an integration made: its label, how long its texts are, whether it is required.
Outcome<http::Response> change_column(ApiCall& api, const TableSpec& table, std::string_view name) {
  Metadata& metadata = api.organisation.metadata;
  Column* column = metadata.editable(table.name, name);
  bool deletes = api.call.request.method == "DELETE";
  if (!column || !column->custom) return refuse(400, code::kInvalidArgument, fmt::format("The column '{}' is the platform's own.", name));
  if (deletes) {
    TRY_VOID(in_no_key(table, *column));
    metadata.remove_column(table.name, name);
    return api_json(204, "");
  }
  if (api.call.request.method != "PUT") return put_alone("A column");
  JsonDocument document;
  TRY_VOID(api.parse_body(document));
  const json::object& body = document.root().get_object();
  column->label = label_in(body, "DisplayName", column->label);
  const json::value *longest = body.if_contains("MaxLength"), *level = body.if_contains("RequiredLevel");
  bool text = column->type == ColumnType::text || column->type == ColumnType::memo;
  if (text && longest && longest->is_int64() && longest->get_int64() > 0) column->maximum = longest->get_int64();
  if (level && level->is_object()) column->required = text_member(level->get_object(), "Value") == "ApplicationRequired";
  return api_json(204, "");
}

namespace {

Outcome<http::Response> delete_choice(ApiCall& api, std::string_view name) {
  Metadata& metadata = api.organisation.metadata;
  for (const TableSpec& table : metadata.tables()) {
    for (const Column& column : table.columns) {
      if (column.choice == name && !column.removed)
        return refuse(400, "0x8004f01f", fmt::format("The choice {} is used by {}.{}.", name, table.name, column.logical_name));
    }
  }
  std::erase_if(metadata.choices(), [&](const GlobalChoice& each) { return each.name == name; });
  return api_json(204, "");
}

}  // namespace

/// PUT: the whole definition; what it is called, and whether its changes are tracked, are taken of it.
Outcome<http::Response> change_table(ApiCall& api, const json::object& definition) {
  TableSpec& table = *api.organisation.metadata.editable(text_member(definition, "LogicalName"));
  TRY_VOID(api.allowed(table, "Customize"));
  if (api.call.request.method != "PUT") return put_alone("A table");
  JsonDocument document;
  TRY_VOID(api.parse_body(document));
  const json::object& body = document.root().get_object();
  if (text_member(body, "LogicalName") != table.name) return refuse(400, code::kInvalidArgument, "LogicalName is missing, or is not that of the table.");
  table.label = label_in(body, "DisplayName", table.label);
  if (const json::value* tracked = body.if_contains("ChangeTrackingEnabled"); table.writable && tracked && tracked->is_bool())
    table.tracks_changes = tracked->get_bool();
  return api_json(204, "");
}

/// How a relationship of many to many is shown to people.
void take_presentation(const json::object& body, ManyToMany& relationship) {
  for (ManyToMany::Side& side : relationship.sides) {
    bool first = &side == &relationship.sides[0];
    const json::value* menu = body.if_contains(first ? "Entity1AssociatedMenuConfiguration" : "Entity2AssociatedMenuConfiguration");
    if (menu && menu->is_object()) side.menu = json::value(*menu, json::storage_ptr());
  }
  const json::value* found = body.if_contains("IsValidForAdvancedFind");
  if (found && found->is_bool()) relationship.advanced_find = found->get_bool();
}

namespace {

/// PUT: the whole definition; how it is shown is taken of it, and what it ties stays as it is.
Outcome<http::Response> change_many_to_many(ApiCall& api, const json::object& definition, ManyToMany& relationship) {
  TRY_VOID(api.allowed(api.organisation.metadata.require(relationship.sides[0].table), "Customize"));
  if (api.call.request.method == "DELETE") {
    api.organisation.metadata.remove_many_to_many(std::string(relationship.schema_name), api.call.now);
    return api_json(204, "");
  }
  if (api.call.request.method != "PUT") return put_alone("A relationship");
  JsonDocument document;
  TRY_VOID(api.parse_body(document));
  const json::object& body = document.root().get_object();
  for (const char* fixed :
       {"SchemaName", "IntersectEntityName", "Entity1LogicalName", "Entity2LogicalName", "Entity1NavigationPropertyName", "Entity2NavigationPropertyName"}) {
    bool told = body.contains(fixed) || std::string_view(fixed) == "SchemaName";
    if (told && text_member(body, fixed) != text_member(definition, fixed))
      return refuse(400, code::kInvalidArgument, fmt::format("{} is missing, or is not that of the relationship.", fixed));
  }
  take_presentation(body, relationship);
  return api_json(204, "");
}

}  // namespace

/// PUT: what deleting the row of the one does to those of the many.
Outcome<http::Response> change_relationship(ApiCall& api, const json::object& definition) {
  Metadata& metadata = api.organisation.metadata;
  std::string name(text_member(definition, "SchemaName"));
  const Relationship* relationship = metadata.relationship(name);
  if (!relationship) return change_many_to_many(api, definition, *metadata.many_to_many(name));
  TRY_VOID(api.allowed(metadata.require(relationship->referencing_table), "Customize"));
  if (!relationship->custom) return refuse(400, code::kInvalidArgument, fmt::format("The relationship '{}' is the platform's own.", name));
  Column& column = *metadata.editable(relationship->referencing_table, relationship->referencing_column);
  if (api.call.request.method == "DELETE") {
    TRY_VOID(in_no_key(metadata.require(relationship->referencing_table), column));
    metadata.remove_relationship(name);
    return api_json(204, "");
  }
  if (api.call.request.method != "PUT") return put_alone("A relationship");
  JsonDocument document;
  TRY_VOID(api.parse_body(document));
  const json::object& body = document.root().get_object();
  if (text_member(body, "SchemaName") != name) return refuse(400, code::kInvalidArgument, "SchemaName is missing, or is not that of the relationship.");
  const json::value* cascades = body.if_contains("CascadeConfiguration");
  if (!cascades || !cascades->is_object()) return api_json(204, "");
  std::string_view on_delete = text_member(cascades->get_object(), "Delete");
  column.cascades_delete = on_delete == "Cascade";
  column.restricts_delete = on_delete == "Restrict";
  return api_json(204, "");
}

/// PUT and DELETE of a choice of all tables.
Outcome<http::Response> change_choice(ApiCall& api, std::string_view name) {
  Metadata& metadata = api.organisation.metadata;
  TRY_VOID(api.allowed(metadata.require("account"), "Customize"));
  if (api.call.request.method == "DELETE") return delete_choice(api, name);
  if (api.call.request.method != "PUT") return put_alone("A choice");
  JsonDocument document;
  TRY_VOID(api.parse_body(document));
  auto choice = std::find_if(metadata.choices().begin(), metadata.choices().end(), [&](const GlobalChoice& each) { return each.name == name; });
  choice->label = label_in(document.root().get_object(), "DisplayName", choice->label);
  return api_json(204, "");
}

}  // namespace lockstep::emulators::dynamics365
