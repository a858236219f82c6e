// What an administrator changes in the account's properties, through the control plane.
#include <fmt/format.h>

#include <algorithm>

#include "emulators/hubspot/service.h"

namespace lockstep::emulators::hubspot {

Result<void> HubSpot::change_schema(const SchemaChange& change) {
  ObjectType* type = portal_.catalogue().find(change.object, kAnyName);
  if (!type) return fail(ErrorCode::not_found, fmt::format("no object type '{}'", change.object));
  auto known = type->properties.find(change.field);
  if (known == type->properties.end() || known->second.archived.ms != 0)
    return fail(ErrorCode::not_found, fmt::format("{} have no property '{}'", type->name, change.field));
  Property& property = known->second;
  bool optional = change.add_option.empty() && change.remove_option.empty();
  if (!optional && (property.type != PropertyType::enumeration || property.open_options || property.owner)) {
    return fail(ErrorCode::invalid_input, fmt::format("the options of '{}' do not change here", property.name));  // pipelines have their calls
  }
  if (change.required && property.read_only) return fail(ErrorCode::invalid_input, fmt::format("'{}' is read only", property.name));
  if (!change.add_option.empty() && property.find_option(change.add_option))
    return fail(ErrorCode::invalid_input, fmt::format("'{}' has the option already", property.name));
  if (!change.remove_option.empty() && !property.find_option(change.remove_option))
    return fail(ErrorCode::not_found, fmt::format("'{}' has no such option", property.name));
  if (change.required) property.required_by_admin = *change.required;
  if (!change.add_option.empty()) {
    std::int64_t order = static_cast<std::int64_t>(property.options.size());
    property.options.push_back({change.add_option, change.add_option, "", order});
  }
  std::erase_if(property.options, [&](const Option& option) { return option.value == change.remove_option; });
  property.updated = now();
  return {};
}

}  // namespace lockstep::emulators::hubspot
