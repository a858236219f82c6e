#include "emulators/salesforce/render.h"

#include <fmt/format.h>

#include <cmath>

#include "base/text.h"
#include "emulators/salesforce/evaluate.h"

namespace lockstep::emulators::salesforce {

std::string format_instant(WallTime time) {
  std::string text = format_iso(time);
  text.back() = '+';  // was Z
  return text + "0000";
}

std::string record_url(std::string_view version, const ObjectType& object, std::string_view id) {
  return fmt::format("/services/data/{}/sobjects/{}/{}", version, object.name, id);
}

json::value Renderer::field(const ObjectType& object, RowNumber row, const Field& field) const {
  if (field.type == FieldType::address) return address(object, row, field);
  return value(field, org_.value_of(object, row, field));
}

json::value Renderer::value(const Field& field, ValueView value) const {
  if (field.type == FieldType::datetime && !is_null(value)) {
    return json::value(format_instant(WallTime{std::get<std::int64_t>(value)}), storage_);
  }
  if (const double* real = std::get_if<double>(&value); real && *real == std::floor(*real) && std::abs(*real) < 1e15) {
    return json::value(static_cast<std::int64_t>(*real), storage_);
  }
  if (field.type != FieldType::id_list || is_null(value)) return to_json(value, storage_);
  json::array ids(storage_);
  for (std::string_view id : split(text_of(value), ';')) ids.emplace_back(json::string(id, storage_));
  return json::value(std::move(ids));
}

json::value Renderer::address(const ObjectType& object, RowNumber row, const Field& field) const {
  static constexpr std::pair<const char*, const char*> kParts[] = {
      {"city", "City"},         {"country", "Country"},     {"geocodeAccuracy", "GeocodeAccuracy"},
      {"latitude", "Latitude"}, {"longitude", "Longitude"}, {"postalCode", "PostalCode"},
      {"state", "State"},       {"street", "Street"},
  };
  json::object parts(storage_);
  bool any = false;
  for (const auto& [key, suffix] : kParts) {
    json::value part = this->field(object, row, object.field(field.source_field + suffix));
    any = any || !part.is_null();
    parts[key] = std::move(part);
    bool has_code = std::string_view(key) == "country" || std::string_view(key) == "state";
    if (has_code) parts[std::string(key) + "Code"] = nullptr;  // for orgs that list states and countries
  }
  if (!any) return json::value(nullptr, storage_);
  return json::value(std::move(parts));
}

json::object Renderer::start(const ObjectType& object, RowNumber row) const {
  json::object attributes(storage_);
  attributes["type"] = object.name;
  attributes["url"] = record_url(version_, object, object.table->record(row).id);
  json::object record(storage_);
  record["attributes"] = std::move(attributes);
  return record;
}

json::object Renderer::record(const ObjectType& object, RowNumber row, const std::vector<const Field*>& fields) const {
  json::object record = start(object, row);
  record.reserve(fields.size() + 1);
  for (const Field* field : fields) record[field->name] = this->field(object, row, *field);
  return record;
}

void Renderer::put_path(json::object& into, const ObjectType& object, RowNumber row, const FieldPath& path, std::size_t hop) const {
  if (hop == path.hops.size()) {
    const Field* found = field_in(object, path);
    json::value type = path.field->name == "Type" ? json::value(object.name, storage_) : json::value(nullptr, storage_);
    into[path.field->name] = found ? field(object, row, *found) : std::move(type);
    return;
  }
  const Field& reference = *path.hops[hop];
  std::string_view id = text_of(org_.value_of(object, row, reference));
  const ObjectType* parent = org_.schema().target_of(reference, id);
  RowNumber parent_row = parent ? parent->table->find(id) : kNoRow;
  json::value& nested = into[reference.relationship];
  if (parent_row == kNoRow) return;  // stays null
  if (!nested.is_object()) nested = start(*parent, parent_row);
  put_path(nested.get_object(), *parent, parent_row, path, hop + 1);
}

json::value Renderer::type_of(const ObjectType& object, RowNumber row, const TypeOf& type_of) const {
  std::string_view id = text_of(org_.value_of(object, row, *type_of.reference));
  const ObjectType* target = id.empty() ? nullptr : org_.schema().by_prefix(id);
  RowNumber target_row = target ? target->table->find(id) : kNoRow;
  if (target_row == kNoRow) return json::value(nullptr, storage_);
  json::object nested = start(*target, target_row);
  for (const auto& [type, fields] : type_of.when) {
    if (type != target) continue;
    for (const Field* field : fields) nested[field->name] = this->field(*target, target_row, *field);
    return nested;
  }
  for (const std::string& name : type_of.otherwise) {
    if (const Field* field = target->find(name)) nested[field->name] = this->field(*target, target_row, *field);
  }
  return nested;
}

/// Null when there are none.
json::value Renderer::children(const Query& child, std::string_view parent_id, bool all) const {
  std::vector<RowNumber> rows = find_children(org_, child, parent_id, all);
  if (rows.empty()) return json::value(nullptr, storage_);
  json::array records(storage_);
  std::size_t shown = std::min(rows.size(), children_page_);
  for (std::size_t i = 0; i < shown; ++i) records.push_back(selected(child, rows[i], all));
  json::object answer(storage_);
  answer["totalSize"] = rows.size();
  answer["done"] = shown == rows.size();
  if (shown < rows.size()) answer["nextRecordsUrl"] = keep_children_(child, std::move(rows));
  answer["records"] = std::move(records);
  return answer;
}

json::object Renderer::selected(const Query& query, RowNumber row, bool all) const {
  const ObjectType& object = *query.object;
  json::object record = start(object, row);
  record.reserve(query.select.size() + 1);
  for (const FieldPath& path : query.select) put_path(record, object, row, path, 0);
  for (const TypeOf& type_of : query.type_ofs) record[type_of.reference->relationship] = this->type_of(object, row, type_of);
  for (const auto& child : query.children)
    record[json::string_view(child->relation->name.data(), child->relation->name.size())] = children(*child, object.table->record(row).id, all);
  return record;
}

}  // namespace lockstep::emulators::salesforce
