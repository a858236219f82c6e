#include "emulators/hubspot/older_versions.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "emulators/hubspot/rendering.h"

namespace lockstep::emulators::hubspot {

Outcome<json::object> older_input(const json::value* list) {
  if (!list || !list->is_array()) return bad_json("line 1, column 1: properties is missing or not an array");
  json::object properties;
  for (const json::value& each : list->get_array()) {
    const json::object* pair = each.if_object();
    std::string_view name = pair ? text_member(*pair, pair->contains("property") ? "property" : "name") : std::string_view();
    const json::value* value = pair ? pair->if_contains("value") : nullptr;
    if (name.empty() || !value) return bad_json("line 1, column 1: a property needs its name and a value");
    json::value& member = properties[json::string_view(name.data(), name.size())];
    if (!value->is_null()) member = scalar_text(*value);  // null is as good, or as bad, as in version 3
  }
  return properties;
}

std::string older_value(const Property& property, const std::string& value) {
  bool instant = property.type == PropertyType::date_time || property.type == PropertyType::date;
  auto time =
      instant ? parse_iso_time(property.type == PropertyType::date ? value + "T00:00:00Z" : value) : Result<WallTime>(fail(ErrorCode::invalid_input, ""));
  return time ? std::to_string(time->ms) : value;
}

json::object older_properties(const Portal& portal, const ObjectType& type, RowNumber row, const std::vector<std::string>& names, bool dashes) {
  RecordView record = view_of(type, row);
  json::object shown;
  for (const auto& [name, property] : type.properties) {
    if (property.archived.ms != 0) continue;
    if (!names.empty() && std::find(names.begin(), names.end(), name) == names.end()) continue;
    auto value = value_of(portal, record, property);
    if (!value) continue;
    std::string text = older_value(property, *value);
    std::int64_t since = record.state->modified.ms;
    std::string source = "INTEGRATION", source_id;
    json::array versions;
    for (const History::Entry& entry : portal.history().of(type, row, property)) {
      const History::Source& from = portal.history().source(entry);
      if (versions.empty()) since = entry.at.ms, source = from.type, source_id = from.id;
      json::object version{{"value", older_value(property, entry.value)}, {"timestamp", entry.at.ms}};
      version[dashes ? "source-type" : "source"] = from.type;
      version[dashes ? "source-id" : "sourceId"] = from.id;
      if (dashes) version["source-label"] = nullptr, version["selected"] = false;
      else version["name"] = name, version["sourceVid"] = json::array();
      versions.push_back(std::move(version));
    }
    json::object one{{"value", text}, {"versions", std::move(versions)}};
    if (!dashes) one["timestamp"] = since, one["source"] = source, one["sourceId"] = source_id;
    shown[name] = std::move(one);
  }
  return shown;
}

std::int64_t older_number(std::string_view id) {
  std::int64_t number = 0;
  std::from_chars(id.data(), id.data() + id.size(), number);
  return number;
}

Outcome<std::int64_t> older_query(const Call& call, std::string_view name, std::int64_t usual, std::int64_t least, std::int64_t most, bool cut) {
  auto given = call.query_value(name);
  std::int64_t number = given ? older_number(*given) : usual;
  bool plain = !given || std::to_string(number) == *given;
  if (cut || (plain && number >= least && number <= most)) return std::clamp(number, least, most);
  return invalid(fmt::format("{} must be a number from {} to {}", name, least, most));
}

Outcome<std::int64_t> older_offset(const Call& call, std::string_view name) {
  constexpr std::int64_t kFarthest = 1'000'000'000'000'000;
  return older_query(call, name, 0, 0, kFarthest, false);
}

std::vector<RowNumber> newest_first(const ObjectType& type, bool by_creation) {
  const Table& table = *type.table;
  std::vector<RowNumber> rows;
  for (RowNumber row = 0; row < table.row_count(); ++row) {
    if (!table.record(row).deleted) rows.push_back(row);
  }
  auto stamp = [&](RowNumber row) { return by_creation ? table.record(row).created.ms : table.record(row).modified.ms; };
  std::stable_sort(rows.begin(), rows.end(), [&](RowNumber a, RowNumber b) { return std::pair(stamp(a), a) > std::pair(stamp(b), b); });
  return rows;
}

}  // namespace lockstep::emulators::hubspot
