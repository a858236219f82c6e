#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "emulators/core/database.h"

namespace lockstep::emulators::hubspot {

enum class PropertyType { text, number, boolean, date, date_time, enumeration };
std::string_view name_of(PropertyType type);  // as the API says it

/// Where a property's value comes from.
enum class Source {
  stored,
  object_id,
  created,
  modified,
  primary_company,  // of the association labelled primary
  parent_company,   // of the association labelled so
  time_to_close,    // closed_date - createdate, in ms
  body_preview,     // what an activity's body says, as text
  phone_digits,     // of the number in another property, without its country's code
  source_label,     // what a person reads for hs_object_source
  all_ids           // a record's own and those that it absorbed
};

/// What a text is checked for beyond its length.
enum class TextForm { any, email, https_url, html, json, milliseconds };

struct Option {
  std::string value;  // internal
  std::string label;
  std::string description;
  std::int64_t display_order = 0;
  bool hidden = false;
};

struct Property {
  std::string name;
  std::string label;
  PropertyType type = PropertyType::text;
  std::string field_type = "text";
  std::string group;
  std::vector<Option> options;
  bool read_only = false;
  bool calculated = false;
  bool required = false;           // at create
  bool required_by_admin = false;  // a rule of the account, which the newest version of the API enforces alone (§0.1)
  bool form_field = false;
  bool hidden = false;
  std::int64_t display_order = -1;
  std::int64_t updated_by = 0;  // user id; 0: nobody
  bool unique = false;
  bool owner = false;          // options are the account's owners
  bool defined_by_us = false;  // by an API call, not by HubSpot
  bool filterable = true;
  bool content = false;       // of an email: what it says
  bool open_options = false;  // an enumeration without a list of options
  TextForm form = TextForm::any;
  Source source = Source::stored;
  std::string description;
  std::string sensitivity = "non_sensitive";  // or "sensitive", "highly_sensitive"
  WallTime created;
  WallTime updated;
  WallTime archived;  // 0: it is not
  FieldId column = 0;

  const Option* find_option(std::string_view value) const;
  /// "a, b", for messages.
  std::string option_list() const;

  bool multiple() const { return field_type == "checkbox"; }
  Property& locked() { return read_only = true, *this; }
  Property& needed() { return required = true, *this; }
  Property& open() { return open_options = true, *this; }
  Property& of_form(TextForm wanted) { return form = wanted, *this; }
  Property& not_filterable() { return filterable = false, *this; }
  Property& from(Source where) { return source = where, read_only = true, *this; }
  Property& computed() { return calculated = true, read_only = true, *this; }
};

Property text(std::string name, std::string field_type = "text");
Property number(std::string name);
Property boolean(std::string name);
Property date_time(std::string name);
Property choice(std::string name, std::vector<std::string> options, std::string field_type = "select");
Property owner_choice();

struct PropertyGroup {
  std::string name;
  std::string label;
  std::int64_t display_order = 0;
  bool archived = false;
};

/// What an account says of an object type of its own (§2.1: "2-<n>").
struct CustomObject {
  std::string name;  // "cats"; the type's own name is "p4242_cats"
  std::string description;
  std::string singular, plural;  // labels
  std::string primary;           // the property that names a record
  std::vector<std::string> secondary, searchable;
  WallTime created, updated;
  WallTime archived;     // 0: it is not
  bool deleted = false;  // for good: its name is free again
};

struct ObjectType {
  std::string name;                   // "contacts"
  std::string singular;               // "contact"
  std::string type_id;                // "0-1"
  std::string group;                  // the property group of its own properties
  std::string modified;               // the property that says when a record last changed
  std::vector<std::string> defaults;  // what is answered when no property is asked for
  bool engagement = false;
  bool mergeable = false;
  bool deletes_for_good = false;
  std::size_t index = 0;                                    // in the catalogue
  std::map<std::string, Property, std::less<>> properties;  // answers are sorted by name
  std::vector<PropertyGroup> groups;
  Table* table = nullptr;
  std::vector<std::string> searchable;  // what the words of a search are looked for in
  std::string pipeline, stage;          // the properties that say where a record stands; empty: in no pipeline
  std::optional<CustomObject> custom;

  bool deleted() const { return custom && custom->deleted; }
  /// Null when there is none, or it is archived.
  const Property* find(std::string_view property) const;
  /// Precondition: it exists.
  const Property& property(std::string_view property) const;
};

/// In which words a call names an object type beside its id ("0-1") and an account's own name ("p_cats").
struct TypeNames {
  bool plural = true;           // "contacts"
  bool singular = false;        // "contact"
  bool upper_singular = false;  // "CONTACT"
  bool capital_plural = false;  // "Contacts"
  bool any = false;             // singular or plural, in letters of any size
};
inline constexpr TypeNames kIdAlone{.plural = false};
inline constexpr TypeNames kPathName{};
inline constexpr TypeNames kTieName{.singular = true};
inline constexpr TypeNames kNamedTieName{.singular = true, .capital_plural = true};  // of version 3
inline constexpr TypeNames kFullName{.plural = false, .singular = true};
inline constexpr TypeNames kUpperName{.plural = false, .upper_singular = true};
inline constexpr TypeNames kOlderName{.plural = false, .singular = true, .upper_singular = true};  // of version 1
inline constexpr TypeNames kAnyName{.any = true};

/// The object types with their tables and properties.
class Catalogue {
 public:
  explicit Catalogue(Database& database);
  Catalogue(const Catalogue&) = delete;
  Catalogue& operator=(const Catalogue&) = delete;
  bool any_names = false;  // a switch: every call takes what kAnyName does
  /// Null when there is none, or it is archived.
  ObjectType* find(std::string_view name, const TypeNames& names = kPathName);
  /// One of the account's own that is archived, and not deleted for good; null: there is none.
  ObjectType* find_archived(std::string_view name);
  ObjectType& object(std::string_view name);  // precondition: it exists
  std::deque<ObjectType>& objects() { return objects_; }
  const std::deque<ObjectType>& objects() const { return objects_; }
  void add(ObjectType& object, Property property);
  /// One more type. Precondition: its names are new.
  ObjectType& define(ObjectType object, std::vector<Property> properties);

 private:
  void searchable_words();
  Database& database_;
  std::deque<ObjectType> objects_;  // never moves one: pointers to them are handed out
};

std::vector<Property> contact_properties();  // catalogue_customers.cc
std::vector<Property> company_properties();
std::vector<Property> deal_properties();
std::vector<Property> product_properties();
std::vector<Property> line_item_properties();
std::vector<Property> ticket_properties();  // catalogue_service.cc
std::vector<Property> note_properties();
std::vector<Property> call_properties();
std::vector<Property> email_properties();
std::vector<Property> meeting_properties();
std::vector<Property> task_properties();
std::vector<Property> communication_properties();
std::vector<Property> custom_properties();  // that every type of an account has

}  // namespace lockstep::emulators::hubspot
