#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "emulators/core/database.h"
#include "emulators/zendesk/errors.h"

namespace lockstep::emulators::zendesk {

inline constexpr std::int64_t kBrand = 360'000'000'701, kTicketForm = 360'000'000'601, kLocale = 1;  // the account's only ones
inline constexpr std::string_view kLocaleTag = "en-US";

/// What a property holds, and so how it is read and shown. Lists are one text, their parts separated by blanks.
enum class Kind { text, integer, boolean, time, date, choice, user, organization, group, ticket, words, ids };

struct Property {
  std::string name;  // as stored: custom ones as "custom_fields.360000000001", "user_fields.crm_id"
  Kind kind = Kind::text;
  bool writable = true;
  bool required = false;
  std::vector<std::string> options;  // of a choice
  std::int64_t id = 0;               // of the field, where fields can be asked for
  std::string title;
  std::string description;
  std::string type;  // as it was made through the API; empty: what its kind says
  bool active = true;
  json::object presentation = {};                   // how people see it: kept as it is told
  std::map<std::string, std::string> option_names;  // by option, where they are not the option itself
  FieldId field = 0;
  bool custom() const { return name.find('.') != std::string::npos; }
  std::string key() const { return name.substr(name.find('.') + 1); }  // of a custom one
};

/// Tickets, users or organizations.
struct ObjectType {
  std::string name;          // "ticket"
  std::string plural;        // "tickets"
  std::string custom_group;  // "custom_fields"
  Table* table = nullptr;
  std::vector<Property> properties;
  std::int64_t next_id = 1;

  /// By the stored name, or by a custom field's key or id.
  const Property* find(std::string_view wanted) const;
  Property* find(std::string_view wanted);
  const Property& at(std::string_view wanted) const;  // precondition: there is one
  FieldId field(std::string_view property) const { return at(property).field; }
  ValueView get(RowNumber row, std::string_view property) const { return table->get(row, field(property)); }
};

ObjectType ticket_type(Database& database);
ObjectType user_type(Database& database);
ObjectType organization_type(Database& database);

/// The value as stored; null clears. `text_values`: everything is text (CSV). Nothing: it is not of the property's kind.
std::optional<Value> read_value(const Property& property, const json::value& given, bool text_values);
json::value render_value(const Property& property, ValueView value);
/// What the API calls an option of a custom field.
std::int64_t option_id(const Property& property, std::string_view option);
json::object option_row(const Property& property, const std::string& option);
/// The default custom status of a status category, and the category of a custom status; empty: there is none.
std::int64_t custom_status_of(std::string_view status);
std::string status_of_custom(std::int64_t custom_status);
/// The property's description in /ticket_fields and the like.
json::object field_row(const ObjectType& type, const Property& property, const std::string& base_url);

std::string format_time(WallTime time);  // "2025-01-31T09:15:00Z"
WallTime whole_seconds(WallTime time);
std::vector<std::string> parts_of(ValueView list);
std::string capitalised(std::string_view word);

}  // namespace lockstep::emulators::zendesk
