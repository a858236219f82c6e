// What a write may say: properties and associations of a body.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "emulators/hubspot/portal.h"
#include "emulators/hubspot/values.h"

namespace lockstep::emulators::hubspot {
namespace {

std::string_view key_of(const json::key_value_pair& member) { return {member.key().data(), member.key().size()}; }

/// Properties that a loaded fixture may set though the API may not.
bool loadable(const Property& property) { return property.source == Source::created || (property.source == Source::stored && !property.calculated); }

/// Of an association type that does not start from `type`; which one it starts from is told where there is one.
tl::unexpected<ApiError> wrong_direction(const Catalogue& catalogue, const Associations& associations, const ObjectType& type, int id) {
  auto refused = invalid(fmt::format("invalid from object type {} for associations to be created", type.type_id));
  ApiError& error = refused.value();
  error.sub_category = "crm.associations.INVALID_ASSOCIATION_TYPE";
  error.context = {{"type", {std::to_string(id)}}, {"fromObjectType", {type.type_id}}};
  for (const ObjectType& from : catalogue.objects()) {
    for (const ObjectType& to : catalogue.objects()) {
      if (error.context.size() > 2 || !associations.find_type(from, to, id)) continue;
      error.message += ". expected: " + from.type_id;
      error.context.emplace_back("toObjectType", std::vector<std::string>{to.type_id});
    }
  }
  return refused;
}

}  // namespace

Outcome<Portal::Changes> Portal::read_properties(const ObjectType& type, RowNumber row, const json::object& given, const Writer& writer) const {
  Changes changes;
  std::vector<PropertyProblem> problems;
  bool loading = !writer.journaled;
  bool lenient = type.engagement && settings_.engagements_ignore_unknown;
  for (const json::key_value_pair& member : given) {
    std::string_view name = key_of(member);
    const json::value& value = member.value();
    const Property* property = type.find(name);
    if (!property) {
      if (lenient) continue;
      problems.push_back({std::string(name), "PROPERTY_DOESNT_EXIST", fmt::format("Property \"{}\" does not exist", name)});
      continue;
    }
    if (property->read_only && !(loading && loadable(*property))) {
      if (lenient) continue;
      problems.push_back({std::string(name), "READ_ONLY_VALUE", fmt::format("\"{}\" is a read only property; its value cannot be set.", name)});
      continue;
    }
    if (value.is_object() || value.is_array() || (value.is_bool() && writer.by_api && !settings_.boolean_values) ||
        (value.is_null() && !settings_.null_clears && !loading)) {
      return bad_json(fmt::format("line 1, column 1: the value of {} is not a string", name));
    }
    std::string text = scalar_text(value);
    if (!is_utf8(text)) return bad_json(fmt::format("line 1, column 1: {} is not UTF-8", name));
    if (text.empty()) {
      changes.emplace_back(property, Value{});
      continue;
    }
    std::string stored = row == kNoRow ? "" : text_of_value(type.table->get(row, property->column));
    auto read = read_value(*property, text,
                           ValueContext{owners_, stored, settings_.archived_owners_assignable, settings_.addresses_keep_case, settings_.phones_reformatted,
                                        !writer.by_api || settings_.zoned_instants});
    if (read) {
      changes.emplace_back(property, std::move(*read));
    } else {
      problems.push_back(std::move(read.error()));
    }
  }
  if (!problems.empty()) return invalid(std::move(problems));
  return changes;
}

Outcome<std::vector<NewTie>> Portal::read_ties(const ObjectType& type, const json::value& given) const {
  const json::array* items = given.if_array();
  if (!items) return bad_json("line 1, column 1: associations is not an array");
  std::vector<NewTie> ties;
  for (const json::value& item : *items) {
    const json::object* object = item.if_object();
    const json::value* to = object ? object->if_contains("to") : nullptr;
    const json::value* types = object ? object->if_contains("types") : nullptr;
    const json::value* id = to && to->is_object() ? to->get_object().if_contains("id") : nullptr;
    if (!id || !types || !types->is_array() || types->get_array().empty()) {
      return bad_json("line 1, column 1: an association needs to.id and types");
    }
    std::string wanted = scalar_text(*id);
    for (const json::value& spec : types->get_array()) {
      auto type_id = spec.is_object() ? associations_.type_id_of(spec.get_object()) : std::nullopt;
      std::string_view category = spec.is_object() ? text_member(spec.get_object(), "associationCategory") : "";
      if (!type_id || (category != "HUBSPOT_DEFINED" && category != "USER_DEFINED")) {
        return invalid("One or more associations are invalid: an associationCategory and an associationTypeId are needed");
      }
      NewTie tie;
      for (const ObjectType& other : catalogue_.objects()) {
        const AssociationType* known = associations_.find_type(type, other, *type_id);
        if (known && known->category() == category) tie = {&other, find_live(other, wanted), known};
      }
      if (!tie.type) return wrong_direction(catalogue_, associations_, type, *type_id);
      if (tie.to == kNoRow) return invalid("One or more associations are invalid");
      ties.push_back(tie);
    }
  }
  return ties;
}

}  // namespace lockstep::emulators::hubspot
