// §5.3: what stands in a write's way because of who may do what, and of what a parent has to be.
#include <fmt/format.h>

#include "base/text.h"
#include "emulators/salesforce/org.h"

namespace lockstep::emulators::salesforce {

void Org::share_to_read(const std::string& id, bool read_alone) { read_alone ? void(read_alone_.insert(id)) : void(read_alone_.erase(id)); }

Result<void> Org::set_owner_access(const ObjectType& object, std::string_view user, bool reads) {
  std::string id = user_named(user);
  if (id.empty()) return fail(ErrorCode::invalid_input, fmt::format("no user {}", user));
  reads ? void(blind_[object.name].erase(id)) : void(blind_[object.name].insert(id));
  return {};
}

Outcome<void> Org::check_access(const ObjectType& object, RowNumber row, const Changes& changes, const Writer& writer) const {
  bool program = writer.actor.kind == ActorKind::integration;
  if (program && row != kNoRow && read_alone_.contains(object.table->record(row).id))
    return refuse("INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id");
  for (const auto& [field, value] : changes) {
    if (field->type != FieldType::reference || is_null(view(value))) continue;
    std::string id(text_of(view(value)));
    if (program && read_alone_.contains(id)) return refuse("INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", "insufficient access rights on cross-reference id");
    auto blind = blind_.find(object.name);
    if (field->name == "OwnerId" && blind != blind_.end() && blind->second.contains(id))
      return refuse("TRANSFER_REQUIRES_READ", fmt::format("The new owner must have read permission for {}", object.plural));
    if (auto passed = check_lookup_filters(object, *field, id); !passed) return passed;
  }
  return object.name == "User" ? check_username(object, row, changes) : Outcome<void>{};
}

Outcome<void> Org::check_lookup_filters(const ObjectType& object, const Field& field, std::string_view id) const {
  auto filters = lookup_filters_.find(object.name);
  if (filters == lookup_filters_.end()) return {};
  const ObjectType* target = schema_.by_prefix(id);
  for (const LookupFilter& filter : filters->second) {
    const Field* wanted = filter.field == field.name && target ? target->find(filter.parent_field) : nullptr;
    if (wanted && value_of(*target, target->table->find(id), *wanted) != view(filter.equals))
      return refuse("FIELD_FILTER_VALIDATION_EXCEPTION", filter.message, {field.name});
  }
  return {};
}

/// Names of users are taken once, in all orgs there are.
Outcome<void> Org::check_username(const ObjectType& users, RowNumber row, const Changes& changes) const {
  const Value* name = changed_value(changes, "Username");
  if (!name || is_null(view(*name))) return {};
  for (RowNumber other : find_by_key(users, users.field("Username"), text_of(view(*name)))) {
    if (other != row)
      return refuse("DUPLICATE_USERNAME", "Duplicate Username.The username already exists in this or another Salesforce organization.", {"Username"});
  }
  return {};
}

}  // namespace lockstep::emulators::salesforce
