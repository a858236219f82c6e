#include "emulators/zendesk/schema.h"

#include <algorithm>
#include <charconv>

#include "base/check.h"
#include "base/text.h"

namespace lockstep::emulators::zendesk {
namespace {

constexpr std::string_view kCategories[] = {"new", "open", "pending", "hold", "solved"};

Property plain(std::string name, Kind kind) {
  Property property;
  property.name = std::move(name);
  property.kind = kind;
  return property;
}

Property read_only(std::string name, Kind kind) {
  Property property = plain(std::move(name), kind);
  property.writable = false;
  return property;
}

Property choice(std::string name, std::vector<std::string> options) {
  Property property = plain(std::move(name), Kind::choice);
  property.options = std::move(options);
  return property;
}

Property custom(std::string name, std::string title, std::int64_t id, Kind kind, std::vector<std::string> options = {}) {
  Property property = choice(std::move(name), std::move(options));
  property.kind = kind;
  property.id = id;
  property.title = std::move(title);
  return property;
}

ObjectType type_of(Database& database, std::string name, std::string custom_group, std::vector<Property> properties) {
  ObjectType type;
  type.name = std::move(name);
  type.plural = type.name + "s";
  type.custom_group = std::move(custom_group);
  type.table = &database.table(type.name);
  type.properties = std::move(properties);
  for (Property& property : type.properties) property.field = type.table->field(property.name);
  return type;
}

std::optional<std::int64_t> integer_of(std::string_view text) {
  std::int64_t number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<Value> read_list(const Property& property, const json::value& given, bool text_values) {
  std::vector<std::string> parts;
  auto take = [&](std::string_view text) {
    std::string part = property.kind == Kind::words ? to_lower_ascii(text) : std::string(text);
    if (!part.empty() && std::find(parts.begin(), parts.end(), part) == parts.end()) parts.push_back(std::move(part));
  };
  if (given.is_string() && (text_values || property.kind == Kind::words)) {
    for (std::string_view part : split(std::string_view(given.get_string()), ' ')) take(part);
  } else if (const json::array* list = given.if_array()) {
    for (const json::value& each : *list) {
      if (property.kind == Kind::ids ? !each.is_int64() : !each.is_string()) return std::nullopt;
      for (std::string_view part : split(scalar_text(each), ' ')) take(part);
    }
  } else {
    return std::nullopt;
  }
  if (property.name == "tags") std::sort(parts.begin(), parts.end());
  if (parts.empty()) return Value{};
  return join(parts, " ");
}

std::optional<Value> read_instant(const json::value& given, bool date) {
  if (!given.is_string()) return std::nullopt;
  std::string text(given.get_string());
  if (text.empty()) return Value{};
  if (date) {
    auto day = parse_iso_date(text);
    return day ? std::optional<Value>(format_iso(*day)) : std::nullopt;
  }
  auto time = parse_iso_time(text);
  auto day = parse_iso_date(text);
  if (time) return whole_seconds(*time).ms;
  if (day) return start_of(*day).ms;
  return std::nullopt;
}

std::optional<Value> read_choice(const Property& property, const json::value& given) {
  std::string word = scalar_text(given);
  if (word.empty()) return given.is_string() ? std::optional<Value>(Value{}) : std::nullopt;
  if (std::find(property.options.begin(), property.options.end(), word) == property.options.end()) return std::nullopt;
  return word;
}

}  // namespace

const Property* ObjectType::find(std::string_view wanted) const {
  for (const Property& property : properties) {
    if (property.name == wanted || (property.custom() && (property.key() == wanted || std::to_string(property.id) == wanted))) return &property;
  }
  return nullptr;
}

Property* ObjectType::find(std::string_view wanted) {
  const Property* found = std::as_const(*this).find(wanted);
  return found ? &properties[static_cast<std::size_t>(found - properties.data())] : nullptr;
}

const Property& ObjectType::at(std::string_view wanted) const {
  for (const Property& property : properties) {
    if (property.name == wanted) return property;
  }
  check_failed("a property", wanted);
}

ObjectType ticket_type(Database& database) {
  ObjectType type = type_of(database, "ticket", "custom_fields",
                            {plain("external_id", Kind::text),
                             plain("subject", Kind::text),
                             read_only("description", Kind::text),
                             choice("type", {"problem", "incident", "question", "task"}),
                             choice("priority", {"urgent", "high", "normal", "low"}),
                             choice("status", {"new", "open", "pending", "hold", "solved", "closed"}),
                             plain("requester_id", Kind::user),
                             plain("submitter_id", Kind::user),
                             plain("assignee_id", Kind::user),
                             plain("organization_id", Kind::organization),
                             plain("group_id", Kind::group),
                             plain("collaborator_ids", Kind::ids),
                             plain("email_cc_ids", Kind::ids),
                             plain("follower_ids", Kind::ids),
                             plain("problem_id", Kind::ticket),
                             read_only("followup_source_id", Kind::ticket),
                             plain("due_at", Kind::time),
                             plain("recipient", Kind::text),
                             plain("tags", Kind::words),
                             read_only("updated_at", Kind::time),
                             read_only("is_public", Kind::boolean),
                             custom("custom_fields.360000000001", "Severity", 360000000001, Kind::choice, {"sev_1", "sev_2", "sev_3"}),
                             custom("custom_fields.360000000002", "Order number", 360000000002, Kind::text),
                             custom("custom_fields.360000000003", "Refund", 360000000003, Kind::integer),
                             custom("custom_fields.360000000004", "Billable", 360000000004, Kind::boolean),
                             custom("custom_fields.360000000005", "CRM id", 360000000005, Kind::text)});
  for (const char* name : {"requester_id", "assignee_id", "organization_id", "problem_id", "external_id", "followup_source_id"})
    type.table->add_index(type.field(name));
  type.table->add_index(type.field("collaborator_ids"), false, ' ');
  return type;
}

ObjectType user_type(Database& database) {
  ObjectType type = type_of(database, "user", "user_fields",
                            {plain("external_id", Kind::text),
                             plain("name", Kind::text),
                             plain("email", Kind::text),
                             plain("phone", Kind::text),
                             choice("role", {"end-user", "agent", "admin"}),
                             plain("organization_id", Kind::organization),
                             plain("alias", Kind::text),
                             plain("notes", Kind::text),
                             plain("details", Kind::text),
                             plain("tags", Kind::words),
                             plain("suspended", Kind::boolean),
                             read_only("active", Kind::boolean),
                             plain("verified", Kind::boolean),
                             plain("time_zone", Kind::text),
                             plain("report_csv", Kind::boolean),
                             plain("signature", Kind::text),
                             plain("moderator", Kind::boolean),
                             plain("only_private_comments", Kind::boolean),
                             plain("restricted_agent", Kind::boolean),
                             choice("ticket_restriction", {"organization", "groups", "assigned", "requested"}),
                             read_only("updated_at", Kind::time),
                             custom("user_fields.loyalty_tier", "Loyalty tier", 360000000101, Kind::choice, {"bronze", "silver", "gold"}),
                             custom("user_fields.crm_id", "CRM id", 360000000102, Kind::text),
                             custom("user_fields.birthday", "Birthday", 360000000103, Kind::date)});
  type.table->add_index(type.field("organization_id"));
  type.table->add_index(type.field("external_id"), true);
  type.table->add_index(type.field("email"), true);
  type.next_id = 1'900'000'000'001;
  type.find("name")->required = true;
  return type;
}

ObjectType organization_type(Database& database) {
  ObjectType type = type_of(database, "organization", "organization_fields",
                            {plain("external_id", Kind::text), plain("name", Kind::text), plain("domain_names", Kind::words), plain("details", Kind::text),
                             plain("notes", Kind::text), plain("tags", Kind::words), plain("group_id", Kind::group), plain("shared_tickets", Kind::boolean),
                             plain("shared_comments", Kind::boolean), read_only("updated_at", Kind::time),
                             custom("organization_fields.segment", "Segment", 360000000201, Kind::choice, {"small", "medium", "large"}),
                             custom("organization_fields.crm_id", "CRM id", 360000000202, Kind::text)});
  type.table->add_index(type.field("name"), true);
  type.table->add_index(type.field("external_id"), true);
  type.table->add_index(type.field("domain_names"), false, ' ');
  type.next_id = 1'500'000'000'001;
  type.find("name")->required = true;
  return type;
}

std::optional<Value> read_value(const Property& property, const json::value& given, bool text_values) {
  if (given.is_null()) return Value{};
  if (text_values && given.is_string() && given.get_string().empty()) return Value{};
  switch (property.kind) {
    case Kind::words:
    case Kind::ids: return read_list(property, given, text_values);
    case Kind::time: return read_instant(given, false);
    case Kind::date: return read_instant(given, true);
    case Kind::choice: return read_choice(property, given);
    case Kind::boolean:
      if (given.is_bool()) return given.get_bool();
      if (scalar_text(given) == "true") return true;
      return scalar_text(given) == "false" ? std::optional<Value>(false) : std::nullopt;
    case Kind::text: {
      if (given.is_array() || given.is_object()) return std::nullopt;
      std::string text = scalar_text(given);
      return text.empty() ? Value{} : Value(std::move(text));
    }
    default: {
      auto number = integer_of(scalar_text(given));
      return number ? std::optional<Value>(*number) : std::nullopt;
    }
  }
}

json::value render_value(const Property& property, ValueView value) {
  if (property.kind == Kind::words || property.kind == Kind::ids) {
    json::array list;
    for (const std::string& part : parts_of(value)) {
      if (property.kind == Kind::ids) list.emplace_back(*integer_of(part));
      else list.emplace_back(part);
    }
    return list;
  }
  if (property.kind == Kind::boolean && is_null(value)) return false;
  if (property.kind == Kind::time && !is_null(value)) return json::value(format_time(WallTime{std::get<std::int64_t>(value)}));
  if (property.kind == Kind::date && !is_null(value)) return json::value(std::string(text_of(value)) + "T00:00:00+00:00");
  return to_json(value);
}

std::int64_t option_id(const Property& property, std::string_view option) {
  return 360'100'000'000 + static_cast<std::int64_t>(stable_hash(property.name + " " + std::string(option)) % 1'000'000'000);
}

json::object option_row(const Property& property, const std::string& option) {
  auto named = property.option_names.find(option);
  return json::object{
      {"id", option_id(property, option)}, {"name", named == property.option_names.end() ? capitalised(option) : named->second}, {"value", option}};
}

std::int64_t custom_status_of(std::string_view status) {
  constexpr std::int64_t kFirst = 360'000'000'501;
  auto place = std::find(std::begin(kCategories), std::end(kCategories), status == "closed" ? "solved" : status);
  return kFirst + (place - std::begin(kCategories));
}

std::string status_of_custom(std::int64_t custom_status) {
  for (std::string_view category : kCategories) {
    if (custom_status_of(category) == custom_status) return std::string(category);
  }
  return "";
}

json::object field_row(const ObjectType& type, const Property& property, const std::string& base_url) {
  bool tagger = property.kind == Kind::choice && property.custom();
  std::string_view kind = !property.type.empty()           ? std::string_view(property.type)
                          : tagger                         ? type.name == "ticket" ? "tagger" : "dropdown"
                          : property.kind == Kind::integer ? "integer"
                          : property.kind == Kind::boolean ? "checkbox"
                          : property.kind == Kind::date    ? "date"
                          : property.custom()              ? "text"
                                                           : std::string_view(property.name);
  json::object row{{"id", property.id},
                   {"url", base_url + "/api/v2/" + type.name + "_fields/" + std::to_string(property.id) + ".json"},
                   {"type", json::string(kind.data(), kind.size())},
                   {"title", property.title},
                   {"description", property.description},
                   {"active", property.active},
                   {"required", property.required},
                   {"removable", property.custom()}};
  if (type.name != "ticket") row["key"] = property.key();
  for (const auto& [name, shown] : property.presentation) row[name] = shown;
  if (!property.options.empty()) {
    json::array options;
    for (const std::string& option : property.options) options.push_back(option_row(property, option));
    row[property.custom() ? "custom_field_options" : "system_field_options"] = std::move(options);
  }
  return row;
}

std::string format_time(WallTime time) {
  std::string text = format_iso(whole_seconds(time));
  return text.substr(0, 19) + "Z";
}

WallTime whole_seconds(WallTime time) { return WallTime{time.ms - time.ms % 1000}; }

std::vector<std::string> parts_of(ValueView list) {
  std::vector<std::string> parts;
  for (std::string_view part : split(text_of(list), ' ')) {
    if (!part.empty()) parts.emplace_back(part);
  }
  return parts;
}

std::string capitalised(std::string_view word) {
  std::string text(word);
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  std::replace(text.begin(), text.end(), '_', ' ');
  return text;
}

}  // namespace lockstep::emulators::zendesk
