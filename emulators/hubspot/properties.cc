#include "emulators/hubspot/properties.h"

#include <algorithm>
#include <cctype>

#include "base/check.h"
#include "base/text.h"

namespace lockstep::emulators::hubspot {
namespace {

bool is_own_name(const ObjectType& object, std::string_view name) { return object.custom && (object.name == name || "p_" + object.custom->name == name); }

Property make(std::string name, PropertyType type, std::string field_type) {
  Property property;
  property.label = name;
  property.name = std::move(name);
  property.type = type;
  property.field_type = std::move(field_type);
  return property;
}

}  // namespace

std::string_view name_of(PropertyType type) {
  switch (type) {
    case PropertyType::text: return "string";
    case PropertyType::number: return "number";
    case PropertyType::boolean: return "bool";
    case PropertyType::date: return "date";
    case PropertyType::date_time: return "datetime";
    case PropertyType::enumeration: return "enumeration";
  }
  return "";
}

Property text(std::string name, std::string field_type) { return make(std::move(name), PropertyType::text, std::move(field_type)); }

Property number(std::string name) { return make(std::move(name), PropertyType::number, "number"); }

Property boolean(std::string name) {
  Property property = make(std::move(name), PropertyType::boolean, "booleancheckbox");
  property.options = {{"true", "Yes", "", 0}, {"false", "No", "", 1}};
  return property;
}

Property date_time(std::string name) { return make(std::move(name), PropertyType::date_time, "date"); }

Property choice(std::string name, std::vector<std::string> options, std::string field_type) {
  Property property = make(std::move(name), PropertyType::enumeration, std::move(field_type));
  for (std::string& value : options) {
    std::int64_t order = static_cast<std::int64_t>(property.options.size());
    property.options.push_back({value, value, "", order});
  }
  return property;
}

Property owner_choice() {
  Property property = choice("hubspot_owner_id", {});
  property.owner = true;
  return property;
}

const Option* Property::find_option(std::string_view value) const {
  auto known = std::find_if(options.begin(), options.end(), [&](const Option& option) { return option.value == value; });
  return known == options.end() ? nullptr : &*known;
}

std::string Property::option_list() const {
  std::vector<std::string> values;
  for (const Option& option : options) values.push_back(option.value);
  return join(values, ", ");
}

const Property* ObjectType::find(std::string_view property) const {
  auto known = properties.find(property);
  return known == properties.end() || known->second.archived.ms != 0 ? nullptr : &known->second;
}

const Property& ObjectType::property(std::string_view property) const {
  const Property* found = find(property);
  CHECK(found, property);
  return *found;
}

ObjectType& Catalogue::define(ObjectType object, std::vector<Property> properties) {
  object.index = objects_.size();
  bool anew = database_.find_table(object.name);  // a type of that name was deleted for good, and its records are not those of this one
  object.table = &database_.table(anew ? object.name + " " + object.type_id : object.name);
  object.groups.push_back({object.group, object.group});
  ObjectType& defined = objects_.emplace_back(std::move(object));
  for (Property& property : properties) add(defined, std::move(property));
  Table& table = *defined.table;
  table.add_index(table.field("hs_merged_object_ids"), false, ';');
  if (defined.engagement) table.add_index(table.field("hs_timestamp"));
  return defined;
}

Catalogue::Catalogue(Database& database) : database_(database) {
  ObjectType contacts{"contacts",           "contact",          "0-1",
                      "contactinformation", "lastmodifieddate", {"createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname"}};
  contacts.mergeable = true;
  ObjectType companies{
      "companies", "company", "0-2", "companyinformation", "hs_lastmodifieddate", {"name", "domain", "createdate", "hs_lastmodifieddate", "hs_object_id"}};
  companies.mergeable = true;
  ObjectType tickets{"tickets",
                     "ticket",
                     "0-5",
                     "ticketinformation",
                     "hs_lastmodifieddate",
                     {"content", "hs_pipeline", "hs_pipeline_stage", "hs_ticket_category", "hs_ticket_priority", "subject", "createdate", "hs_lastmodifieddate",
                      "hs_object_id"}};
  tickets.mergeable = true;
  tickets.pipeline = "hs_pipeline";
  tickets.stage = "hs_pipeline_stage";
  ObjectType deals{"deals",
                   "deal",
                   "0-3",
                   "dealinformation",
                   "hs_lastmodifieddate",
                   {"amount", "closedate", "createdate", "dealname", "dealstage", "hs_lastmodifieddate", "hs_object_id", "pipeline"}};
  deals.mergeable = true;
  deals.pipeline = "pipeline";
  deals.stage = "dealstage";
  define(std::move(contacts), contact_properties());
  define(std::move(companies), company_properties());
  define(std::move(tickets), ticket_properties());
  auto engagement = [](std::string name, std::string singular, std::string type_id, std::string group) {
    ObjectType object{std::move(name),  std::move(singular),   std::move(type_id),
                      std::move(group), "hs_lastmodifieddate", {"hs_createdate", "hs_lastmodifieddate", "hs_object_id"}};
    object.engagement = true;
    return object;
  };
  define(engagement("notes", "note", "0-46", "note"), note_properties());
  define(engagement("calls", "call", "0-48", "call"), call_properties());
  ObjectType emails = engagement("emails", "email", "0-49", "email");
  emails.deletes_for_good = true;
  define(std::move(emails), email_properties());
  define(engagement("meetings", "meeting", "0-47", "meeting"), meeting_properties());
  define(engagement("tasks", "task", "0-27", "task"), task_properties());
  define(std::move(deals), deal_properties());
  auto goods = [](std::string name, std::string singular, std::string type_id, std::vector<std::string> defaults) {
    std::string group = singular + "information";
    return ObjectType{std::move(name), std::move(singular), std::move(type_id), std::move(group), "hs_lastmodifieddate", std::move(defaults)};
  };
  define(goods("products", "product", "0-7", {"createdate", "description", "hs_lastmodifieddate", "hs_object_id", "name", "price"}), product_properties());
  define(goods("line_items", "line_item", "0-8", {"amount", "createdate", "hs_lastmodifieddate", "hs_object_id", "price", "quantity"}), line_item_properties());
  define(engagement("communications", "communication", "0-18", "communication"), communication_properties());
  searchable_words();
  for (const auto& [type, name, of] : {std::tuple{"contacts", "hs_searchable_calculated_phone_number", "phone"},
                                       {"contacts", "hs_searchable_calculated_mobile_number", "mobilephone"},
                                       {"companies", "hs_searchable_calculated_phone_number", "phone"}}) {
    ObjectType& holder = object(type);
    holder.properties.at(name).column = holder.table->field(of);
  }
  for (const auto& [type, of] : {std::pair{"notes", "hs_note_body"},
                                 {"calls", "hs_call_body"},
                                 {"emails", "hs_email_html"},
                                 {"meetings", "hs_meeting_body"},
                                 {"tasks", "hs_task_body"},
                                 {"communications", "hs_communication_body"}}) {
    ObjectType& holder = object(type);
    for (const char* name : {"hs_body_preview", "hs_body_preview_html"}) holder.properties.at(name).column = holder.table->field(of);
  }
  for (const char* name : {"hs_email_text", "hs_email_html", "hs_body_preview", "hs_body_preview_html"}) object("emails").properties.at(name).content = true;
  Table& firms = *objects_[1].table;
  firms.add_index(firms.field("domain"), true);
  Table& people = *objects_.front().table;
  people.add_index(people.field("email"), true);
  people.add_index(people.field("hs_additional_emails"), true, ';');
}

void Catalogue::searchable_words() {
  const std::pair<const char*, std::vector<std::string>> kWords[] = {
      {"contacts", {"firstname", "lastname", "email", "phone", "hs_additional_emails", "fax", "mobilephone", "company"}},
      {"companies", {"website", "phone", "name", "domain"}},
      {"tickets", {"subject", "content", "hs_pipeline_stage", "hs_ticket_category", "hs_ticket_id"}},
      {"deals", {"dealname", "pipeline", "dealstage", "description", "dealtype"}},
      {"products", {"name", "description", "price", "hs_sku"}},
      {"line_items", {"name", "description", "price", "hs_sku"}},
      {"notes", {"hs_note_body"}},
      {"calls", {"hs_call_title", "hs_body_preview"}},
      {"emails", {"hs_email_subject"}},
      {"meetings", {"hs_meeting_title", "hs_meeting_body"}},
      {"tasks", {"hs_task_body", "hs_task_subject"}},
      {"communications", {"hs_communication_body"}}};
  for (const auto& [name, words] : kWords) object(name).searchable = words;
}

ObjectType* Catalogue::find(std::string_view name, const TypeNames& names) {
  auto raised = [](std::string word, std::size_t letters) {
    for (std::size_t i = 0; i < std::min(letters, word.size()); ++i) word[i] = static_cast<char>(std::toupper(static_cast<unsigned char>(word[i])));
    return word;
  };
  auto fits = [&](const ObjectType& object) {
    if (object.custom && object.custom->archived.ms != 0) return false;
    if (object.type_id == name || is_own_name(object, name)) return true;
    if ((names.any || any_names) && (equal_no_case(object.name, name) || equal_no_case(object.singular, name))) return true;
    return (names.plural && object.name == name) || (names.singular && object.singular == name) ||
           (names.upper_singular && raised(object.singular, object.singular.size()) == name) || (names.capital_plural && raised(object.name, 1) == name);
  };
  auto found = std::find_if(objects_.begin(), objects_.end(), fits);
  return found == objects_.end() ? nullptr : &*found;
}

ObjectType* Catalogue::find_archived(std::string_view name) {
  auto fits = [&](const ObjectType& object) {
    bool archived = object.custom && object.custom->archived.ms != 0 && !object.deleted();
    return archived && (object.type_id == name || is_own_name(object, name));
  };
  auto found = std::find_if(objects_.begin(), objects_.end(), fits);
  return found == objects_.end() ? nullptr : &*found;
}

ObjectType& Catalogue::object(std::string_view name) {
  ObjectType* found = find(name);
  CHECK(found, name);
  return *found;
}

void Catalogue::add(ObjectType& object, Property property) {
  if (property.group.empty()) property.group = object.group;
  property.column = object.table->field(property.name);
  if (property.unique) object.table->add_index(property.column, true);
  std::string name = property.name;
  bool fresh = object.properties.emplace(std::move(name), std::move(property)).second;
  CHECK(fresh, "a property was defined twice");
}

}  // namespace lockstep::emulators::hubspot
